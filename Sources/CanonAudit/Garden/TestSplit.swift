import CanonCodeModel
import CanonFacts

/// The test files that use a concept, by what a consolidation does to them.
public struct TestSplit: Sendable {
    public struct File: Hashable, Sendable {
        public var path: String
        /// Test functions and methods.
        public var tests: Int
        /// What puts it where it is: the line, from 1, with what stands there; or 0, and a reason in words.
        public var line: Int
        public var reason: String
    }

    /// They can be collected, and use the canonical object in the registered way: what they assert must stay true.
    public private(set) var protecting: [File] = []
    /// They use what is to go.
    public private(set) var breaking: [File] = []
    /// They can prove nothing: pytest cannot collect them, or every test of theirs asserts nothing.
    public private(set) var gaps: [File] = []
    /// Methods that live consumers call, and of which no protecting test calls one of the same name.
    public private(set) var uncalled: [String] = []
    /// Classes of tests that stand for an object of the concept, as `path:line symbol`.
    public private(set) var doubles: [Evidence] = []

    public init() {}

    /// Of so many tests in so many files.
    public static func count(_ files: [File]) -> String {
        "\(AuditFigures.counted(files.count, "file")), \(AuditFigures.counted(files.reduce(0) { $0 + $1.tests }, "test"))"
    }
}

extension TestSplit {
    init(_ concept: Concept, _ map: ConceptMap, _ report: AuditReport, in context: RuleContext) {
        let model = context.model
        let uses = Uses(concept, context)
        let proofless = Proofless(report, context)
        let collection = TestCollection(context)
        var called: Set<String> = []
        for file in context.files(in: .test) where collection.collects(context.path(of: file)) {
            guard let use = uses.of(file) else { continue }
            let path = context.path(of: file)
            func entry(_ line: Int, _ reason: String) -> File {
                File(path: path, tests: Self.tests(in: file, model), line: line, reason: reason)
            }
            if let why = proofless.why(file, tests: Self.tests(in: file, model)) {
                gaps.append(entry(0, why))
            } else if let going = use.going {
                breaking.append(entry(going.line, going.text))
            } else {
                protecting.append(entry(use.first.line, use.first.text))
                called.formUnion(Self.calledMethods(in: file, model))
            }
        }
        uncalled = Set(map.consumers.flatMap(\.methods)).subtracting(called).sorted()
        let objects = Set(concept.objects)
        doubles = MockPairs(context).find(context).filter { objects.contains($0.production) }.map { pair in
            context.evidence(pair.mock, model.symbol(of: pair.mock))
        }.sorted()
    }

    private static func tests(in file: FileID, _ model: CodeModel) -> Int {
        let facts = model.facts(of: file)
        return facts.declarations.count { TestCollection.isTestFunction($0, facts) }
    }

    /// The last parts of everything that is called: what a fixture hands out has no type that facts tell.
    private static func calledMethods(in file: FileID, _ model: CodeModel) -> Set<String> {
        let facts = model.facts(of: file)
        var names: Set<String> = []
        for (_, event) in facts.events.selecting([.call]) {
            let text = facts.names[event.name]
            if let dot = text.lastIndex(of: ".") { names.insert(String(text[text.index(after: dot)...])) }
            if event.flags.contains(.unresolved) { names.insert(text) }
        }
        return names
    }

    /// How test files come to a concept.
    private struct Uses {
        private let context: RuleContext
        private var statements: [FileID: [(line: Int, text: String, isGoing: Bool)]] = [:]
        /// Dotted names that a text in a call may begin with (`patch("shop.rooms.RoomManager.join")`), and whether they go.
        private var names: [(name: String, isGoing: Bool)] = []
        private var packages: Set<String> = []

        init(_ concept: Concept, _ context: RuleContext) {
            self.context = context
            let model = context.model
            for object in concept.objects {
                for consumer in model.consumers(of: object) where context.scope(of: consumer.file) == .test {
                    let evidence = context.evidence(consumer)
                    let isGoing = !concept.registers(object, through: consumer.module, in: model)
                    statements[consumer.file, default: []].append((evidence.line, evidence.text, isGoing))
                }
                let stays = concept.isCore(object) || object == concept.canonical || object == concept.factory
                names.append((model.symbol(of: object), !stays))
            }
            for layer in ForwardingLayers(of: concept, in: context)?.all ?? [] { names.append((layer.symbol, true)) }
            packages = Set(names.compactMap { $0.name.split(separator: ".").first.map(String.init) })
        }

        struct Use {
            var first: (line: Int, text: String)
            /// The first statement that uses what is to go.
            var going: (line: Int, text: String)?
        }

        /// Nil when the file has nothing to do with the concept.
        func of(_ file: FileID) -> Use? {
            let all = ((statements[file] ?? []) + mentions(in: file)).sorted { ($0.line, $0.text) < ($1.line, $1.text) }
            guard let first = all.first else { return nil }
            return Use(
                first: (first.line, first.text), going: all.first { $0.isGoing }.map { ($0.line, $0.text) })
        }

        private func mentions(in file: FileID) -> [(line: Int, text: String, isGoing: Bool)] {
            let facts = context.model.facts(of: file)
            return facts.events.selecting([.call]).compactMap { _, event in
                guard event.value.exists else { return nil }
                let text = facts.names[event.value]
                guard let package = text.split(separator: ".", maxSplits: 1).first, packages.contains(String(package)),
                    let match = names.first(where: { text == $0.name || text.hasPrefix($0.name + ".") })
                else { return nil }
                return (Int(event.line), "\(facts.names[event.name])(\"\(text)\")", match.isGoing)
            }
        }
    }

    /// Which test files can prove nothing.
    private struct Proofless {
        private let context: RuleContext
        private let failing: FailingImports
        /// Classes that pytest leaves out, and clashes of module names; by path.
        private var uncollectable: [String: String] = [:]
        private var empty: [String: Int] = [:]

        init(_ report: AuditReport, _ context: RuleContext) {
            self.context = context
            // The report keeps a part of the places only.
            failing = FailingImports(context, BrokenImports(context))
            for finding in report.findings where finding.scope == .test && finding.confidence != .review {
                switch finding.rule {
                case UncollectableTestRule.name:
                    for place in finding.places { uncollectable[place.path] = finding.message }
                case ConstantEvidenceRule.name: empty[finding.path, default: 0] += finding.placeCount
                default: break
                }
            }
        }

        func why(_ file: FileID, tests: Int) -> String? {
            if let failure = failing.failure(of: file) {
                let cause = failing.causes[failure.cause]
                return "it cannot be collected: \(cause.symbol) \(cause.isSyntax ? cause.text : "is not there")"
            }
            let path = context.path(of: file)
            if let reason = uncollectable[path] { return reason }
            if tests == 0 { return "it holds no test" }
            return (empty[path] ?? 0) >= tests ? "none of its tests can fail" : nil
        }
    }
}
