/// The physical lines of a source, one after the other, in memory that depends neither on their number nor on their length.
public final class TextLines {
    private static let bufferBytes = 1 << 20
    /// More of a line is not handed out: a header and what the lexer looks at.
    public static let lineLimit = 2 * LogLexer.byteLimit

    private var source: any ByteSource
    private var buffer: [UInt8]
    private var count = 0
    /// Bytes of the source before the buffer.
    private var base = 0
    private var isAtEnd = false

    /// Why the source ended; told when what was read before has been handed out.
    private var failure: SourceError?

    /// - Parameter source: a text, or a gzip file that holds one.
    public init(_ source: any ByteSource) {
        self.source = source
        buffer = [UInt8](repeating: 0, count: Self.bufferBytes)
        fill()
        if GzipSource.isGzip(buffer.prefix(count)) {
            self.source = GzipSource(source, head: Array(buffer.prefix(count)))
            count = 0
            isAtEnd = failure != nil
            fill()
        }
    }

    /// The layout of the lines, from the start of the source. To be asked for before the lines.
    public func layout() -> PlainTextLayout {
        buffer.withUnsafeBufferPointer { PlainTextLayout.detect($0.part(0..<count)) }
    }

    /// Calls `body` with each line, without its line feed, and its offset.
    ///
    /// - Throws: ``SourceError`` when the source ends before its end; the lines before have been handed out.
    public func forEach(_ body: (ByteSpan, Int) -> Void) throws(SourceError) {
        while count > 0 {
            let (used, unfinished) = buffer.withUnsafeBufferPointer { buffer in
                handOut(buffer.part(0..<count), body)
            }
            if unfinished {
                // The line goes on beyond the buffer: what is needed of it has been handed out.
                skipLine()
                continue
            }
            drop(used)
            fill()
        }
        if let failure { throw failure }
    }

    /// Hands out the complete lines. Returns the bytes used, and whether the buffer is too small for the line it begins with.
    private func handOut(_ text: ByteSpan, _ body: (ByteSpan, Int) -> Void) -> (used: Int, unfinished: Bool) {
        var at = 0
        while let end = text.find(0x0A, from: at) {
            body(text.part(at..<min(end, at + Self.lineLimit)), base + at)
            at = end + 1
        }
        if at == 0 || isAtEnd, at < text.count {
            body(text.part(at..<min(text.count, at + Self.lineLimit)), base + at)
            return (text.count, !isAtEnd)
        }
        return (at, false)
    }

    private func skipLine() {
        drop(count)
        while true {
            fill()
            if count == 0 { return }
            let end = buffer.withUnsafeBufferPointer { $0.part(0..<count).find(0x0A) }
            drop(end.map { $0 + 1 } ?? count)
            if end != nil {
                fill()
                return
            }
        }
    }

    private func drop(_ used: Int) {
        base += used
        count -= used
        buffer.withUnsafeMutableBytes { bytes in
            guard used > 0, count > 0, let start = bytes.baseAddress else { return }
            start.copyMemory(from: start + used, byteCount: count)
        }
    }

    private func fill() {
        while count < buffer.count, !isAtEnd {
            let result = buffer.withUnsafeMutableBytes { bytes -> Result<Int, SourceError> in
                do throws(SourceError) {
                    return .success(try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[count...])))
                } catch {
                    return .failure(error)
                }
            }
            switch result {
            case .success(let read):
                count += read
                isAtEnd = read == 0
            case .failure(let error):
                failure = error
                isAtEnd = true
            }
        }
    }
}
