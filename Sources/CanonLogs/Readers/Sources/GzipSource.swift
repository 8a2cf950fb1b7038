import CZlib

/// What a gzip file holds (RFC 1952), one member or several, inflated as it is read.
public final class GzipSource: ByteSource {
    public var name: String { compressed.name }
    public var size: Int? { compressed.size }
    public var consumed: Int { taken - Int(stream.pointee.avail_in) }
    private let compressed: any ByteSource
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var taken = 0
    private var state = State.betweenMembers
    /// To be told once everything before it has been handed out.
    private var damage: SourceError?

    private enum State {
        case betweenMembers, inMember, ended
    }

    /// - Parameters:
    ///   - compressed: the file after `head`.
    ///   - head: bytes that were read from it already.
    public init(_ compressed: any ByteSource, head: [UInt8]) {
        self.compressed = compressed
        input = .allocate(byteCount: max(262_144, head.count), alignment: 16)
        input.copyBytes(from: head)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_in = UInt32(head.count)
        taken = head.count
        // 16 for gzip's envelope, 15 for the largest window.
        let isReady = canon_inflateInit2(stream, 16 + 15) == Z_OK
        precondition(isReady, "zlib has no memory for a window")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    public static func isGzip(_ head: some Collection<UInt8>) -> Bool { head.starts(with: [0x1F, 0x8B]) }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int {
        stream.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(clamping: buffer.count)
        let wanted = Int(stream.pointee.avail_out)
        while Int(stream.pointee.avail_out) == wanted, state != .ended { try step() }
        let count = wanted - Int(stream.pointee.avail_out)
        if count == 0, let damage { throw damage }
        return count
    }

    private func step() throws(SourceError) {
        if stream.pointee.avail_in == 0 {
            let count = try compressed.read(into: input)
            if count == 0 {
                let isCut = state == .inMember
                state = .ended
                if isCut {
                    throw SourceError(message: "the gzip data ends before its end; the file was cut off", offset: taken)
                }
                return
            }
            taken += count
            stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = UInt32(count)
        }
        if state == .betweenMembers {
            // Padding with zeros is allowed behind the last member (gzip's manual).
            while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
                stream.pointee.next_in += 1
                stream.pointee.avail_in -= 1
            }
            guard stream.pointee.avail_in > 0 else { return }
            state = .inMember
        }
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            state = .betweenMembers
            inflateReset(stream)
        default:
            state = .ended
            let words = stream.pointee.msg.map { String(cString: $0) } ?? "no gzip data"
            damage = SourceError(
                message: "the gzip data is damaged (\(words)); what comes after is lost", offset: consumed)
        }
    }
}
