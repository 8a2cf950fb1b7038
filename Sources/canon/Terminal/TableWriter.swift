/// Lays rows out in columns that line up, whatever their characters' widths are.
struct TableWriter {
    struct Cell: Sendable, ExpressibleByStringInterpolation {
        var text: String
        var style: Style?

        init(_ text: String, _ style: Style? = nil) {
            self.text = text.escapingControls
            self.style = style
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    let header: [String]
    private var rows: [[Cell]] = []

    init(_ header: [String]) {
        self.header = header
    }

    mutating func add(_ row: [Cell]) {
        precondition(row.count == header.count, "a row has as many cells as the header")
        rows.append(row)
    }

    /// The table, a line a row. On a terminal that is too narrow the last column is folded below itself.
    func render(on terminal: Terminal) -> String {
        let widths = header.indices.map { column in
            rows.reduce(header[column].displayWidth) { max($0, $1[column].text.displayWidth) }
        }
        var lines = [line(header.map { Cell($0, .bold) }, widths: widths, on: terminal)]
        lines += rows.map { line($0, widths: widths, on: terminal) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ row: [Cell], widths: [Int], on terminal: Terminal) -> String {
        let gap = "  "
        let indentation = widths.dropLast().reduce(0) { $0 + $1 + gap.count }
        var line = ""
        for (cell, width) in zip(row, widths).dropLast() {
            let padding = String(repeating: " ", count: width - cell.text.displayWidth)
            line += terminal.styled(cell.text, cell.style) + padding + gap
        }
        guard let last = row.last else { return line }
        var parts = [last.text]
        if let width = terminal.width, width - indentation >= 20 {
            parts = last.text.folded(toWidth: width - indentation)
        }
        line += parts.map { terminal.styled($0, last.style) }
            .joined(separator: "\n" + String(repeating: " ", count: indentation))
        while line.last == " " { line.removeLast() }
        return line
    }
}

extension Terminal {
    /// A text in lines that fit, each after so many blanks. Where nobody knows the width, in one line.
    func paragraph(_ text: String, indentation: Int = 0, _ style: Style? = nil) -> String {
        let margin = String(repeating: " ", count: indentation)
        let lines = width.map { text.folded(toWidth: max(20, $0 - indentation)) } ?? [text]
        return lines.map { margin + styled($0, style) + "\n" }.joined()
    }
}

extension String {
    /// Lines of at most so many cells, broken at spaces where there are any.
    func folded(toWidth width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ", omittingEmptySubsequences: false) {
            var word = String(word)
            if !line.isEmpty, line.displayWidth + 1 + word.displayWidth > width {
                lines.append(line)
                line = ""
            }
            while word.displayWidth > width {
                let head = word.prefix(fittingWidth: width)
                lines.append(head)
                word.removeFirst(head.count)
            }
            line += line.isEmpty ? word : " " + word
        }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }

    /// At least one character, so that folding always comes to an end.
    private func prefix(fittingWidth width: Int) -> String {
        var result = ""
        for character in self {
            guard result.isEmpty || (result + String(character)).displayWidth <= width else { break }
            result.append(character)
        }
        return result
    }
}
