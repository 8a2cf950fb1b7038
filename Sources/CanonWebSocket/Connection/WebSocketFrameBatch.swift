import NIOCore

/// The frames that go out together: all that are small are encoded one behind the other into one reused buffer, so that
/// a turn of the event loop costs one write and one system call. A value without I/O.
struct WebSocketFrameBatch {
    /// Payloads above this many bytes are not copied behind their header by a server, but written as they are.
    static let copyLimit = 4096
    /// A batch of this many bytes is passed on, so that the channel's watermarks see what is waiting.
    static let fullSize = 16 * 1024
    /// A buffer up to this size is kept between batches.
    static let retainedCapacity = 1024

    private var buffer = ByteBuffer()
    private(set) var isEmpty = true
    private var promise: EventLoopPromise<Void>?

    /// Bytes of memory held for frames.
    var bufferedCapacity: Int { buffer.storageCapacity }

    var isFull: Bool { !isEmpty && buffer.readableBytes >= Self.fullSize }

    /// Adds a complete frame.
    mutating func append(
        _ opcode: WebSocketOpcode,
        _ payload: ByteBuffer,
        isCompressed: Bool = false,
        maskingKey: UInt32?,
        promise: EventLoopPromise<Void>?
    ) {
        beginIfEmpty()
        WebSocketFrameEncoder.writeFrame(
            opcode, payload, isCompressed: isCompressed, maskingKey: maskingKey, to: &buffer
        )
        add(promise)
    }

    /// Adds the header of a server's frame, whose payload is written right after the batch.
    mutating func appendHeader(_ opcode: WebSocketOpcode, payloadBytes: Int, isCompressed: Bool = false) {
        beginIfEmpty()
        WebSocketFrameEncoder.writeHeader(
            opcode, payloadBytes: payloadBytes, isCompressed: isCompressed, maskingKey: nil, to: &buffer
        )
    }

    /// Hands over what has been gathered, and starts anew.
    mutating func take() -> (frames: ByteBuffer, promise: EventLoopPromise<Void>?)? {
        guard !isEmpty else { return nil }
        let frames = buffer
        if buffer.storageCapacity > Self.retainedCapacity { buffer = ByteBuffer() }
        isEmpty = true
        defer { promise = nil }
        return (frames, promise)
    }

    private mutating func beginIfEmpty() {
        guard isEmpty else { return }
        isEmpty = false
        buffer.makeEmpty()
    }

    private mutating func add(_ added: EventLoopPromise<Void>?) {
        guard let added else { return }
        if let promise {
            promise.futureResult.cascade(to: added)
        } else {
            promise = added
        }
    }
}
