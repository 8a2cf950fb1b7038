/// One row of dated figures.
public struct GardenFigures: Sendable {
    public var day: CalendarDate
    public var facts: GardenFacts

    public init(day: CalendarDate, facts: GardenFacts) {
        self.day = day
        self.facts = facts
    }

    static let header = [
        "| Day | Commit | Implementations | On wrong paths | Layers | Shared state | Tests: protect, break, gap | Cannot be collected | Plan: statements, files, unfit | Run | Harm |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]

    var row: String {
        let harm = facts.harm
        let review = harm.sharedStateInReview > 0 ? " + \(harm.sharedStateInReview) in review" : ""
        let plan = facts.plan.map { "\($0.statements), \($0.files), \($0.unfit.count)" } ?? "not measured"
        let cells = [
            "\(day)", Self.commit(facts), "\(harm.implementations)", "\(harm.wrongPaths) of \(harm.consumers)",
            "\(facts.layers)", "\(harm.sharedState)\(review)",
            "\(facts.protecting.count), \(facts.breaking), \(facts.gaps)", "\(facts.uncollectable)", plan,
            facts.run?.summary ?? "not measured",
            "\(harm.total)" + (facts.incomplete.isEmpty ? "" : ", incomplete"),
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// `39e79082aeaa`, with a word on what differs from it.
    static func commit(_ facts: GardenFacts) -> String {
        guard let commit = facts.commit else { return "none" }
        return String(commit.prefix(12)) + (facts.isDirty == true ? " with changes" : "")
    }

    /// Whether two rows say the same of one commit.
    static func sameButDay(_ a: String, _ b: String) -> Bool {
        func rest(_ row: String) -> [Substring] {
            Array(row.split(separator: "|", omittingEmptySubsequences: false).dropFirst(2))
        }
        let first = rest(a.trimmingTail())
        return first.count > 2 && first == rest(b)
    }
}
