/// What is wrong with something a client sent. It becomes an `error_message` frame; the connection stays open.
public struct WireError: Error, Equatable, Sendable {
    public enum Code: String, Sendable, CaseIterable {
        case jsonParseError = "JSON_PARSE_ERROR"
        case invalidField = "INVALID_FIELD"
        case unknownThread = "UNKNOWN_THREAD"
        case rateLimited = "RATE_LIMITED"
        case tooLong = "TOO_LONG"
        case notSupported = "NOT_SUPPORTED"
        case forbidden = "FORBIDDEN"
        /// The server could not do its part; sending the same again may succeed.
        case unavailable = "UNAVAILABLE"
    }

    public let code: Code
    /// What was found, what was expected, what to do.
    public let message: String
    public var field: String?
    public var retryAfterMilliseconds: Int64?
    /// The `type` of the message that was refused.
    public var requestType: String?
    public var clientMessageID: String?

    public init(
        _ code: Code, _ message: String, field: String? = nil, retryAfterMilliseconds: Int64? = nil,
        requestType: String? = nil, clientMessageID: String? = nil
    ) {
        self.code = code
        self.message = message
        self.field = field
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.requestType = requestType
        self.clientMessageID = clientMessageID
    }
}
