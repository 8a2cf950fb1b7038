private import CCanonBytes

/// The bytes of a file as the lexer wants them: UTF-8, newlines as line feeds, a line feed at the end, then NUL bytes to
/// stop scans. It also finds where the lines start.
struct SourceText: ~Copyable {
    /// The text, and after it `padding` NUL bytes.
    var text = GrowingBuffer<UInt8>(capacity: 1 << 16)
    /// The bytes of the text without the padding.
    private(set) var length = 0
    /// The text holds bytes beyond ASCII.
    private(set) var hasWideCharacters = false
    private(set) var lineStarts = GrowingBuffer<UInt32>(capacity: 1 << 12)
    private var decoded = GrowingBuffer<UInt8>(capacity: 16)

    /// NUL bytes after the text: the longest read beyond the end of a scan.
    static let padding = 64
    /// Numbers beyond every offset that stand behind the starts of the lines, for searches that look at some lines at once.
    static let lineMargin = 4
    /// Files beyond this size are refused: offsets are 32 bits.
    static let maximumBytes = 1 << 30

    var view: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: text.base, count: length) }

    mutating func load(_ bytes: UnsafeRawBufferPointer, version: PythonVersion) throws(PythonDiagnostic) {
        length = 0
        lineStarts.count = 0
        lineStarts.append(0)
        guard bytes.count <= Self.maximumBytes else {
            throw PythonDiagnostic(line: 1, column: 1, message: "source file is larger than 1 GiB")
        }
        hasWideCharacters = false
        let encoding = try SourceEncoding.detect(bytes)
        switch encoding.codec {
        case .utf8:
            try copy(UnsafeRawBufferPointer(rebasing: bytes[encoding.markLength...]), version: version)
        default:
            try encoding.codec.decode(bytes, into: &decoded)
            try copy(UnsafeRawBufferPointer(decoded.view), version: version)
        }
    }

    /// Copies UTF-8, turns `\r\n` and `\r` into `\n`, and notes the lines.
    private mutating func copy(_ bytes: UnsafeRawBufferPointer, version: PythonVersion) throws(PythonDiagnostic) {
        text.count = 0
        text.reserve(bytes.count + Self.padding + 1)
        let output = text.base
        var read = 0
        var wide: UInt32 = 0
        let count = bytes.count
        lineStarts.reserve(count + 2)
        if let base = bytes.baseAddress {
            let input = base.assumingMemoryBound(to: UInt8.self)
            // Most files have no carriage return: then only the end of the last block is left.
            read = canon_copy_lines(output, input, count, lineStarts.base, &lineStarts.count, &wide)
            (output + read).update(from: input + read, count: count - read)
        }
        (output + count).update(repeating: 0, count: Self.padding + 1)
        var written = read
        // In place: `written` never passes `read`.
        while read < count {
            var byte = output[read]
            read += 1
            if byte == 0 {
                throw PythonDiagnostic(
                    line: lineStarts.count, column: 1, message: "source code cannot contain null bytes")
            }
            if byte >= 0x80 { wide = 1 }
            if byte == 0x0D {
                if read < count && output[read] == 0x0A { read += 1 }
                byte = 0x0A
            }
            output[written] = byte
            written += 1
            if byte == 0x0A { lineStarts.append(UInt32(written)) }
        }
        hasWideCharacters = wide != 0
        // Before 3.12 CPython adds a line feed also after a final `\r\n`.
        let endsWithPair = version < .v3_12 && count >= 2 && bytes[count - 1] == 0x0A && bytes[count - 2] == 0x0D
        if written == 0 || output[written - 1] != 0x0A || endsWithPair {
            output[written] = 0x0A
            written += 1
            lineStarts.append(UInt32(written))
        }
        (output + written).update(repeating: 0, count: min(Self.padding, text.capacity - written))
        // The offset after the last line feed starts no line.
        lineStarts.count -= 1
        lineStarts.reserve(lineStarts.count + Self.lineMargin)
        (lineStarts.base + lineStarts.count).update(repeating: .max, count: Self.lineMargin)
        text.count = written
        length = written
    }

    /// An error with its line and its column in characters.
    func diagnostic(_ problem: SyntaxProblem) -> PythonDiagnostic {
        let offset = min(max(problem.offset, 0), max(length - 1, 0))
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        var column = 1
        for index in Int(lineStarts[low])..<max(offset, Int(lineStarts[low])) where text[index] & 0xC0 != 0x80 {
            column += 1
        }
        return PythonDiagnostic(line: low + 1, column: column, message: problem.message)
    }
}
