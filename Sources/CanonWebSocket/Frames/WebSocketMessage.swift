public import NIOCore

/// What a connection hands to the application.
///
/// No larger than the three words that a `NIOAny` stores in place, so that a message passes the pipeline without an
/// allocation. A payload may be a slice of a larger buffer of received bytes: what is kept for long should be copied.
public enum WebSocketInbound: Sendable, Equatable {
    /// A complete text message: valid UTF-8.
    case text(ByteBuffer)
    /// A complete binary message.
    case binary(ByteBuffer)
    /// A ping with its payload. It has been answered already.
    case ping(ByteBuffer)
    /// A pong with its payload, asked for or not.
    case pong(ByteBuffer)
    /// The end, told exactly once; nothing comes after it.
    ///
    /// With a code: the peer's close frame, already answered (`noStatusReceived` if it carried none), or the code that
    /// the peer was sent because it broke the protocol or a limit. Without a code: the connection ended with no close
    /// frame, and the reason says how.
    case closed(code: WebSocketCloseCode?, reason: String)
}

/// What an application sends.
///
/// The promise of a write is kept once the frame has been handed to the operating system, and fails with
/// `WebSocketError` when it cannot be sent.
public enum WebSocketOutbound: Sendable, Equatable {
    /// A text message in one frame. The bytes must be UTF-8: they are not looked at again.
    case text(ByteBuffer)
    /// A binary message in one frame.
    case binary(ByteBuffer)
    /// One or more complete server frames, made by `WebSocketFrameEncoder`, written as they are: connections share the
    /// bytes. Only a server may send it.
    case encoded(ByteBuffer)
    /// A ping with at most 125 bytes.
    case ping(ByteBuffer)
    /// An unsolicited pong with at most 125 bytes; pings are answered without it.
    case pong(ByteBuffer)
    /// Starts the closing handshake; a second one succeeds and does nothing.
    ///
    /// The reason is cut to 123 bytes at the end of a character. `noStatusReceived` sends a frame without a code and
    /// reason; another code that may not stand on the wire is sent as `internalError`, because whoever asked for an
    /// end must get one.
    case close(WebSocketCloseCode, reason: String)
}
