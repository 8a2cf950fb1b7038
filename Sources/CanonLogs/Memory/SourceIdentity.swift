import Crypto

/// How a file is known again after it has grown, was renamed or compressed: by its beginning, and by what stood before the place up
/// to which it was counted.
struct SourceIdentity: Sendable, Hashable {
    static let headBytes = 4096
    /// Of a shorter beginning too many files have the same.
    static let minimumHead = 32

    var headLength: Int
    var head: String
    /// Bytes, inflated, whose entries have been counted.
    var counted: Int
    /// A hash of the last bytes before that place.
    var tail: String

    static func hash(_ bytes: some Sequence<UInt8>) -> String {
        SHA256.hash(data: Array(bytes)).prefix(16).map { byte in
            let text = String(byte, radix: 16)
            return text.utf8.count < 2 ? "0" + text : text
        }.joined()
    }

    /// The identity of what has been counted up to `counted`; nil when the file cannot be read again or is too short.
    static func of(path: String, counted: Int) -> SourceIdentity? {
        let length = min(headBytes, counted)
        guard length >= minimumHead, let head = bytes(of: path, 0..<length), let tail = tail(of: path, before: counted)
        else { return nil }
        return SourceIdentity(headLength: length, head: hash(head), counted: counted, tail: tail)
    }

    static func tail(of path: String, before place: Int) -> String? {
        bytes(of: path, max(0, place - headBytes)..<place).map { hash($0) }
    }

    /// A part of what the file holds, inflated; nil when it is shorter or cannot be read.
    static func bytes(of path: String, _ range: Range<Int>) -> [UInt8]? {
        guard let file = try? FileSource(path: path), file.size != nil else { return nil }
        var head = [UInt8](repeating: 0, count: 2)
        guard let count = try? read(file, into: &head), count == 2 || range.count <= count else { return nil }
        do {
            if GzipSource.isGzip(head) {
                return try part(of: GzipSource(file, head: head), range)
            }
            try file.seek(to: range.lowerBound)
            return try part(of: file, 0..<range.count)
        } catch {
            return nil
        }
    }

    private static func part(of source: any ByteSource, _ range: Range<Int>) throws(SourceError) -> [UInt8]? {
        var skipped = [UInt8](repeating: 0, count: min(range.lowerBound, 1 << 20))
        var left = range.lowerBound
        while left > 0 {
            if skipped.count > left { skipped.removeLast(skipped.count - left) }
            let count = try read(source, into: &skipped)
            guard count > 0 else { return nil }
            left -= count
        }
        var result = [UInt8](repeating: 0, count: range.count)
        return try read(source, into: &result) == range.count ? result : nil
    }

    /// Fills `bytes` as far as the source goes.
    private static func read(_ source: any ByteSource, into bytes: inout [UInt8]) throws(SourceError) -> Int {
        var count = 0
        var failure: SourceError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(SourceError) {
                while count < buffer.count {
                    let read = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                    if read == 0 { return }
                    count += read
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return count
    }
}
