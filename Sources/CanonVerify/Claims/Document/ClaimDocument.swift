/// A Markdown document as far as claims need it: what kind of line each is, and under which headings it stands.
///
/// Blocks follow CommonMark 0.31 for headings, lists and fences, GitHub's extensions for tables and task lists. Nothing here can
/// fail: what is no markup is text.
struct ClaimDocument {
    enum Box { case ticked, open }

    enum Kind: Equatable {
        case blank
        case heading(level: Int)
        /// A list item; `indent` in columns.
        case item(indent: Int, box: Box?)
        case text(indent: Int)
        /// A row of a table: the ranges of its cells.
        case row(cells: [Range<Int>], isHeader: Bool)
        /// A line of a code block, by its index in ``codeBlocks``.
        case code(block: Int)
        /// A fence, the line below a table's header, a rule.
        case mark
    }

    struct Line {
        var source: DocumentLine
        var kind: Kind
        /// The text without what makes it a heading or item.
        var content: Range<Int>
        /// In ``sections``.
        var section: Int
        /// Whether the text is quoted from elsewhere.
        var isQuoted: Bool
    }

    struct Section {
        /// Empty for what stands before the first heading.
        var title: String
        var level: Int
        var parent: Int?
        /// In ``lines``.
        var line: Int
    }

    struct CodeBlock {
        /// In lower case; empty when none is given.
        var language: String
        /// Indexes in ``lines``.
        var lines: Range<Int>
    }

    /// As the user named it.
    let name: String
    private(set) var lines: [Line] = []
    private(set) var sections = [Section(title: "", level: 0, parent: nil, line: 0)]
    private(set) var codeBlocks: [CodeBlock] = []
    /// Sequences of double-decoded text that were repaired.
    let repairs: Int

    init(name: String, bytes: [UInt8]) {
        self.name = name
        let (source, repairs) = DocumentLine.lines(of: bytes)
        self.repairs = repairs
        var index = 0
        while index < source.count {
            if let fence = Fence(source[index]) {
                index = readCode(source, index, fence)
            } else {
                append(source[index])
                index += 1
            }
        }
        markTables()
    }

    // MARK: Reading

    private struct Fence {
        var scalar: Unicode.Scalar
        var length: Int
        var language: String

        init?(_ line: DocumentLine) {
            var rest = line.scalars.drop { $0 == " " || $0 == "\t" || $0 == ">" }
            guard let first = rest.first, first == "`" || first == "~" else { return nil }
            let run = rest.prefix { $0 == first }.count
            guard run >= 3 else { return nil }
            rest = rest.dropFirst(run)
            guard first == "~" || !rest.contains("`") else { return nil }
            scalar = first
            length = run
            let info = rest.drop { $0 == " " }.prefix { $0 != " " && $0 != "{" && $0 != "," }
            language = String(String.UnicodeScalarView(info)).lowercased()
        }
    }

    /// A block that nobody closes goes to the end of the document.
    private mutating func readCode(_ source: [DocumentLine], _ start: Int, _ fence: Fence) -> Int {
        append(source[start], as: .mark)
        let block = codeBlocks.count
        let first = lines.count
        var index = start + 1
        while index < source.count {
            let line = source[index]
            if let end = Fence(line), end.scalar == fence.scalar, end.length >= fence.length, end.language.isEmpty {
                break
            }
            append(line, as: .code(block: block))
            index += 1
        }
        codeBlocks.append(CodeBlock(language: fence.language, lines: first..<lines.count))
        guard index < source.count else { return index }
        append(source[index], as: .mark)
        return index + 1
    }

    private mutating func append(_ line: DocumentLine, as kind: Kind) {
        lines.append(
            Line(
                source: line, kind: kind, content: 0..<line.scalars.count, section: sections.count - 1,
                isQuoted: false))
    }

    private mutating func append(_ line: DocumentLine) {
        let scalars = line.scalars
        var start = 0
        var indent = 0
        var isQuoted = false
        func skipSpace() {
            while start < scalars.count, scalars[start] == " " || scalars[start] == "\t" {
                indent += scalars[start] == "\t" ? 4 : 1
                start += 1
            }
        }
        skipSpace()
        while start < scalars.count, scalars[start] == ">" {
            isQuoted = true
            start += 1
            skipSpace()
        }
        var end = scalars.count
        while end > start, scalars[end - 1] == " " || scalars[end - 1] == "\t" { end -= 1 }
        var kind = Kind.text(indent: indent)
        if start == end {
            kind = .blank
        } else if let level = Self.headingLevel(scalars[start..<end]) {
            start += level
            skipSpace()
            start = min(start, end)
            while end > start, scalars[end - 1] == "#" { end -= 1 }
            while end > start, scalars[end - 1] == " " { end -= 1 }
            kind = .heading(level: level)
            var parent: Int? = sections.count - 1
            while let index = parent, sections[index].level >= level { parent = sections[index].parent }
            sections.append(
                Section(title: line.text(start..<end), level: level, parent: parent, line: lines.count))
        } else if Self.isRule(scalars[start..<end]) {
            kind = .mark
        } else if let width = Self.markerWidth(scalars[start..<end]) {
            let markerIndent = indent
            start += width
            skipSpace()
            start = min(start, end)
            var box: Box?
            if end - start >= 3, scalars[start] == "[", scalars[start + 2] == "]",
                end - start == 3 || scalars[start + 3] == " "
            {
                switch scalars[start + 1] {
                case " ": box = .open
                case "x", "X": box = .ticked
                default: break
                }
            }
            if box != nil {
                start += 3
                skipSpace()
                start = min(start, end)
            }
            kind = .item(indent: markerIndent, box: box)
        }
        lines.append(
            Line(
                source: line, kind: kind, content: start..<end, section: sections.count - 1,
                isQuoted: isQuoted))
    }

    private static func headingLevel(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
        let level = text.prefix { $0 == "#" }.count
        guard (1...6).contains(level) else { return nil }
        let next = text.dropFirst(level).first
        return next == nil || next == " " || next == "\t" ? level : nil
    }

    private static func isRule(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = text.first, ["-", "*", "_", "="].contains(first) else { return false }
        return text.count(where: { $0 == first }) >= 3 && text.allSatisfy { $0 == first || $0 == " " }
    }

    /// `- `, `* `, `+ `, `12. `, `3) `
    private static func markerWidth(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
        guard let first = text.first else { return nil }
        func isSpace(at offset: Int) -> Bool {
            let index = text.startIndex + offset
            return index < text.endIndex && (text[index] == " " || text[index] == "\t")
        }
        if ["-", "*", "+", "•"].contains(first) { return isSpace(at: 1) ? 1 : nil }
        let digits = text.prefix { ("0"..."9").contains($0) }.count
        guard (1...9).contains(digits), text.count > digits else { return nil }
        let mark = text[text.startIndex + digits]
        return (mark == "." || mark == ")") && isSpace(at: digits + 1) ? digits + 1 : nil
    }

    /// Rows are lines with bars above and below a line of dashes.
    private mutating func markTables() {
        var index = 1
        while index < lines.count {
            guard case .text = lines[index - 1].kind, Self.isDelimiter(lines[index].source.scalars) else {
                index += 1
                continue
            }
            lines[index].kind = .mark
            lines[index - 1].kind = .row(cells: Self.cells(lines[index - 1].source), isHeader: true)
            index += 1
            while index < lines.count, case .text = lines[index].kind, lines[index].source.scalars.contains("|") {
                lines[index].kind = .row(cells: Self.cells(lines[index].source), isHeader: false)
                index += 1
            }
        }
    }

    private static func isDelimiter(_ text: [Unicode.Scalar]) -> Bool {
        text.contains("|") && text.contains("-") && text.allSatisfy { "|-: \t".unicodeScalars.contains($0) }
    }

    private static func cells(_ line: DocumentLine) -> [Range<Int>] {
        var cells: [Range<Int>] = []
        var start = 0
        func add(_ end: Int) {
            var range = start..<end
            while !range.isEmpty, line.scalars[range.lowerBound] == " " { range = range.dropFirst() }
            while !range.isEmpty, line.scalars[range.upperBound - 1] == " " { range = range.dropLast() }
            cells.append(range)
            start = end + 1
        }
        for (index, scalar) in line.scalars.enumerated()
        where scalar == "|" && !(index > 0 && line.scalars[index - 1] == "\\") {
            add(index)
        }
        add(line.scalars.count)
        // Bars at both ends are no cells.
        if cells.first?.isEmpty == true { cells.removeFirst() }
        if cells.last?.isEmpty == true { cells.removeLast() }
        return cells
    }

    // MARK: Asking

    /// The first heading; else the first line with text.
    var title: String {
        if sections.count > 1 { return sections[1].title }
        return lines.first { $0.kind != .blank && $0.kind != .mark }.map { $0.source.text($0.content) } ?? ""
    }

    /// A section and those it stands in, the innermost first.
    func chain(of section: Int) -> [Section] {
        var chain: [Section] = []
        var current: Int? = section
        while let index = current {
            chain.append(sections[index])
            current = sections[index].parent
        }
        return chain
    }
}
