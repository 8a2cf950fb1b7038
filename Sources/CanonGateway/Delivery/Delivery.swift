import CanonStore
import CanonWebSocket
import CanonWire
import NIOCore

/// A stored event on its way to sockets: encoded once and compressed at most once, its bytes shared by every connection.
struct Delivery: Sendable {
    let event: LogEvent
    let epoch: String
    /// A complete WebSocket frame with the superset text, not compressed.
    let frame: ByteBuffer
    let compressed: CompressedFrame

    init(_ event: LogEvent, epoch: String) {
        self.event = event
        self.epoch = epoch
        let text = EventFrame.superset.encode(event, epoch: epoch)
        frame = WebSocketFrameEncoder.serverText(text)
        compressed = CompressedFrame(text)
    }
}
