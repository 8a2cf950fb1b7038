/// What one peer may cost.
public struct WebSocketLimits: Sendable, Equatable {
    /// The longest message that is accepted, in bytes of payload over all its fragments; 1 MiB unless told.
    /// A frame that would pass it is refused from its header with close code 1009, before any of its payload is kept.
    /// Values outside 0 through 1 GiB are taken as the nearer end.
    public var maximumMessageBytes: Int

    /// How long a closing connection may take, from the moment it stops being open: the time the peer has to answer a
    /// close frame, and the time in which the last bytes must be written. Then the connection is cut. 5 s unless told.
    public var closeTimeout: Duration

    public init(maximumMessageBytes: Int = 1 << 20, closeTimeout: Duration = .seconds(5)) {
        self.maximumMessageBytes = maximumMessageBytes
        self.closeTimeout = closeTimeout
    }

    /// The limit the decoder works with: a buffer's indices have 32 bits, and must not overflow while it grows.
    var enforcedMessageBytes: Int {
        min(max(maximumMessageBytes, 0), 1 << 30)
    }
}
