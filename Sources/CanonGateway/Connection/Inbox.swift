import NIOCore

/// Messages that came before they can be acted on: during the handshake, or behind one that is being stored.
struct Inbox {
    private var messages = CircularBuffer<ByteBuffer>()
    private(set) var bytes = 0
    /// A message is being worked on; those behind it wait, so that they are done in order.
    var isBusy = false

    var count: Int { messages.count }

    mutating func append(_ message: ByteBuffer) {
        messages.append(message)
        bytes += message.readableBytes
    }

    mutating func next() -> ByteBuffer? {
        guard let message = messages.popFirst() else { return nil }
        bytes -= message.readableBytes
        return message
    }

    /// Whether the socket should not be read until some are done. Nothing is lost by that: TCP holds the rest back.
    func isFull(_ limits: GatewayConfiguration.Limits) -> Bool {
        messages.count >= limits.earlyFrames || bytes >= limits.earlyBytes
    }
}
