/// Which end of the connection a codec speaks for. It decides who masks (RFC 6455 section 5.1): a client masks every
/// frame it sends, a server none.
public enum WebSocketRole: Sendable, Equatable {
    case server
    case client
}
