/// A view of bytes that somebody else owns.
public typealias ByteSpan = UnsafeBufferPointer<UInt8>

/// One entry of a log, as views into the reader's window: they are valid only while the reader's callback runs. No entry
/// becomes a tree of values; what is kept of one is copied by whoever keeps it.
public struct LogRecord {
    /// Where an entry comes from decides what can be known about it.
    public enum Form: UInt8, Sendable {
        /// A line or several of plain text: what stands in it is all there is.
        case text
        /// An object whose message was text, such as `textPayload`: what a process printed.
        case printed
        /// An object whose message was a member of structured data.
        case structured
        /// An access log entry that has a request and no message.
        case request
    }

    /// The message without terminal codes. Empty when the entry has none.
    public var message = LogRecord.nothing
    /// The text that holds the traceback, with the exception's own line; empty when there is none.
    public var traceback = LogRecord.nothing
    /// The exception's type as the entry names it beside a traceback; empty when there is none.
    public var exceptionType = LogRecord.nothing
    public var severity = LogSeverity.unspecified
    /// Nanoseconds since 1970, UTC.
    public var time: Int64?
    public var insertID = LogRecord.nothing
    public var service = LogRecord.nothing
    public var revision = LogRecord.nothing
    public var instance = LogRecord.nothing
    public var logger = LogRecord.nothing
    public var project = LogRecord.nothing
    public var location = LogRecord.nothing
    public var environment = LogRecord.nothing
    public var host = LogRecord.nothing
    /// Where the program logged it. Never a frame of a logging library.
    public var code = CodeLocation()
    public var form = Form.text
    /// Bytes from the start of the source (of what a compressed source holds).
    public var offset = 0
    /// Bytes of the whole entry.
    public var length = 0

    public struct CodeLocation {
        public var file = LogRecord.nothing
        public var function = LogRecord.nothing
        public var line = LogRecord.nothing
    }

    /// No bytes, at an address that is never looked at.
    public static var nothing: ByteSpan { ByteSpan(start: nil, count: 0) }
}

extension UnsafeBufferPointer<UInt8> {
    /// The bytes as text; what is no UTF-8 becomes U+FFFD.
    var text: String { String(decoding: self, as: UTF8.self) }

    func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && (count == 0 || compare(text) == 0)
    }

    func starts(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && compare(text) == 0
    }

    private func compare(_ text: StaticString) -> Int32 {
        guard let baseAddress else { return text.utf8CodeUnitCount == 0 ? 0 : 1 }
        return bytesCompare(baseAddress, text.utf8Start, text.utf8CodeUnitCount)
    }

    func part(_ range: Range<Int>) -> ByteSpan { ByteSpan(rebasing: self[range]) }

    /// Where `needle` first stands at or after `from`; nil when it does not.
    func find(_ needle: StaticString, from: Int = 0) -> Int? {
        let length = needle.utf8CodeUnitCount
        guard let baseAddress, count - from >= length, length > 0 else { return nil }
        return bytesFind(baseAddress + from, count - from, needle.utf8Start, length).map { $0 + from }
    }

    func find(_ byte: UInt8, from: Int = 0) -> Int? {
        guard let baseAddress, from < count else { return nil }
        return bytesFind(baseAddress + from, count - from, byte).map { $0 + from }
    }

    /// Without blanks, tabs and line ends on either side.
    var trimmed: ByteSpan {
        var low = 0
        var high = count
        while low < high, self[low].isBlank { low += 1 }
        while high > low, self[high - 1].isBlank { high -= 1 }
        return part(low..<high)
    }
}

extension UInt8 {
    var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    /// A letter, a digit or an underscore.
    var isWord: Bool { isLetter || isDigit || self == 0x5F }
    /// ASCII letters in lower case; everything else unchanged.
    var lowered: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
