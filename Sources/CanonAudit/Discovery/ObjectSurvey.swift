public import CanonCodeModel
import CanonFacts

/// Everything in live code that goes by some words: the answer to "how many X are there".
///
/// A class belongs to it when its name holds all words in their order, whatever their capitals; and whatever does the same as one
/// of these, under any name, does too (``Likenesses``). Objects are counted, not names: an alias adds a name and no object.
public struct ObjectSurvey: Sendable {
    public struct Member: Sendable {
        public let object: ObjectID
        public let symbol: String
        public let role: ObjectRole
        /// The fact that decided the role, or what it has in common with one that goes by the words.
        public let because: String
        public let evidence: Evidence
        /// All names by which live code reaches it, as `module.Name`, its own first.
        public let names: [String]
        /// Live modules that import it.
        public let consumers: Int
    }

    public let words: [String]
    /// By role, implementations first; then by consumers.
    public let members: [Member]
    /// Classes of tests and tools that go by the words.
    public let elsewhere: Int
    /// The declared concept that most implementations belong to.
    public let concept: Concept?

    public var implementations: [Member] { members.filter { $0.role == .implementation } }

    public init(of text: String, in context: RuleContext) {
        let words = Self.words(of: text)
        self.words = words
        guard !words.isEmpty else {
            members = []
            elsewhere = 0
            concept = nil
            return
        }
        let model = context.model
        var named: [ObjectID] = []
        var elsewhere = 0
        for index in model.files.indices {
            let file = FileID(rawValue: UInt32(index))
            let scope = context.scope(of: file)
            guard scope == .live || scope == .test || scope == .tool else { continue }
            for object in model.classes(in: file) where Self.name(model.name(of: object), holds: words) {
                if scope == .live { named.append(object) } else { elsewhere += 1 }
            }
        }
        self.elsewhere = elsewhere
        let known = Set(named)
        var found = named.map { Self.member($0, because: nil, context) }
        var taken = known
        for object in named where model.role(of: object) == .implementation {
            for likeness in context.likenesses.of(object) where likeness.isSecondImplementation {
                let other = likeness.other(than: object)
                guard taken.insert(other).inserted else { continue }
                let shared =
                    "does what \(model.name(of: object)) does: \(likeness.sharedMethods.count) public methods in common"
                found.append(Self.member(other, because: shared, context))
            }
        }
        members = found.sorted { a, b in
            let (first, second) = (Self.rank(a.role), Self.rank(b.role))
            if first != second { return first < second }
            return a.consumers != b.consumers ? a.consumers > b.consumers : a.symbol < b.symbol
        }
        concept = context.concepts.first { concept in
            concept.objects.contains { taken.contains($0) } || Self.name(concept.name, holds: words)
        }
    }

    // MARK: Words

    /// `WebSocket managers` and `websocket_manager` are both `websocket`, `manager`.
    static func words(of text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber) }.map { $0.lowercased() }
    }

    static func name(_ name: String, holds words: [String]) -> Bool {
        var rest = name.lowercased()[...]
        for word in words {
            guard let range = rest.firstRange(of: word) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    // MARK: Members

    private static func member(_ object: ObjectID, because: String?, _ context: RuleContext) -> Member {
        let model = context.model
        let role = model.explainedRole(of: object)
        let symbol = model.symbol(of: object)
        var names: Set<String> = []
        var consumers: Set<FileID> = []
        for consumer in model.consumers(of: object) where context.scope(of: consumer.file) == .live {
            consumers.insert(consumer.file)
            names.insert(consumer.path(in: model))
        }
        names.remove(symbol)
        return Member(
            object: object, symbol: symbol, role: role.role, because: because ?? role.because,
            evidence: context.evidence(object), names: [symbol] + names.sorted(), consumers: consumers.count)
    }

    private static func rank(_ role: ObjectRole) -> Int { ObjectRole.allCases.firstIndex(of: role) ?? 0 }
}

extension Consumer {
    /// The name by which it takes the object: `module.Name`.
    func path(in model: CodeModel) -> String {
        let text = model.facts(of: file).names[name]
        let last = text.lastIndex(of: ".").map { text[text.index(after: $0)...] } ?? text[...]
        return "\(model.modules[Int(module.rawValue)].name).\(last)"
    }
}
