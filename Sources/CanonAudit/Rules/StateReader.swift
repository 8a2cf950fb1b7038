import CanonCodeModel
import CanonFacts

/// Reads the code of one file for what touches some variables.
struct StateReader {
    struct Target {
        var state: Int
        /// As this file calls it.
        var name: Name
        /// The class that has it; ``FileFacts/noIndex`` for a name of the module.
        var owner: UInt32
    }

    private let file: FileID
    private let facts: FileFacts
    private let targets: [Target]
    private let texts: [[UInt8]]
    private let ownerTexts: [[UInt8]]
    /// What each name of the file stands for: targets whose name it begins with. Found out when it is met.
    private var meanings: [[Meaning]?]

    private struct Meaning {
        var target: Int
        /// Where the variable's part ends in the text.
        var end: Int
        /// The text in front of the attribute, none for names of the module.
        var receiver: [UInt8]
    }

    init(file: FileID, facts: FileFacts, targets: [Target]) {
        self.file = file
        self.facts = facts
        self.targets = targets
        texts = targets.map { target in facts.names.withUTF8(of: target.name) { Array($0) } }
        ownerTexts = targets.map { target in
            guard target.owner != FileFacts.noIndex else { return [] }
            return facts.names.withUTF8(of: facts.declarations[Int(target.owner)].name) { Array($0) }
        }
        meanings = Array(repeating: nil, count: facts.names.count)
    }

    mutating func read() -> [(state: Int, touch: StateTouch)] {
        var found: [(target: Int, touch: StateTouch)] = []
        /// Names that a function binds for itself, and that it declares global.
        var own: Set<UInt64> = []
        var global: Set<UInt64> = []
        let events = facts.events
        for index in events.indices {
            switch events.kind(at: index) {
            case .declareGlobal, .return: break
            // Most names mean none of the targets: no event is made of them.
            case .bind, .unbind, .call, .use: guard !meaning(of: events.name(at: index)).isEmpty else { continue }
            default: continue
            }
            let event = events[index]
            switch event.kind {
            case .declareGlobal:
                for meaning in meaning(of: event.name) where meaning.receiver.isEmpty {
                    global.insert(Self.pair(meaning.target, event.declaration))
                }
            case .bind, .unbind, .call, .use:
                for meaning in meaning(of: event.name) {
                    guard let function = function(around: event.declaration), fits(meaning, function) else { continue }
                    if event.kind == .bind, meaning.receiver.isEmpty, event.form == .name || event.form == .starred {
                        own.insert(Self.pair(meaning.target, function))
                    }
                    guard let kind = kind(of: event, meaning) else { continue }
                    found.append((meaning.target, touch(kind, event, index, function, meaning)))
                }
            case .return:
                guard event.valueKind == .reference, event.value.exists else { continue }
                for meaning in meaning(of: event.value) {
                    guard let function = function(around: event.declaration), fits(meaning, function),
                        isWhole(event.value, meaning)
                    else { continue }
                    found.append((meaning.target, touch(.whole, event, index, function, meaning)))
                }
            default: break
            }
        }
        return found.compactMap { target, touch in
            guard targets[target].owner != FileFacts.noIndex || !isLocal(target, touch.function, own, global) else {
                return nil
            }
            // Without `global` a function binds a name of its own.
            if touch.kind == .rebind, targets[target].owner == FileFacts.noIndex,
                !global.contains(Self.pair(target, touch.function))
            {
                return nil
            }
            return (targets[target].state, touch)
        }
    }

    private static func pair(_ target: Int, _ function: UInt32) -> UInt64 { UInt64(target) << 32 | UInt64(function) }

    private func touch(
        _ kind: StateTouch.Kind, _ event: Event, _ index: Int, _ function: UInt32, _ meaning: Meaning
    ) -> StateTouch {
        let name = event.kind == .return ? event.value : event.name
        let prefix = facts.names.withUTF8(of: name) { String(decoding: $0[..<meaning.end], as: UTF8.self) }
        return StateTouch(
            kind: kind, file: file, function: function, event: UInt32(index), line: event.line, column: event.column,
            prefix: prefix)
    }

    // MARK: Names

    private mutating func meaning(of name: Name) -> [Meaning] {
        let place = Int(name.rawValue)
        if let known = meanings[place] { return known }
        var found: [Meaning] = []
        facts.names.withUTF8(of: name) { text in
            let dot = text.firstIndex(of: 0x2E) ?? text.count
            let head = text[..<dot]
            let second = dot < text.count ? text[(dot + 1)...].firstIndex(of: 0x2E) ?? text.count : dot
            for (index, target) in targets.enumerated() {
                let wanted = texts[index]
                if target.owner == FileFacts.noIndex {
                    if head.count == wanted.count, head.elementsEqual(wanted) {
                        found.append(Meaning(target: index, end: dot, receiver: []))
                    }
                } else if dot < text.count, second - dot - 1 == wanted.count,
                    text[(dot + 1)..<second].elementsEqual(wanted)
                {
                    found.append(Meaning(target: index, end: second, receiver: Array(head)))
                }
            }
        }
        meanings[place] = found
        return found
    }

    private func isWhole(_ name: Name, _ meaning: Meaning) -> Bool {
        facts.names.withUTF8(of: name) { $0.count == meaning.end }
    }

    /// The innermost function that a declaration is or stands in; nil for code that runs when the module is loaded.
    private func function(around declaration: UInt32) -> UInt32? {
        var index = declaration
        while index != FileFacts.noIndex {
            if facts.declarations[Int(index)].kind != .class { return index }
            index = facts.declarations[Int(index)].parent
        }
        return nil
    }

    /// Whether the receiver is the class of the target, or the first parameter of one of its methods.
    private func fits(_ meaning: Meaning, _ function: UInt32) -> Bool {
        let owner = targets[meaning.target].owner
        guard owner != FileFacts.noIndex else { return true }
        if meaning.receiver == ownerTexts[meaning.target] { return true }
        var index = function
        while index != FileFacts.noIndex {
            let declaration = facts.declarations[Int(index)]
            if declaration.parent == owner {
                guard let first = declaration.parameters.indices.first else { return false }
                return facts.names.withUTF8(of: facts.parameters[first].name) { $0.elementsEqual(meaning.receiver) }
            }
            index = declaration.parent
        }
        return false
    }

    /// Whether a function, or one around it, has a variable or parameter of its own of that name.
    private func isLocal(_ target: Int, _ function: UInt32, _ own: Set<UInt64>, _ global: Set<UInt64>) -> Bool {
        var index = function
        while index != FileFacts.noIndex {
            if global.contains(Self.pair(target, index)) { return false }
            if own.contains(Self.pair(target, index)) { return true }
            let declaration = facts.declarations[Int(index)]
            let isParameter = declaration.parameters.indices.contains { place in
                facts.parameters[place].name == targets[target].name
            }
            if isParameter { return true }
            index = declaration.parent
        }
        return false
    }

    // MARK: What is done

    private func kind(of event: Event, _ meaning: Meaning) -> StateTouch.Kind? {
        switch event.kind {
        case .bind:
            guard isWhole(event.name, meaning) else { return .read }
            switch event.form {
            case .subscript: return .put
            case .attribute where !meaning.receiver.isEmpty, .name:
                return event.binding == .annotationOnly ? nil : .rebind
            default: return .read
            }
        case .unbind: return event.form == .subscript ? .take : nil
        case .use: return .read
        case .call:
            if isWhole(event.name, meaning) { return .read }
            let method = facts.names.withUTF8(of: event.name) { Array($0[(meaning.end + 1)...]) }
            if Self.putting.contains(method) { return .put }
            if Self.taking.contains(method) { return .take }
            return Self.whole.contains(method) ? .whole : .read
        default: return nil
        }
    }

    private static func texts(_ words: String) -> Set<[UInt8]> {
        Set(words.split(separator: " ").map { Array($0.utf8) })
    }

    private static let putting = texts(
        "append appendleft extend extendleft add insert update setdefault put put_nowait push __setitem__")
    private static let taking = texts("pop popleft popitem remove discard clear __delitem__ get_nowait")
    private static let whole = texts("values items keys copy")
}
