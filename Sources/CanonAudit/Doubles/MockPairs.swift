import CanonCodeModel
import CanonFacts

/// Which classes of tests stand for which classes of production.
struct MockPairs {
    struct Pair {
        var mock: ObjectID
        var production: ObjectID
        var evidence: Reason
        /// The file of the double imports the class.
        var isImported = false
    }

    /// Why a class is taken for a double of another.
    enum Reason {
        case subclass
        /// Its name says so, and they share a method.
        case name
        /// Nearly everything that it can do is what the other one can do.
        case methods
    }

    private let model: CodeModel
    /// Live classes by the hash of their name.
    private var byName: [UInt64: [ObjectID]] = [:]
    /// Live classes by the hash of each public method.
    private var byMethod: [UInt64: [ObjectID]] = [:]
    /// Names of methods that a live file calls, by file.
    private var calls: [FileID: Set<UInt64>] = [:]

    init(_ context: borrowing RuleContext) {
        model = context.model
        for file in context.liveFiles {
            let facts = model.facts(of: file)
            for (index, declaration) in facts.declarations.enumerated() {
                if declaration.kind == .class {
                    byName[Self.hash(declaration.name, facts), default: []].append(
                        ObjectID(file: file, index: UInt32(index)))
                } else if declaration.flags.contains(.isMethod), !Self.isPrivate(declaration.name, facts) {
                    byMethod[Self.hash(declaration.name, facts), default: []].append(
                        ObjectID(file: file, index: declaration.parent))
                }
            }
        }
    }

    private static func hash(_ name: Name, _ facts: FileFacts) -> UInt64 {
        facts.names.withUTF8(of: name) { ContentHash.of(UnsafeRawBufferPointer($0)) }
    }

    private static func hash(_ text: some StringProtocol) -> UInt64 {
        var text = String(text)
        return text.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
    }

    private static func isPrivate(_ name: Name, _ facts: FileFacts) -> Bool {
        facts.names.withUTF8(of: name) { $0.first == 0x5F }
    }

    // MARK: Pairs

    func find(_ context: borrowing RuleContext) -> [Pair] {
        var pairs: [Pair] = []
        for scope in [SourceScope.test] {
            for file in context.files(in: scope) {
                let facts = model.facts(of: file)
                for (index, declaration) in facts.declarations.enumerated() where declaration.kind == .class {
                    guard !isTestCase(index, declaration, facts),
                        let pair = pair(of: ObjectID(file: file, index: UInt32(index)), declaration, facts)
                    else { continue }
                    pairs.append(pair)
                }
            }
        }
        return pairs
    }

    private func isTestCase(_ index: Int, _ declaration: Declaration, _ facts: FileFacts) -> Bool {
        if TestCollection.isUnittestClass(declaration, facts) { return true }
        return Self.members(of: index, facts).contains { TestCollection.isTestFunction($0, facts) }
    }

    private static func members(of index: Int, _ facts: FileFacts) -> [Declaration] {
        let end = facts.events[Int(facts.declarations[index].event)].link
        return facts.declarations[(index + 1)...].prefix { $0.event < end }.filter { $0.parent == UInt32(index) }
    }

    private func pair(of mock: ObjectID, _ declaration: Declaration, _ facts: FileFacts) -> Pair? {
        let methods = Self.members(of: Int(mock.index), facts).filter {
            $0.kind != .class && !Self.isPrivate($0.name, facts)
        }
        .map { Self.hash($0.name, facts) }
        guard !methods.isEmpty else { return nil }
        let own = Set(methods)
        if declaration.bases.count > 0 {
            let info = model.classInfo(of: mock)
            // Its nearest class of production; a Protocol or ABC is what it implements, and not what it stands for.
            let base = info.ancestors.first {
                isLive($0) && model.classInfo(of: $0).traits.isDisjoint(with: [.protocolClass])
            }
            if let base {
                // Most subclasses in tests are variants, and no doubles.
                guard !Self.meanings(of: facts.names[declaration.name]).isEmpty else { return nil }
                return isConcrete(base) ? Pair(mock: mock, production: base, evidence: .subclass) : nil
            }
            if !info.traits.isDisjoint(with: [.exception, .enumeration, .typedDict, .namedTuple, .validatedModel]) {
                return nil
            }
        }
        for name in Self.meanings(of: facts.names[declaration.name]) {
            let candidates = byName[Self.hash(name)] ?? []
            let fitting = candidates.filter { candidate in
                !sharedMethods(own, with: candidate).isEmpty
                    && model.classInfo(of: candidate).traits.isDisjoint(with: [.protocolClass])
            }
            // Of several the one that shares most; equally many: it cannot be told which is meant.
            if let best = self.best(of: fitting, own) {
                return Pair(
                    mock: mock, production: best, evidence: .name, isImported: imports(best, into: mock.file))
            }
        }
        return similar(mock, own)
    }

    /// A class that is no interface.
    private func isConcrete(_ object: ObjectID) -> Bool {
        let traits = model.classInfo(of: object).traits
        return traits.isDisjoint(with: [
            .protocolClass, .abstract, .enumeration, .exception, .validatedModel, .dataclass,
        ])
    }

    private func isLive(_ object: ObjectID) -> Bool {
        (byName[Self.hash(model.name(of: object))] ?? []).contains(object)
    }

    private func best(of candidates: [ObjectID], _ own: Set<UInt64>) -> ObjectID? {
        let ranked = candidates.map { ($0, sharedMethods(own, with: $0).count) }.sorted { $0.1 > $1.1 }
        guard let first = ranked.first, ranked.count == 1 || ranked[1].1 < first.1 else { return nil }
        return first.0
    }

    private func sharedMethods(_ own: Set<UInt64>, with candidate: ObjectID) -> Set<UInt64> {
        own.filter { (byMethod[$0] ?? []).contains(candidate) }
    }

    /// A class of production that the file imports, whose methods are nearly all that this one has.
    private func similar(_ mock: ObjectID, _ own: Set<UInt64>) -> Pair? {
        guard own.count >= Self.leastMethods else { return nil }
        var counts: [ObjectID: Int] = [:]
        for method in own {
            let holders = byMethod[method] ?? []
            // What very many classes have tells nothing.
            guard holders.count <= Self.mostHolders else { continue }
            for holder in holders { counts[holder, default: 0] += 1 }
        }
        let fitting = counts.filter {
            Double($0.value) / Double(own.count) >= Self.leastShare && $0.value >= Self.leastMethods
        }
        .map(\.key).sorted()
        guard let best = best(of: fitting, own), isConcrete(best), imports(best, into: mock.file) else { return nil }
        return Pair(mock: mock, production: best, evidence: .methods)
    }

    private static let leastMethods = 3
    private static let leastShare = 0.75
    private static let mostHolders = 40

    /// Whether a file has a name for a class, or for its module.
    private func imports(_ object: ObjectID, into file: FileID) -> Bool {
        model.imports(in: file).contains { statement in
            statement.target == .object(object) || statement.target == .module(model.module(of: object.file))
                || statement.from == model.module(of: object.file)
        }
    }

    /// `Bank` for `MockBank`, `_FakeBank`, `BankStub`.
    private static func meanings(of name: String) -> [String] {
        let name = name.utf8.drop { $0 == 0x5F }
        var meanings: [String] = []
        for word in words {
            for start in [word.start, word.participle] where name.starts(with: start.utf8) {
                let rest = Substring(name.dropFirst(start.utf8.count))
                if rest.first?.isUppercase == true { meanings.append(String(rest)) }
            }
            if name.count > word.start.utf8.count, name.suffix(word.start.utf8.count).elementsEqual(word.start.utf8) {
                meanings.append(String(Substring(name.dropLast(word.start.utf8.count))))
            }
        }
        return meanings
    }

    private static let words = ["Mock", "Fake", "Stub", "Dummy", "Spy", "Double", "InMemory"].map {
        (start: $0, participle: $0 + "ed")
    }

    // MARK: Calls

    /// Those of the names that a live file which uses the class calls on something.
    mutating func called(_ names: [String], of production: ObjectID, _ context: borrowing RuleContext) -> [String] {
        guard !names.isEmpty else { return [] }
        let files = users(of: production, context)
        for file in files where calls[file] == nil { calls[file] = methodCalls(in: file) }
        return names.filter { name in
            let hash = Self.hash(name)
            return files.contains { calls[$0]?.contains(hash) == true }
        }
    }

    /// Live files that use a class.
    private func users(of production: ObjectID, _ context: borrowing RuleContext) -> Set<FileID> {
        var files: Set<FileID> = []
        for consumer in model.consumers(of: production) where context.scope(of: consumer.file) == .live {
            files.insert(consumer.file)
        }
        return files
    }

    /// Where live files that use the class call something of these names.
    func callers(
        of names: some Sequence<String>, on production: ObjectID, _ context: borrowing RuleContext
    ) -> [String: [Place]] {
        let wanted = Dictionary(names.map { (Self.hash($0), $0) }, uniquingKeysWith: { first, _ in first })
        var places: [String: Set<Place>] = [:]
        for file in users(of: production, context) {
            Self.eachMethodCall(in: model.facts(of: file)) { hash, line in
                if let name = wanted[hash] { places[name, default: []].insert(Place(file: file, line: line)) }
            }
        }
        return places.mapValues { $0.sorted() }
    }

    /// Hashes of the last parts of dotted callees.
    private func methodCalls(in file: FileID) -> Set<UInt64> {
        var found: Set<UInt64> = []
        Self.eachMethodCall(in: model.facts(of: file)) { hash, _ in found.insert(hash) }
        return found
    }

    private static func eachMethodCall(in facts: FileFacts, _ body: (_ hash: UInt64, _ line: UInt32) -> Void) {
        for (_, event) in facts.events.selecting([.call]) {
            let isAttribute = event.flags.contains(.unresolved)
            facts.names.withUTF8(of: event.name) { text in
                let dot = text.lastIndex(of: 0x2E)
                guard dot != nil || isAttribute else { return }
                let last = UnsafeBufferPointer(rebasing: text[(dot.map { $0 + 1 } ?? 0)...])
                body(ContentHash.of(UnsafeRawBufferPointer(last)), event.line)
            }
        }
    }
}
