import CanonStore
import CanonWebSocket
import CanonWire
import NIOCore

/// A stored event on its way to sockets: encoded once, its bytes shared by every connection.
struct Delivery: Sendable {
    let event: LogEvent
    let epoch: String
    /// A complete WebSocket frame with the superset text.
    let frame: ByteBuffer

    init(_ event: LogEvent, epoch: String) {
        self.event = event
        self.epoch = epoch
        frame = WebSocketFrameEncoder.serverText(EventFrame.superset.encode(event, epoch: epoch))
    }

    func frame(_ style: EventFrame) -> ByteBuffer {
        style == .superset ? frame : Self.frame(event, from: event.seq, epoch: epoch, style: style)
    }

    /// The frame of one event, or of joined deltas from the number `from` on.
    static func frame(_ event: LogEvent, from: Int64, epoch: String, style: EventFrame) -> ByteBuffer {
        WebSocketFrameEncoder.serverText(style.encode(event, epoch: epoch, from: from))
    }
}
