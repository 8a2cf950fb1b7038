import CanonCodeModel

/// How much harm a concept does as it stands, in live code. Every term is a count of the audit, so that the figure can be
/// recomputed from its evidence.
public struct ConceptHarm: Hashable, Codable, Sendable {
    public var concept: String
    /// Live modules that use the concept, and of these the ones that use another object than the canonical one, or reach it by a
    /// path that is not registered.
    public var consumers: Int
    public var wrongPaths: Int
    /// Distinct objects that implement it.
    public var implementations: Int
    /// Findings of shared-user-state in the files that hold the concept: those that facts show, and those that a person has to look
    /// at. One that is waived harms as well.
    public var sharedState: Int
    public var sharedStateInReview: Int
    public var isOnGoldenPath: Bool

    /// What one more implementation, or one state that users share, weighs in consumers on wrong paths.
    public static let weight = Priority.manyConsumers

    /// `wrong paths + 10 x (implementations - 1) + 10 x shared state + shared state in review`. Not negative; 0 is none.
    public var total: Int {
        wrongPaths + Self.weight * max(0, implementations - 1) + Self.weight * sharedState + sharedStateInReview
    }

    /// The sum as one can check it: `17 + 10 x 1 + 10 x 0 + 2 = 29`.
    public var sum: String {
        "\(wrongPaths) + \(Self.weight) x \(max(0, implementations - 1)) + \(Self.weight) x \(sharedState) "
            + "+ \(sharedStateInReview) = \(total)"
    }

    /// Whether there is one object, and every consumer is bound to it.
    public var isConsolidated: Bool { implementations == 1 && wrongPaths == 0 }

    public init(
        concept: String, consumers: Int = 0, wrongPaths: Int = 0, implementations: Int = 1, sharedState: Int = 0,
        sharedStateInReview: Int = 0, isOnGoldenPath: Bool = false
    ) {
        self.concept = concept
        self.consumers = consumers
        self.wrongPaths = wrongPaths
        self.implementations = implementations
        self.sharedState = sharedState
        self.sharedStateInReview = sharedStateInReview
        self.isOnGoldenPath = isOnGoldenPath
    }
}

extension ConceptHarm {
    /// Nil when the canonical symbol names nothing: what cannot be measured is not ranked.
    public init?(_ concept: Concept, _ report: AuditReport, in context: RuleContext) {
        guard concept.canonical != nil else { return nil }
        let count = ConsumerCount(of: concept, in: context)
        let shared = Self.sharedState(of: concept, report, in: context)
        self.init(
            concept: concept.name, consumers: count.consumers.count, wrongPaths: count.unbound.count,
            implementations: concept.implementations.count,
            sharedState: shared.count { $0.confidence != .review },
            sharedStateInReview: shared.count { $0.confidence == .review },
            isOnGoldenPath: concept.declared.isOnGoldenPath)
    }

    /// State that requests of several users share, in the files that hold an object of the concept.
    static func sharedState(of concept: Concept, _ report: AuditReport, in context: RuleContext) -> [Finding] {
        let holders = Set(concept.objects.map { context.path(of: $0.file) })
        return report.findings.filter { finding in
            finding.rule == SharedUserStateRule.name && finding.scope == .live
                && (finding.concept == concept.name || holders.contains(finding.path))
        }
    }

    /// The concepts that could be measured, the worst first: by harm, then those on the golden path, then by name.
    public static func ranking(_ report: AuditReport, in context: RuleContext) -> [ConceptHarm] {
        context.concepts.compactMap { ConceptHarm($0, report, in: context) }.sorted { a, b in
            if a.total != b.total { return a.total > b.total }
            if a.isOnGoldenPath != b.isOnGoldenPath { return a.isOnGoldenPath }
            return a.concept < b.concept
        }
    }
}
