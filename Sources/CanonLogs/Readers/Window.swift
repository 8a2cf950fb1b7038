/// The part of a source that is in memory: it slides over the source, and grows only while one entry does not fit.
final class Window {
    /// What a window takes at first, and at most: an entry that is longer is not read (Cloud Logging's limit is 256 KiB).
    static let initialBytes = 1 << 20
    static let maximumBytes = 1 << 24
    /// Zeros behind the last byte, which the wide scans may read.
    static let padding = 64

    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private let source: any ByteSource
    private(set) var count = 0
    /// Where the next entry begins, in the window.
    var at = 0
    /// Where the window begins, in the source.
    private(set) var start = 0
    private(set) var isAtEnd = false
    /// Why the source ended before its end.
    private(set) var failure: SourceError?

    /// - Parameter start: where the source's first byte stands in the whole that it is a part of.
    init(_ source: any ByteSource, start: Int = 0, capacity: Int = Window.initialBytes) {
        self.source = source
        self.start = start
        self.capacity = capacity
        memory = .allocate(capacity: capacity + Self.padding)
        memory.initialize(repeating: 0, count: capacity + Self.padding)
    }

    deinit { memory.deallocate() }

    var bytes: ByteSpan { ByteSpan(start: memory, count: count) }
    /// Where the next entry begins, in the source.
    var offset: Int { start + at }
    subscript(index: Int) -> UInt8 { memory[index] }

    enum Growth {
        case more
        /// There is nothing more.
        case end
        /// What begins at `at` is longer than a window can be.
        case full
    }

    /// Brings more of the source behind what is there, and drops what lies before `at`. Views into the window are void then.
    func grow() -> Growth {
        guard !isAtEnd else { return .end }
        if at > 0 {
            memory.update(from: memory + at, count: count - at)
            start += at
            count -= at
            at = 0
        }
        if count == capacity {
            guard capacity < Self.maximumBytes else { return .full }
            resize(to: min(Self.maximumBytes, capacity * 2))
        }
        do throws(SourceError) {
            let read = try source.read(
                into: UnsafeMutableRawBufferPointer(start: memory + count, count: capacity - count))
            count += read
            isAtEnd = read == 0
        } catch {
            failure = error
            isAtEnd = true
        }
        memory.advanced(by: count).update(repeating: 0, count: Self.padding)
        return isAtEnd ? .end : .more
    }

    /// Drops everything that is in the window.
    func skipAll() { at = count }

    private func resize(to bytes: Int) {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes + Self.padding)
        larger.update(from: memory, count: count)
        memory.deallocate()
        memory = larger
        capacity = bytes
    }
}
