import CanonCodeModel
import CanonFacts

/// Everything that a tracking file says of one concept, measured from one state of the program.
public struct ConceptSurvey: Sendable {
    public struct Implementation: Hashable, Sendable {
        public var symbol: String
        public var path: String
        /// From 1.
        public var line: Int
        /// Of source.
        public var lines: Int
        /// Live modules that import it.
        public var consumers: Int
        public var isCanonical: Bool
    }

    /// How a live module reaches something else than the canonical object, or by a path that is not registered.
    public struct Stray: Hashable, Sendable {
        public var evidence: Evidence
        /// Further statements of the kind in the same file.
        public var more: Int
    }

    public var concept: Manifest.Concept
    public var canonical: String
    public var harm: ConceptHarm
    /// The canonical one first.
    public var implementations: [Implementation]
    /// One for each consumer that is not bound.
    public var strays: [Stray]
    public var sharedState: [Finding]
    public var causes: [RootCause]
    public var tests: TestSplit
    /// The highest priority of the concept's findings that are open or waived; nil when there is none.
    public var priority: Priority?
    public var facts: GardenFacts

    public var name: String { concept.name }
}

extension ConceptSurvey {
    /// Nil when the canonical symbol names nothing.
    public init?(_ concept: Concept, _ report: AuditReport, in context: RuleContext) {
        guard let harm = ConceptHarm(concept, report, in: context) else { return nil }
        let model = context.model
        self.concept = concept.declared
        canonical = concept.canonicalSymbol
        self.harm = harm
        implementations = concept.implementations.map { object in
            let place = model.place(of: object)
            let declaration = model.declaration(of: object)
            return Implementation(
                symbol: model.symbol(of: object), path: context.path(of: place.file), line: Int(place.line),
                lines: declaration.map { Int($0.endLine) - Int($0.line) + 1 } ?? 0,
                consumers: context.liveConsumers(of: object), isCanonical: concept.isCore(object))
        }.sorted { a, b in
            if a.isCanonical != b.isCanonical { return a.isCanonical }
            if a.consumers != b.consumers { return a.consumers > b.consumers }
            return a.symbol < b.symbol
        }
        let statements = Self.statements(beside: concept, in: context)
        strays = ConsumerCount(of: concept, in: context).unbound.compactMap { file in
            statements[file].map { Stray(evidence: $0[0], more: $0.count - 1) }
        }
        sharedState = ConceptHarm.sharedState(of: concept, report, in: context)
        causes = RootCause.ranked(of: concept, in: context)
        let map = ConceptMap(concept, context)
        tests = TestSplit(concept, map, report, in: context)
        priority = report.findings.filter { $0.concept == concept.name && $0.scope == .live }.map(\.priority).min()

        facts = GardenFacts(harm: harm)
        facts.commit = report.commit
        facts.isDirty = report.dirty
        facts.incomplete = report.incomplete
        facts.layers = causes.count { $0.kind == .layer }
        facts.wrongTestStatements = statements.reduce(0) { sum, entry in
            context.scope(of: entry.key) == .test ? sum + entry.value.count : sum
        }
        facts.protecting = tests.protecting
        facts.breaking = tests.breaking.count
        facts.gaps = tests.gaps.count
        let unfit = Self.uncollectable(report)
        facts.uncollectable = unfit.reduce(0) { $0 + $1.placeCount }
        facts.firstUncollectable = unfit.first.map { Evidence(path: $0.path, line: $0.line, text: $0.message) }
        facts.proof = ProofModule.written(for: concept.name, in: context)
    }

    /// The statements by which live code and tests reach something of the concept in another way than the registered one. A file
    /// that holds an object of the concept is part of it.
    private static func statements(beside concept: Concept, in context: RuleContext) -> [FileID: [Evidence]] {
        let holders = Set(concept.objects.map(\.file))
        var found: [FileID: Set<Evidence>] = [:]
        for object in concept.objects {
            for consumer in context.model.consumers(of: object)
            where !holders.contains(consumer.file) && [.live, .test].contains(context.scope(of: consumer.file))
                && !concept.registers(object, through: consumer.module, in: context.model)
            {
                found[consumer.file, default: []].insert(context.evidence(consumer))
            }
        }
        return found.mapValues { $0.sorted() }
    }

    /// Tests that pytest cannot collect, and test files that do not parse: one of a collected name is among the former already.
    private static func uncollectable(_ report: AuditReport) -> [Finding] {
        let tests = report.findings.filter { $0.scope == .test && $0.confidence != .review }
        let uncollectable = tests.filter { $0.rule == UncollectableTestRule.name }
        let named = Set(uncollectable.flatMap(\.places).map(\.path))
        return uncollectable + tests.filter { $0.rule == SyntaxRule.name && !named.contains($0.path) }
    }
}
