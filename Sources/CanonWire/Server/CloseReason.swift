/// Why the server ends a connection: the close code (RFC 6455 §7.4) and the reason that stands in the close frame.
public struct CloseReason: Hashable, Sendable {
    public let code: UInt16
    /// At most 123 bytes of UTF-8 (RFC 6455 §5.5).
    public let text: String

    public init(code: UInt16, text: String) {
        self.code = code
        self.text = text
    }

    public static let normal = CloseReason(code: 1000, text: "")
    public static let goingAway = CloseReason(code: 1001, text: "going_away")
    public static let authenticationFailed = CloseReason(code: 1008, text: "authentication_failed")
    public static let tokenExpired = CloseReason(code: 1008, text: "token_expired")
    public static let tokenRevoked = CloseReason(code: 1008, text: "token_revoked")
    public static let tooManyConnections = CloseReason(code: 1008, text: "too_many_connections")
    public static let originRefused = CloseReason(code: 1008, text: "origin_not_allowed")
    public static let internalError = CloseReason(code: 1011, text: "internal_error")
    public static let slowConsumer = CloseReason(code: 1013, text: "slow_consumer")
    public static let overload = CloseReason(code: 1013, text: "overload")
    public static let pingTimeout = CloseReason(code: 1001, text: "ping_timeout")

    /// The reasons above, for the vocabulary.
    public static let known: [CloseReason] = [
        .normal, .goingAway, .authenticationFailed, .tokenExpired, .tokenRevoked,
        .tooManyConnections, .originRefused, .internalError, .slowConsumer, .overload,
        .pingTimeout,
    ]
}
