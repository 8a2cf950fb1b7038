/// What a traceback says: the exception, its frames and its last line. Python's, and the `at …` frames of Java and JavaScript.
struct Traceback {
    struct Frame {
        /// As it stands in the text.
        var file: ByteSpan
        var function: ByteSpan
        var line: ByteSpan
    }

    /// `ValueError`, with its module; empty when the text has no line of an exception.
    private(set) var type = LogRecord.nothing
    /// The exception's own line without its type.
    private(set) var message = LogRecord.nothing
    /// The outermost first.
    private(set) var frames: [Frame] = []

    // MARK: Recognising

    static func looksLike(_ text: ByteSpan) -> Bool {
        text.find("Traceback (most recent call last)") != nil || text.find("\n\tat ") != nil
            || text.find("\n    at ") != nil
    }

    /// Whether the line opens a traceback.
    static func opens(_ line: ByteSpan) -> Bool {
        line.count >= 33 && line.find("Traceback (most recent call last)") != nil
    }

    /// Whether the line stands between two tracebacks of one failure.
    static func joins(_ line: ByteSpan) -> Bool {
        line.starts(with: "During handling of the above exception")
            || line.starts(with: "The above exception was the direct")
            || line.starts(with: "Caused by:")
    }

    /// `module.Type: words`, or the type alone.
    static func isExceptionLine(_ line: ByteSpan) -> Bool { exceptionType(in: line) != nil }

    private static func exceptionType(in line: ByteSpan) -> Range<Int>? {
        var end = 0
        var hasCapital = false
        while end < line.count, line[end].isWord || line[end] == UInt8(ascii: ".") || line[end] == UInt8(ascii: "$") {
            if line[end] &- 0x41 < 26 { hasCapital = true }
            end += 1
        }
        guard end > 2, hasCapital, line[0].isLetter || line[0] == UInt8(ascii: "_") else { return nil }
        guard end == line.count || line[end] == UInt8(ascii: ":") || line[end] == 0x0D else { return nil }
        return 0..<end
    }

    // MARK: Reading

    init(_ text: ByteSpan) {
        var at = 0
        var lastWasIndented = false
        var hasFrames = false
        while at < text.count {
            let end = text.find(0x0A, from: at) ?? text.count
            var line = text.part(at..<end)
            at = end + 1
            if line.last == 0x0D { line = line.part(0..<line.count - 1) }
            let body = line.trimmed
            // A group of exceptions draws bars before its lines (PEP 654).
            if body.isEmpty { continue }
            if Self.opens(line) {
                // Of several, the last is the one that was not caught.
                frames = []
                hasFrames = false
                lastWasIndented = false
                continue
            }
            let isIndented = line[0] == 0x20 || line[0] == 0x09
            if let frame = Self.pythonFrame(body) ?? Self.atFrame(body) {
                frames.append(frame)
                hasFrames = true
                lastWasIndented = true
                continue
            }
            if isIndented {
                lastWasIndented = true
                continue
            }
            if let range = Self.exceptionType(in: body), lastWasIndented || !hasFrames {
                if hasFrames || type.isEmpty {
                    type = body.part(range)
                    message = body.part(min(range.upperBound + 1, body.count)..<body.count).trimmed
                }
                lastWasIndented = false
            }
        }
    }

    /// `File "/app/x.py", line 10, in handler`
    private static func pythonFrame(_ line: ByteSpan) -> Frame? {
        guard line.starts(with: "File \""), let quote = line.find(UInt8(ascii: "\""), from: 6),
            let number = line.find(", line ", from: quote)
        else { return nil }
        var end = number + 7
        while end < line.count, line[end].isDigit { end += 1 }
        let function = line.find(", in ", from: end).map { line.part($0 + 5..<line.count) } ?? LogRecord.nothing
        return Frame(file: line.part(6..<quote), function: function, line: line.part(number + 7..<end))
    }

    /// `at com.shop.Cart.add(Cart.java:12)`, `at handler (/app/x.js:10:5)`, `at /app/x.js:10:5`
    private static func atFrame(_ line: ByteSpan) -> Frame? {
        guard line.starts(with: "at ") else { return nil }
        let rest = line.part(3..<line.count)
        guard let open = rest.find(UInt8(ascii: "(")), rest.last == UInt8(ascii: ")") else {
            let place = placeAndLine(rest)
            return place.line.isEmpty ? nil : Frame(file: place.file, function: LogRecord.nothing, line: place.line)
        }
        let place = placeAndLine(rest.part(open + 1..<rest.count - 1))
        return Frame(file: place.file, function: rest.part(0..<open).trimmed, line: place.line)
    }

    private static func placeAndLine(_ text: ByteSpan) -> (file: ByteSpan, line: ByteSpan) {
        var file = text
        var line = LogRecord.nothing
        // JavaScript has the column behind the line.
        for _ in 0..<2 {
            var end = file.count
            while end > 0, file[end - 1].isDigit { end -= 1 }
            guard end > 1, end < file.count, file[end - 1] == UInt8(ascii: ":") else { break }
            line = file.part(end..<file.count)
            file = file.part(0..<end - 1)
        }
        return (file, line)
    }

    // MARK: Ours

    /// Frames of the application, not of the language or of what it installed.
    var ownFrames: [Frame] { frames.filter { !Self.isForeign($0) } }

    private static func isForeign(_ frame: Frame) -> Bool {
        let file = frame.file
        if file.find("site-packages/") != nil || file.find("dist-packages/") != nil || file.find("node_modules/") != nil
            || file.find("/lib/python") != nil || file.starts(with: "<") || file.starts(with: "node:") || file.isEmpty
        {
            return true
        }
        let function = frame.function
        return function.starts(with: "java.") || function.starts(with: "javax.") || function.starts(with: "jdk.")
            || function.starts(with: "sun.") || function.starts(with: "org.springframework.")
            || function.starts(with: "org.apache.")
    }

    /// The file without the folder that an image puts the application into.
    static func relative(_ file: ByteSpan) -> ByteSpan {
        for root: StaticString in ["/app/", "/workspace/", "/usr/src/app/", "/srv/", "/opt/app/", "/code/"]
        where file.starts(with: root) {
            return file.part(root.utf8CodeUnitCount..<file.count)
        }
        if file.starts(with: "/home/"), let user = file.find(UInt8(ascii: "/"), from: 6) {
            return file.part(user + 1..<file.count)
        }
        return file.first == UInt8(ascii: "/") ? file.part(1..<file.count) : file
    }
}
