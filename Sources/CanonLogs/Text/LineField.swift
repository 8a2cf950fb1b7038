/// A field of a line's header: what stands between blanks, or a timestamp, a group in brackets, a quoted text.
struct LineField {
    enum Kind: UInt8 {
        case time, number, level, separator, group, label, quoted, word
    }

    var kind: Kind
    var range: Range<Int>
    var severity: LogSeverity?
    /// A level that could as well be the first word of a sentence: `Error handling was improved`. `ERROR`, `[error]` and `error:`
    /// could not.
    var isLevelWord = false
}

/// Reads the fields of a line one after the other.
struct LineFields {
    /// A group or a quoted text that is longer is part of the message.
    private static let groupLimit = 400

    private let line: ByteSpan
    /// NUL, which ends a field anyway, for none.
    private let delimiter: UInt8
    /// Whether a level that could be the first word of a sentence is a level.
    private let takesLevelWords: Bool
    /// The offset behind the last field.
    private(set) var at = 0
    /// The time of the last field that was one.
    private(set) var stamp = Timestamp(end: 0)
    private let flags = ByteFlags.table

    /// - Parameters:
    ///   - delimiter: what separates fields beside blanks.
    ///   - takesLevelWords: whether a level that could be the first word of a sentence is a level.
    init(_ line: ByteSpan, delimiter: UInt8?, takesLevelWords: Bool) {
        self.line = line
        self.takesLevelWords = takesLevelWords
        self.delimiter = delimiter ?? 0
    }

    /// The offset of the first byte of what is left.
    var rest: Int {
        var start = at
        while start < line.count, line[start].isBlank { start += 1 }
        return start
    }

    mutating func next() -> LineField? {
        while at < line.count, line[at].isBlank { at += 1 }
        guard at < line.count else { return nil }
        let start = at
        var field = read(start)
        at = field.range.upperBound
        if field.kind == .time, at < line.count, line[at] == UInt8(ascii: ",") || line[at] == UInt8(ascii: ":") {
            at += 1
        }
        if delimiter != 0 {
            while at < line.count, line[at].isBlank { at += 1 }
            if at < line.count, line[at] == delimiter { at += 1 }
        }
        field.range = start..<max(field.range.upperBound, start)
        return field
    }

    private mutating func read(_ start: Int) -> LineField {
        if let stamp = TimestampScanner.scan(line, at: start), endsField(stamp.end) {
            self.stamp = stamp
            let isLevelled = line[start].isLetter && start + 1 < line.count && line[start + 1].isDigit
            return LineField(
                kind: .time, range: start..<stamp.end,
                severity: isLevelled ? LogSeverity(level: line.part(start..<start + 1)) : nil)
        }
        switch line[start] {
        case UInt8(ascii: "["): return group(start, close: UInt8(ascii: "]"))
        case UInt8(ascii: "("): return group(start, close: UInt8(ascii: ")"))
        case UInt8(ascii: "<"): return priority(start) ?? chunk(start)
        case UInt8(ascii: "{"):
            let isName = start + 1 < line.count && line[start + 1].isWord
            // An object has its own order: nothing in it is a column.
            return isName
                ? group(start, close: UInt8(ascii: "}")) : LineField(kind: .quoted, range: start..<line.count)
        case UInt8(ascii: "\""):
            let end = line.find(UInt8(ascii: "\""), from: start + 1) ?? line.count
            return LineField(kind: .quoted, range: start..<min(end + 1, line.count))
        default: return (start == 0 ? levelPrefix(start) : nil) ?? chunk(start)
        }
    }

    /// Whether a field may end at `place`.
    private func endsField(_ place: Int) -> Bool {
        guard place < line.count else { return true }
        let byte = line[place]
        return byte.isBlank || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || byte == delimiter
    }

    /// `[main]`, `[Tue Mar 04 10:11:12 2025]`, `[error]`, `(com.example[1]):`
    private mutating func group(_ start: Int, close: UInt8) -> LineField {
        var depth = 0
        var end = start
        while end < line.count, end - start < Self.groupLimit {
            if line[end] == line[start] { depth += 1 }
            if line[end] == close {
                depth -= 1
                if depth == 0 { break }
            }
            end += 1
        }
        guard end < line.count, line[end] == close else { return chunk(start) }
        let inner = start + 1..<end
        end += 1
        if end < line.count, line[end] == UInt8(ascii: ":"), end + 1 == line.count || line[end + 1].isBlank {
            return LineField(kind: .label, range: start..<end + 1)
        }
        // `[1]word` is one word.
        guard end == line.count || line[end].isBlank || line[end] == line[start] || line[end] == delimiter else {
            return chunk(start)
        }
        if let stamp = TimestampScanner.scan(line, at: inner.lowerBound) {
            // `[2025-03-04 10:11:12,123: INFO/MainProcess]`
            self.stamp = stamp
            return LineField(
                kind: .time, range: start..<end, severity: firstLevel(in: stamp.end..<inner.upperBound))
        }
        if start == 0, isUptime(inner) {
            stamp = Timestamp(end: end)
            return LineField(kind: .time, range: start..<end)
        }
        let severity = LogSeverity(level: line.part(inner))
        if severity != .unspecified, line[inner.lowerBound].isLetter {
            return LineField(kind: .level, range: start..<end, severity: severity)
        }
        return LineField(kind: .group, range: start..<end)
    }

    /// `[   12.345678]`: seconds since something began.
    private func isUptime(_ range: Range<Int>) -> Bool {
        var text = line.part(range).trimmed
        if text.last == UInt8(ascii: "s") { text = text.part(0..<text.count - 1) }
        guard let point = text.find(UInt8(ascii: ".")), point > 0, point + 3 < text.count else { return false }
        return text.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
    }

    private func firstLevel(in range: Range<Int>) -> LogSeverity? {
        var at = range.lowerBound
        while at < range.upperBound {
            while at < range.upperBound, !line[at].isLetter { at += 1 }
            let start = at
            while at < range.upperBound, line[at].isLetter { at += 1 }
            if let severity = level(start..<at) { return severity }
        }
        return nil
    }

    /// `WARNING:name:…`, the default of Python's `logging`: the level in front of its colon.
    private func levelPrefix(_ start: Int) -> LineField? {
        var end = start
        while end < line.count, end - start < 9, line[end] &- UInt8(ascii: "A") < 26 { end += 1 }
        guard end - start > 2, end + 1 < line.count, line[end] == UInt8(ascii: ":"), line[end + 1].isWord,
            let severity = level(start..<end)
        else { return nil }
        return LineField(kind: .level, range: start..<end + 1, severity: severity)
    }

    /// `<134>` of RFC 3164 §4.1.1, with or without the version of RFC 5424 behind it.
    private func priority(_ start: Int) -> LineField? {
        var end = start + 1
        while end < line.count, end - start <= 3, line[end].isDigit { end += 1 }
        guard end > start + 1, end < line.count, line[end] == UInt8(ascii: ">") else { return nil }
        let value = line.part(start + 1..<end).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        end += 1
        if end + 1 < line.count, line[end] == UInt8(ascii: "1"), line[end + 1].isBlank { end += 1 }
        let levels: [LogSeverity] = [.emergency, .alert, .critical, .error, .warning, .notice, .info, .debug]
        return LineField(kind: .level, range: start..<end, severity: levels[value % 8])
    }

    private func chunk(_ start: Int) -> LineField {
        var end = start
        var all = ByteFlags(rawValue: .max)
        var any: ByteFlags = []
        while end < line.count {
            let flag = flags[Int(line[end])]
            if flag.contains(.space) || line[end] == delimiter { break }
            all.formIntersection(flag)
            any.formUnion(flag)
            end += 1
        }
        if end == start { return LineField(kind: .separator, range: start..<start + 1) }
        if all.contains(.digit) { return LineField(kind: .number, range: start..<end) }
        if any.isDisjoint(with: .name) { return LineField(kind: .separator, range: start..<end) }
        let last = line[end - 1]
        let isMarked = last == UInt8(ascii: ":") || last == UInt8(ascii: ",")
        if !any.contains(.digit), let severity = level(start..<end - (isMarked ? 1 : 0)) {
            let isWord = !isMarked && delimiter == 0 && (start..<end).contains { line[$0] &- UInt8(ascii: "a") < 26 }
            if !isWord { return LineField(kind: .level, range: start..<end, severity: severity) }
            return takesLevelWords
                ? LineField(kind: .level, range: start..<end, severity: severity, isLevelWord: true)
                : LineField(kind: .word, range: start..<end, isLevelWord: true)
        }
        // glog ends its header with `file.go:12]`.
        let isLabel = last == UInt8(ascii: ":") || (last == UInt8(ascii: "]") && any.contains(.joint))
        return LineField(kind: isLabel ? .label : .word, range: start..<end)
    }

    private func level(_ word: Range<Int>) -> LogSeverity? {
        guard (1...13).contains(word.count) else { return nil }
        // A single letter is a level in upper case only, and `F` is the full line of a container's log more often than fatal.
        let first = line[word.lowerBound]
        if word.count == 1, first.lowered == first || first == UInt8(ascii: "F") { return nil }
        let severity = LogSeverity(level: line.part(word))
        return severity == .unspecified ? nil : severity
    }
}
