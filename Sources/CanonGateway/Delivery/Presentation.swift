import CanonStore
import CanonWebSocket
import CanonWire
import NIOCore

/// How one connection is told of events and answers: in which vocabulary, and compressed or not.
struct Presentation {
    enum Dialect: Sendable, Equatable {
        /// The platform's frames, and the flat ones of the demo.
        case platform(EventFrame)
        /// The events of the AG-UI protocol (subprotocol `ag-ui.v1`); what it has no word for is a CUSTOM event.
        case agUI
    }

    let dialect: Dialect
    /// Whether the client agreed to `permessage-deflate`.
    let isCompressed: Bool
    /// How far each conversation has been told, which the AG-UI protocol needs and the platform's frames do not.
    private var views: [ThreadID: AGUIView] = [:]

    init(_ dialect: Dialect, isCompressed: Bool) {
        self.dialect = dialect
        self.isCompressed = isCompressed
    }

    /// The one frame of a live event that is made once for all connections; nil: this one needs frames of its own.
    func sharedFrame(of delivery: Delivery) -> ByteBuffer? {
        guard dialect == .platform(.superset) else { return nil }
        return isCompressed ? delivery.compressed.frame : delivery.frame
    }

    /// The frames of one event, or of joined deltas from the number `from` on.
    mutating func frames(of event: LogEvent, from: Int64, epoch: String) -> [ByteBuffer] {
        switch dialect {
        case .platform(let style): [frame(style.encode(event, epoch: epoch, from: from))]
        case .agUI:
            frames(
                views[event.thread, default: AGUIView(.thread, of: event.thread, epoch: epoch)]
                    .events(for: event, from: from == event.seq ? nil : from))
        }
    }

    /// A frame that stands in no log.
    func frame(_ frame: ServerFrame) -> ByteBuffer {
        switch dialect {
        case .platform: self.frame(frame.encoded)
        case .agUI: self.frame(JSONValue.object(AGUIView.custom(frame)).encoded)
        }
    }

    /// A run that is refused before it began, as the AG-UI protocol tells it.
    func refusal(of input: AGUIRunInput, _ message: String, epoch: String) -> [ByteBuffer] {
        var view = AGUIView(.run(RunID(input.run), shownAs: input.run), of: input.thread, epoch: epoch)
        return frames(view.fail(message, code: WireError.Code.notSupported.rawValue))
    }

    /// The events of a thread do not go on from where they are: what is told of them as open is closed.
    /// - Parameter openRuns: those that go on nevertheless.
    mutating func interrupt(_ thread: ThreadID, openRuns: Set<RunID> = []) -> [ByteBuffer] {
        guard var view = views[thread] else { return [] }
        let told = view.skip(openRuns: openRuns)
        views[thread] = openRuns.isEmpty ? nil : view
        return frames(told)
    }

    private func frames(_ events: [JSONObject]) -> [ByteBuffer] {
        events.map { frame(JSONValue.object($0).encoded) }
    }

    private func frame(_ text: [UInt8]) -> ByteBuffer {
        isCompressed ? WebSocketFrameEncoder.serverTextDeflated(text) : WebSocketFrameEncoder.serverText(text)
    }
}
