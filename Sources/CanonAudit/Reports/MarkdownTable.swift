/// A table of Markdown that takes at most so much room: rows that do not fit are counted.
struct MarkdownTable {
    /// Without what stands before and after it: `Severity`, `Rule`.
    let columns: [String]
    var rows: [[String]]

    /// One cell shows where to look; who wants the rest opens the JSON.
    static let maximumCell = 600

    /// - Parameter bytes: how long it may be.
    func text(within bytes: Int) -> String {
        var text = Self.line(columns) + Self.line(columns.map { _ in "---" })
        var left = rows.count
        for row in rows {
            let line = Self.line(row.map(Self.cut))
            guard text.utf8.count + line.utf8.count <= bytes else { break }
            text += line
            left -= 1
        }
        guard left > 0 else { return text }
        return text
            + "\n\(AuditFigures.counted(left, "row")) more \(left == 1 ? "is" : "are") left out here; `--format json` has all.\n"
    }

    private static func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |\n" }

    private static func cut(_ cell: String) -> String {
        guard cell.utf8.count > maximumCell else { return cell }
        var cut = ""
        for character in cell {
            guard cut.utf8.count + character.utf8.count <= maximumCell else { break }
            cut.append(character)
        }
        // Neither half of an escape nor an open code span may reach into the next cell.
        while cut.hasSuffix("\\") { cut.removeLast() }
        if cut.count(where: { $0 == "`" }) % 2 == 1 { cut += "`" }
        return cut + "…"
    }
}
