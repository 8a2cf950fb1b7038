import CanonWebSocket
import NIOConcurrencyHelpers
import NIOCore

/// A text frame that is compressed when the first connection wants it so, and never again (RFC 7692 without context
/// takeover: the bytes are the same for everybody). Nothing is compressed for clients that take plain text.
final class CompressedFrame: Sendable {
    private enum State {
        case text([UInt8])
        case frame(ByteBuffer)
    }

    private let state: NIOLockedValueBox<State>

    init(_ text: [UInt8]) { state = NIOLockedValueBox(.text(text)) }

    /// A complete WebSocket frame. Another event loop that wants it meanwhile waits some microseconds for it.
    var frame: ByteBuffer {
        state.withLockedValue { state in
            switch state {
            case .frame(let frame): return frame
            case .text(let text):
                let frame = WebSocketFrameEncoder.serverTextDeflated(text)
                state = .frame(frame)
                return frame
            }
        }
    }
}
