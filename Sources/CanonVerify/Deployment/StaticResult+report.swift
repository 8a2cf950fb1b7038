public import CanonAudit

extension StaticResult {
    /// - Parameters:
    ///   - report: made with the manifest that judges all commits alike.
    ///   - own: made with the manifest that stands in the commit itself; nil when it has none.
    ///   - waivers: a hash of the suppressions that stand in the commit.
    public init(commit: String, _ report: AuditReport, own: AuditReport?, waivers: String) {
        let routes = Dictionary(report.routes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var concepts: [String: Implementations] = [:]
        for score in report.score.concepts {
            var aliases: [String: String] = [:]
            for object in routes[score.name]?.objects ?? [] {
                for alias in object.aliases { aliases[alias] = object.symbol }
            }
            concepts[score.name] = Implementations(
                canonical: score.canonical, symbols: Set(score.implementationSymbols), aliases: aliases,
                unbound: score.unbound, consumers: score.consumers)
        }
        self.init(
            commit: commit, concepts: concepts,
            detector: own.map { "\($0.tool.ruleSet) \($0.tool.manifest) \(waivers)" },
            byOwnDetector: Dictionary(
                own?.score.concepts.map { ($0.name, $0.implementations) } ?? [], uniquingKeysWith: { first, _ in first }
            ),
            incomplete: report.incomplete.count)
    }
}
