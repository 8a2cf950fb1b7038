/// Where a log's bytes come from, in order and once.
public protocol ByteSource: AnyObject {
    /// How messages name it.
    var name: String { get }
    /// Bytes in all when that is known, for a progress bar.
    var size: Int? { get }
    /// Bytes taken from the file so far; of a compressed file, compressed ones.
    var consumed: Int { get }

    /// Fills a part of `buffer` and returns how much; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int
}

/// Why a source ended before its end.
public struct SourceError: Error, Equatable, Sendable {
    /// For people: what is wrong with it, and what to do.
    public var message: String
    /// Bytes from the start of the file.
    public var offset: Int
}

/// Bytes that are in memory already.
public final class MemorySource: ByteSource {
    public let name: String
    public var size: Int? { bytes.count }
    public private(set) var consumed = 0
    private let bytes: [UInt8]
    private let step: Int

    /// - Parameter step: the most that is handed out at once.
    public init(_ bytes: [UInt8], name: String = "memory", step: Int = .max) {
        self.bytes = bytes
        self.name = name
        self.step = step
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bytes.count - consumed, step)
        guard count > 0 else { return 0 }
        bytes.withUnsafeBytes { all in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[consumed..<consumed + count]))
        }
        consumed += count
        return count
    }
}
