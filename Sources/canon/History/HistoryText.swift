import CanonAudit
import CanonVerify

/// What `canon audit history` prints for people: what became of each concept, its table, and what the figures rest on.
struct HistoryText {
    let report: HistoryReport
    let terminal: Terminal

    var text: String {
        var text = ""
        for concept in report.trends { text += section(concept) + "\n" }
        for sample in report.samples where sample.problem != nil {
            text += terminal.styled("not read", .red) + "  \(sample.commit.shortID) \(sample.commit.day)\n"
        }
        for note in report.notes { text += terminal.paragraph(note.escapingControls, .dim) }
        let work = report.work
        return text
            + terminal.paragraph(
                "\(AuditFigures.counted(work.parsed, "file")) parsed, \(work.reused) more were the same as in the sample before.",
                .dim)
    }

    private func section(_ trend: ConceptTrend) -> String {
        let style: Style =
            switch trend.direction {
            case .better: .green
            case .worse: .red
            case .same, .unknown: .bold
            }
        var table = TableWriter([
            "DAY", "COMMIT", "IMPL", "PATHS", "BOUND", "SCORE", "LINES", "METHODS", "FAN-IN", "SUBJECT",
        ])
        for sample in report.samples {
            guard let cells = HistoryReport.cells(sample, trend.concept) else {
                table.add(
                    [.init(sample.commit.day), .init(sample.commit.shortID), .init("not read", .red)]
                        + Array(repeating: .init(""), count: 6) + [.init(sample.commit.subject)])
                continue
            }
            table.add(cells.map { .init($0) } + [.init(sample.commit.subject)])
        }
        return terminal.paragraph(trend.sentence.escapingControls, style) + table.render(on: terminal)
    }
}
