/// How far the closing handshake has come (RFC 6455 section 7). A value without I/O: each transition says what is to
/// be done.
enum WebSocketClosing: Equatable {
    /// Messages go both ways.
    case open
    /// Our close frame is on its way and the peer's is awaited: data that still comes is not delivered.
    case awaitingPeer
    /// No frame will be read or sent any more; what is written leaves, then the channel ends.
    case finishing
    /// The channel has ended.
    case ended

    /// Whether data may still be sent, and what arrives is delivered.
    var isOpen: Bool { self == .open }

    /// Whether arriving bytes still mean something.
    var readsFrames: Bool { self == .open || self == .awaitingPeer }

    enum Answer: Equatable {
        /// A close frame has to be sent.
        case send
        /// A close frame was sent before.
        case alreadySent
        /// The connection is past that.
        case ignore
    }

    /// The application asks for the end.
    mutating func closeRequested() -> Answer {
        switch self {
        case .open:
            self = .awaitingPeer
            return .send
        case .awaitingPeer:
            return .alreadySent
        case .finishing, .ended:
            return .ignore
        }
    }

    /// The peer's close frame has arrived, or the peer broke the protocol: either way nothing more is read.
    mutating func readingEnded() -> Answer {
        switch self {
        case .open:
            self = .finishing
            return .send
        case .awaitingPeer:
            self = .finishing
            return .alreadySent
        case .finishing, .ended:
            return .ignore
        }
    }

    /// The transport is gone.
    mutating func channelEnded() {
        self = .ended
    }
}
