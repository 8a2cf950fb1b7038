/// Why a connection ends (RFC 6455 section 7.4, and the registry it founded).
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The purpose of the connection has been fulfilled.
    public static let normal = WebSocketCloseCode(rawValue: 1000)
    /// The server is shutting down, or the page has been left.
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    /// The peer broke the protocol.
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// The peer sent a kind of data that is not accepted here.
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// A close frame without a code was received. Never on the wire.
    public static let noStatusReceived = WebSocketCloseCode(rawValue: 1005)
    /// The connection ended without a close frame. Never on the wire.
    public static let abnormalClosure = WebSocketCloseCode(rawValue: 1006)
    /// Text that is not UTF-8.
    public static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    /// The peer did what a policy forbids; a refused login is one.
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    /// A message longer than is accepted.
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// The server met a condition it did not expect.
    public static let internalError = WebSocketCloseCode(rawValue: 1011)
    /// The server is overloaded: come back later.
    public static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)

    /// Whether a close frame may carry this code. 1004 through 1006 and 1015 are reserved, 1016 through 2999 are kept
    /// for later revisions of the protocol, and below 1000 and above 4999 there are no codes (RFC 6455 section 7.4).
    public var isValidOnTheWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

extension WebSocketCloseCode: CustomStringConvertible {
    public var description: String {
        String(rawValue)
    }
}
