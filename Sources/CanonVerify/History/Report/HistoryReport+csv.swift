import CanonAudit

extension HistoryReport {
    static let csvColumns = [
        "position", "commit", "time", "subject", "concept", "standing", "implementations", "import_paths", "bound",
        "consumers", "score", "lines", "methods", "fan_in", "unread", "unparsable", "problem",
    ]

    /// A line for each concept of each sample (RFC 4180). What was not measured is empty.
    public var csv: String {
        var text = Self.line(Self.csvColumns)
        for sample in samples {
            let head = ["\(sample.position)", sample.commit.id, sample.commit.time, sample.commit.subject]
            if let problem = sample.problem {
                let empty = Array(repeating: "", count: Self.csvColumns.count - head.count - 1)
                text += Self.line(head + empty + [problem])
            }
            for one in sample.concepts {
                let figures = [
                    one.implementations, one.importPaths, one.bound, one.consumers,
                ].map { one.standing == .noCanonical ? "" : "\($0)" }
                let shape = [one.lines, one.methods, one.fanIn].map { one.standing == .noCanonical ? "" : "\($0)" }
                text += Self.line(
                    head + [one.name, one.standing.rawValue] + figures + [one.score.map(AuditFigures.percent) ?? ""]
                        + shape + ["\(sample.unread.count)", "\(sample.unparsable)", ""])
            }
        }
        return text
    }

    private static func line(_ fields: [String]) -> String {
        fields.map(CSVReport.field).joined(separator: ",") + "\r\n"
    }
}
