/// What stands before the message in a line of plain text.
public struct PlainTextLine: Sendable {
    /// Nanoseconds since 1970. A zone that is not said is taken as UTC, a year that is not said as the last possible one.
    public var time: Int64?
    public var severity: LogSeverity?
    public var component: Range<Int>?
    public var process: Range<Int>?
    public var host: Range<Int>?
    public var message: Range<Int>
    /// Whether the line lacks the header that the lines of its source have: it goes on with the record before it.
    public var isContinuation = false
    /// Where its level stands, if that could as well be the first word of a sentence.
    var levelWord: Range<Int>?
}

/// How the lines of one source are laid out: which columns stand before the message.
///
/// The columns are found by statistics over a sample (`detect`), not by a list of known formats: a column is a position at which
/// nearly all lines have a field of one kind, and the header ends behind the last such column.
public struct PlainTextLayout: Sendable {
    /// Formats of a source, most frequent first: services that share a file write different headers.
    struct Format: Sendable, Equatable {
        var columns: [LineField.Kind]
        var delimiter: UInt8?
        /// The column that a line of this format must have: its first time, or its level.
        var anchor: Int
    }

    /// Fields that a component's name may have before its colon: `Print Agent[12]:`.
    static let labelReach = 3
    /// Fields in which a separator is looked for: `name x86 - message`.
    static let separatorReach = 2

    var formats: [Format]
    /// Whether a level that could be the first word of a sentence is a level in this source.
    var takesLevelWords: Bool
    /// Nanoseconds since 1970 for years that lines do not say.
    var now: Int64

    /// The header of a line.
    public func split(_ line: ByteSpan) -> PlainTextLine {
        var best: (line: PlainTextLine, matched: Int)?
        for format in formats {
            guard let candidate = split(line, by: format) else { continue }
            if candidate.matched == format.columns.count { return candidate.line }
            if candidate.matched > best?.matched ?? 0 { best = candidate }
        }
        if let best { return best.line }
        let fields = LineFields(line, delimiter: nil, takesLevelWords: takesLevelWords)
        return PlainTextLine(message: fields.rest..<line.count, isContinuation: !formats.isEmpty)
    }

    /// The header of a line in that format, and how many columns it has; nil when the anchor is missing.
    func split(_ line: ByteSpan, by format: Format) -> (line: PlainTextLine, matched: Int)? {
        var fields = LineFields(line, delimiter: format.delimiter, takesLevelWords: takesLevelWords)
        var result = PlainTextLine(message: 0..<line.count)
        var matched = 0
        var passedAnchor = false
        var lastWord: Range<Int>?
        for (index, kind) in format.columns.enumerated() {
            let before = fields
            guard var field = fields.next() else { break }
            if field.kind != kind {
                if kind == .label || kind == .separator {
                    let reach = kind == .label ? Self.labelReach : Self.separatorReach
                    let start = field.range.lowerBound
                    for _ in 0..<reach where field.kind != kind {
                        guard field.kind != .quoted, let next = fields.next() else { break }
                        field = next
                    }
                    if field.kind == kind { field.range = start..<field.range.upperBound }
                }
                if index == format.anchor, field.kind != kind { return nil }
                // The message begins where the level would stand.
                if kind == .level, field.isLevelWord {
                    fields = before
                    break
                }
                let isOptional = kind == .word || kind == .number || kind == .level || kind == .group
                if field.kind != kind, !isOptional || field.kind == .quoted {
                    fields = before
                    break
                }
            }
            if field.kind == kind || kind == .word { matched += 1 }
            if index == format.anchor { passedAnchor = true }
            note(field, kind, fields.stamp, &lastWord, line, &result)
        }
        guard passedAnchor else { return nil }
        if result.component == nil { result.component = lastWord }
        result.message = fields.rest..<max(fields.rest, line.count)
        return (result, matched)
    }

    private func note(
        _ field: LineField, _ kind: LineField.Kind, _ stamp: Timestamp, _ lastWord: inout Range<Int>?,
        _ line: ByteSpan, _ result: inout PlainTextLine
    ) {
        if let severity = field.severity { result.severity = severity }
        if field.isLevelWord, field.kind == .level { result.levelWord = field.range }
        switch kind {
        case .time: if result.time == nil { result.time = stamp.nanoseconds(now: now) }
        case .number: if result.process == nil, result.time != nil { result.process = field.range }
        case .word: lastWord = field.range
        case .label:
            noteLabel(field.range, line, &result)
            result.host = lastWord
        default: break
        }
    }

    /// `sshd[123]:` is a component and a process.
    private func noteLabel(_ range: Range<Int>, _ line: ByteSpan, _ result: inout PlainTextLine) {
        var end = range.upperBound - 1
        if end > range.lowerBound, line[end - 1] == UInt8(ascii: "]"),
            let open = line.part(range).find(UInt8(ascii: "[")), open > 0
        {
            result.process = range.lowerBound + open + 1..<end - 1
            end = range.lowerBound + open
        }
        result.component = range.lowerBound..<end
    }
}
