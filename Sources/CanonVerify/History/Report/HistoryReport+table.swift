import CanonAudit

extension HistoryReport {
    /// The columns of a concept's table, the same in every form of the report.
    static let columns = [
        "Day", "Commit", "Implementations", "Import paths", "Bound", "Score", "Lines", "Methods", "Fan-in",
    ]

    /// One row; nil when the commit could not be read.
    public static func cells(_ sample: Sample, _ concept: String) -> [String]? {
        guard let one = sample.measurement(of: concept) else { return nil }
        let head = [sample.commit.day, sample.commit.shortID]
        guard one.standing != .noCanonical else {
            return head + ["-", "-", "-", one.scoreText, "-", "-", "-"]
        }
        return head + [
            "\(one.implementations)", "\(one.importPaths)", "\(one.bound)/\(one.consumers)", one.scoreText,
            "\(one.lines)", "\(one.methods)", "\(one.fanIn)",
        ]
    }

    /// What to know before the numbers are believed, a sentence each.
    public var notes: [String] {
        var notes = [
            "\(samples.count) of \(AuditFigures.counted(window.commits, "commit")) on the line of first parents, evenly spaced, "
                + "all judged by rule set \(tool.ruleSet), manifest \(tool.manifest) and the grammar of Python \(python)."
        ]
        for change in detectorChanges {
            notes.append(
                "The detector changed in \(change.commit.shortID) (\(change.commit.day)): \(change.changes.joined(separator: ", ")). "
                    + "What the project's own audit said before and after it cannot be compared.")
            guard let path = change.leftOut.first else { continue }
            notes.append(
                "These figures leave out \(AuditFigures.counted(change.leftOut.count, "file")) that "
                    + "\(change.leftOut.count == 1 ? "was" : "were") live until then, such as \(path). To count them: "
                    + "git show \(change.commit.shortID)^:canon.yaml >before.yaml, and --config before.yaml.")
        }
        for sample in samples {
            if let problem = sample.problem {
                notes.append("\(sample.commit.shortID) could not be read: \(problem)")
            }
            if let gap = sample.unread.first {
                notes.append(
                    "\(sample.commit.shortID): \(AuditFigures.counted(sample.unread.count, "file")) could not be read, such as "
                        + "\(gap.path) (\(gap.text)); something may have been missed.")
            }
        }
        let broken = samples.filter { $0.unparsable > 0 }
        if let worst = broken.max(by: { $0.unparsable < $1.unparsable }) {
            notes.append(
                "Live files that do not parse were not counted: up to \(worst.unparsable), in \(worst.commit.shortID).")
        }
        return notes
    }
}
