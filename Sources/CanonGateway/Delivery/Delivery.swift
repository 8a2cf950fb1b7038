import CanonStore
import CanonWebSocket
import CanonWire
import NIOConcurrencyHelpers
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
        switch style {
        case .superset: frame
        case .flat: WebSocketFrameEncoder.serverText(EventFrame.flat.encode(event, epoch: epoch))
        }
    }
}

/// Carries deliveries to one event loop in order, with one hop for all that come together.
final class Mailbox: Sendable {
    private struct State {
        var pending: [Delivery] = []
        var isScheduled = false
    }

    private let eventLoop: any EventLoop
    private let state = NIOLockedValueBox(State())

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func post(_ deliveries: [Delivery], handler: @escaping @Sendable ([Delivery]) -> Void) {
        let mustSchedule = state.withLockedValue { state in
            state.pending.append(contentsOf: deliveries)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        guard mustSchedule else { return }
        eventLoop.execute { handler(self.take()) }
    }

    private func take() -> [Delivery] {
        state.withLockedValue { state in
            state.isScheduled = false
            defer { state.pending = [] }
            return state.pending
        }
    }
}
