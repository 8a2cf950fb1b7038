public import CanonWire
public import HTTPTypes
public import Hummingbird
import NIOCore

/// The one shape of every error answer: `{"error": "<code>", "message": "<for a person>", "field"?: "<name>"}`.
public struct ErrorBody: HTTPResponseError, Equatable {
    public let status: HTTPResponse.Status
    /// For programs; never changes its meaning.
    public let code: String
    /// For people; says what to do.
    public let message: String
    /// The member of the request's body at fault.
    public let field: String?
    /// In seconds; sent as `Retry-After` too.
    public let retryAfter: Int?

    public init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, field: String? = nil, retryAfter: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.retryAfter = retryAfter
    }

    public var json: JSONObject {
        var body: JSONObject = ["error": .string(code), "message": .string(message)]
        if let field { body["field"] = .string(field) }
        if let retryAfter { body["retry_after"] = .int(Int64(retryAfter)) }
        return body
    }

    public var response: Response {
        var response = Response(status: status, json: json)
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }

    public func response(from request: Request, context: some RequestContext) -> Response { response }
}

extension ErrorBody {
    /// 422 for a member that is missing or of the wrong type or size.
    public static func invalid(_ field: String, _ message: String) -> ErrorBody {
        ErrorBody(.unprocessableContent, "invalid_field", message, field: field)
    }

    /// 401, or 503 when nothing could be found out about the credential.
    public init(_ failure: AuthenticationFailure) {
        if failure == .unavailable {
            self.init(.serviceUnavailable, failure.code, failure.message, retryAfter: 1)
        } else {
            self.init(.unauthorized, failure.code, failure.message)
        }
    }
}

extension Response {
    /// A JSON answer that no cache keeps.
    public init(status: HTTPResponse.Status = .ok, json: JSONObject) {
        let body = ByteBuffer(bytes: JSONValue.object(json).encoded)
        self.init(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body))
    }
}
