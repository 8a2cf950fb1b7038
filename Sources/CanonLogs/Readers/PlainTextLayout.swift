/// What stands before the message in a line of plain text.
struct PlainTextLine {
    var time: Int64?
    var severity: Severity?
    var component: Range<Int>?
    var host: Range<Int>?
    var message: Range<Int>
}

/// How the lines of one source are laid out.
struct PlainTextLayout {
    static func detect(_ sample: ByteSpan) -> PlainTextLayout { PlainTextLayout() }

    func split(_ line: ByteSpan) -> PlainTextLine {
        var result = PlainTextLine(message: 0..<line.count)
        var at = line.first == UInt8(ascii: "[") ? 1 : 0
        for length in [32, 29, 27, 26, 25, 24, 23, 20, 19] where at + length <= line.count {
            if let time = LogTime.parse(line.part(at..<at + length)) {
                result.time = time
                at += length
                break
            }
        }
        if result.time == nil { at = 0 }
        var next = at
        for _ in 0..<4 {
            while next < line.count, !line[next].isLetter { next += 1 }
            var end = next
            while end < line.count, line[end].isLetter { end += 1 }
            let severity = Severity(level: line.part(next..<end))
            if severity != .unspecified, end - next > 2 {
                result.severity = severity
                at = end
                break
            }
            next = end
        }
        while at < line.count, line[at].isBlank || line[at] == UInt8(ascii: "]") || line[at] == UInt8(ascii: ":") || line[at] == UInt8(ascii: "-") { at += 1 }
        result.message = at..<line.count
        return result
    }
}
