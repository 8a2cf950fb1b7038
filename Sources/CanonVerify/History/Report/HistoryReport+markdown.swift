import CanonAudit

extension HistoryReport {
    /// For an issue or a report: what became of each concept, and its table.
    public var markdown: String {
        var text = "# History\n\n"
        for trend in trends { text += "- \(MarkdownText.escaped(trend.sentence))\n" }
        for concept in concepts {
            text += "\n## \(MarkdownText.escaped(concept))\n\n"
            text += "| \(Self.columns.joined(separator: " | ")) |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n"
            for sample in samples {
                guard let cells = Self.cells(sample, concept) else { continue }
                text += "| \(cells.joined(separator: " | ")) |\n"
            }
        }
        text += "\n## Measured\n\n"
        for note in notes { text += "- \(MarkdownText.escaped(note))\n" }
        return text
    }
}
