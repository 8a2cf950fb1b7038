import NIOConcurrencyHelpers
import NIOCore

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
