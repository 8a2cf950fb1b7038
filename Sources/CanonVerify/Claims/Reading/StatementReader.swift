/// Finds the statements of a document that can be held against a repository.
///
/// What is a statement about the tree is decided by the tree's own names: a word with a slash is a path only when it begins with a
/// folder that is there or ends like a file.
struct StatementReader {
    let document: ClaimDocument
    let vocabulary: TreeVocabulary
    var statements: [ClaimStatement] = []
    /// The code spans of the line that was quoted last, marks included, in order.
    private var spans: (line: Int, ranges: [Range<Int>]) = (-1, [])

    static func statements(of document: ClaimDocument, _ vocabulary: TreeVocabulary) -> [ClaimStatement] {
        var reader = StatementReader(document: document, vocabulary: vocabulary)
        reader.read()
        return reader.statements
    }

    private init(document: ClaimDocument, vocabulary: TreeVocabulary) {
        self.document = document
        self.vocabulary = vocabulary
    }

    /// A heading, item, paragraph line or cell, in pieces.
    struct Passage {
        var line: Int
        var range: Range<Int>
        var tokens: [ClaimToken]
        /// What stands before a colon at its beginning, or in the first cell of the row.
        var label: [ClaimToken]
        /// Where the text behind the label begins, in `tokens`.
        var body: Int
        var isCell = false
        /// For each token its sentence: the tokens between two full stops.
        var sentences: [Range<Int>] = []
        /// What everything but its own words makes of it; nil when these decide.
        var context: ClaimStatement.Mood?
        /// Where sentences begin that speak of what is to come.
        var future: Set<Int> = []

        func sentence(around token: Int) -> Range<Int> {
            sentences.indices.contains(token) ? sentences[token] : 0..<tokens.count
        }

        func labelIs(_ words: Set<String>) -> Bool {
            label.contains { words.contains($0.lower) }
        }
    }

    private mutating func read() {
        readDocumentIssue()
        var blocks: Set<Int> = []
        for (index, line) in document.lines.enumerated() {
            switch line.kind {
            case .blank, .mark: continue
            case .code(let block):
                if blocks.insert(block).inserted { read(block: document.codeBlocks[block], index) }
            case .row(let cells, let isHeader): if !isHeader { readRow(index, cells) }
            case .heading, .item, .text: read(passage(index, line.content))
            }
        }
        readOrigins()
        statements.sort { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
    }

    private mutating func readRow(_ index: Int, _ cells: [Range<Int>]) {
        guard let first = cells.first else { return }
        let label = ClaimToken.tokens(of: document.lines[index].source, in: first)
        for cell in cells {
            var passage = passage(index, cell)
            passage.isCell = true
            if cell != first, passage.label.isEmpty { passage.label = label }
            read(passage)
        }
    }

    func passage(_ index: Int, _ range: Range<Int>) -> Passage {
        let tokens = ClaimToken.tokens(of: document.lines[index].source, in: range)
        var label: [ClaimToken] = []
        var body = 0
        if let colon = tokens.prefix(10).firstIndex(where: { $0.isMark(":") }),
            !tokens[..<colon].contains(where: { $0.isMark(".") || $0.isMark("?") })
        {
            label = tokens[..<colon].filter { $0.kind != .mark }
            body = colon + 1
        }
        var passage = Passage(line: index, range: range, tokens: tokens, label: label, body: body)
        passage.sentences = Self.sentences(tokens)
        passage.future = Self.future(tokens, passage.sentences)
        return passage
    }

    private mutating func read(_ passage: Passage) {
        var passage = passage
        passage.context = context(of: passage)
        readReferences(passage)
        readQuantities(passage)
        let hasIssue = readIssues(passage)
        if !hasIssue { readDone(passage) }
        readCanonical(passage)
        readDays(passage)
    }

    // MARK: Making statements

    mutating func add(_ kind: ClaimStatement.Kind, _ line: Int, _ range: Range<Int>, mood: ClaimStatement.Mood) {
        let source = document.lines[line].source
        guard !range.isEmpty, range.lowerBound < source.columns.count else { return }
        let range = withWholeSpans(range.clamped(to: 0..<source.scalars.count), line)
        let section = document.lines[line].section
        statements.append(
            ClaimStatement(
                place: .init(
                    file: document.name, line: source.number, column: source.columns[range.lowerBound]),
                quote: source.text(range).replacing("**", with: ""), kind: kind, mood: mood,
                heading: document.sections[section].title, section: section))
    }

    /// What begins or ends in a code span has the marks of the span. The inside of one alone needs none.
    private mutating func withWholeSpans(_ range: Range<Int>, _ line: Int) -> Range<Int> {
        if spans.line != line { spans = (line, Self.spans(of: document.lines[line].source)) }
        let ranges = spans.ranges
        var first = 0
        var behind = ranges.count
        while first < behind {
            let middle = (first + behind) / 2
            if ranges[middle].upperBound <= range.lowerBound { first = middle + 1 } else { behind = middle }
        }
        var whole = range
        while first < ranges.count, ranges[first].lowerBound < range.upperBound {
            let span = ranges[first]
            let isWithin = span.lowerBound < range.lowerBound && range.upperBound < span.upperBound
            if !isWithin {
                whole = min(whole.lowerBound, span.lowerBound)..<max(whole.upperBound, span.upperBound)
            }
            first += 1
        }
        return whole
    }

    private static func spans(of line: DocumentLine) -> [Range<Int>] {
        guard line.scalars.contains("`") else { return [] }
        return ClaimToken.tokens(of: line, in: 0..<line.scalars.count).filter { $0.kind == .code }.map { token in
            var span = token.range
            for mark: Unicode.Scalar in [" ", "`"] {
                while span.lowerBound > 0, line.scalars[span.lowerBound - 1] == mark {
                    span = span.lowerBound - 1..<span.upperBound
                }
                while span.upperBound < line.scalars.count, line.scalars[span.upperBound] == mark {
                    span = span.lowerBound..<span.upperBound + 1
                }
            }
            return span
        }
    }

    /// A box, or a mark of completion at the beginning.
    private mutating func readDone(_ passage: Passage) {
        let line = document.lines[passage.line]
        var isDone = false
        // An open box is read as well: it says that something is not done yet.
        if case .item(_, .some) = line.kind { isDone = true }
        if let first = passage.tokens.first, Self.ticks.contains(first.text), !passage.isCell { isDone = true }
        guard isDone else { return }
        add(.done(line.source.text(passage.range)), passage.line, passage.range, mood: mood(passage, at: 0))
    }

    static let ticks: Set<String> = ["✅", "✔", "☑", "✓", "\u{2714}"]

    /// Only days that no calendar has are statements; the others date the document.
    private mutating func readDays(_ passage: Passage) {
        for token in passage.tokens where token.kind == .date {
            let day = String(token.text.prefix(10))
            if !CalendarDay.isValid(day) { add(.day(day), passage.line, token.range, mood: .fact) }
        }
    }
}

/// Days of the Gregorian calendar.
enum CalendarDay {
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]) else { return false }
        let isLeap = parts[0] % 4 == 0 && (parts[0] % 100 != 0 || parts[0] % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[parts[1] - 1]).contains(parts[2])
    }

    /// The latest day that a document names, which is the earliest on which it can have been written.
    static func latest(in document: ClaimDocument) -> String? {
        var latest: String?
        for line in document.lines {
            let tokens = ClaimToken.tokens(of: line.source, in: 0..<line.source.scalars.count)
            for (index, token) in tokens.enumerated() {
                var day: String?
                if token.kind == .date { day = String(token.text.prefix(10)) }
                // `September 17, 2025`
                if let month = months.firstIndex(of: token.lower), index + 3 < tokens.count,
                    let number = Int(tokens[index + 1].text), tokens[index + 2].isMark(","),
                    let year = Int(tokens[index + 3].text), (1990...2100).contains(year), (1...31).contains(number)
                {
                    let padded = [month + 1, number].map { $0 < 10 ? "0\($0)" : "\($0)" }
                    day = "\(year)-\(padded[0])-\(padded[1])"
                }
                if let day, isValid(day), latest.map({ $0 < day }) ?? true { latest = day }
            }
        }
        return latest
    }
}
