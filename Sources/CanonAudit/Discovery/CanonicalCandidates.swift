import CanonCodeModel

/// Which member of a group should be the canonical one, ranked, with the reasons.
public struct CanonicalCandidates: Sendable {
    public struct Candidate: Sendable {
        public var member: DiscoveredConcept.Member
        /// 0 to 1.
        public var weight: Double
        public var reason: String
    }

    /// The best first.
    public let ranked: [Candidate]

    /// The second one is nearly as good: somebody who knows should say.
    public var isClose: Bool { ranked.count > 1 && ranked[1].weight >= ranked[0].weight * 0.85 }

    /// - Parameter cycles: found once for all groups.
    public init(_ concept: DiscoveredConcept, _ context: RuleContext, cycles: ImportCycles) {
        let members = concept.implementations
        let model = context.model
        let union = Set(members.flatMap { model.publicMethodNames(of: $0.object, inherited: true) }).count
        let mostConsumers = max(1, members.map(\.consumers).max() ?? 1)
        let mostTests = max(1, members.map(\.tests).max() ?? 1)
        ranked = members.map { member in
            let methods = model.publicMethodNames(of: member.object, inherited: true).count
            let isInCycle = cycles.contains(model.module(of: member.object.file))
            let weight =
                0.45 * Double(member.consumers) / Double(mostConsumers) + 0.3 * Double(methods) / Double(max(1, union))
                + 0.15 * Double(member.tests) / Double(mostTests) + (isInCycle ? 0 : 0.1)
            let reason =
                "\(member.consumers) live modules and \(member.tests) test files import it, it has \(methods) of "
                + "\(union) public methods, and its module is \(isInCycle ? "part of an" : "in no") import cycle"
            return Candidate(member: member, weight: weight, reason: reason)
        }.sorted { ($1.weight, $0.member.symbol) < ($0.weight, $1.member.symbol) }
    }
}
