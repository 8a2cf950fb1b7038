/// What one peer may cost.
public struct WebSocketLimits: Sendable, Equatable {
    /// The longest message that is accepted, in bytes of payload over all its fragments; 1 MiB unless told.
    /// A frame that would pass it is refused from its header with close code 1009, before any of its payload is kept.
    /// Of a compressed message it is the decompressed size that counts, and decompression ends where it is passed.
    /// Values outside 0 through 1 GiB are taken as the nearer end.
    public var maximumMessageBytes: Int

    /// How long a closing connection may take, from the moment it stops being open: the time the peer has to answer a
    /// close frame, and the time in which the last bytes must be written. Then the connection is cut. 5 s unless told.
    public var closeTimeout: Duration

    public init(maximumMessageBytes: Int = 1 << 20, closeTimeout: Duration = .seconds(5)) {
        self.maximumMessageBytes = maximumMessageBytes
        self.closeTimeout = closeTimeout
    }

    /// The most a compressed message within the limit can be long: random bytes become longer. zlib's own bound for
    /// its worst settings is an eighth more; that a peer could add any number of empty blocks is no reason to take them.
    var enforcedCompressedBytes: Int {
        let limit = enforcedMessageBytes
        return limit + limit / 8 + 64
    }

    /// The limit the decoder works with: a buffer's indices have 32 bits, and must not overflow while it grows.
    var enforcedMessageBytes: Int {
        min(max(maximumMessageBytes, 0), 1 << 30)
    }
}
