import CanonWire
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CanonGateway

/// An answer with its body parsed.
struct Answer {
    let status: Int
    let headers: HTTPFields
    let body: JSONObject

    var error: String? { body["error"]?.string }
    var cookie: String? { headers[.setCookie] }
    /// The value in `Set-Cookie`.
    var cookieValue: String? {
        cookie.flatMap { $0.split(separator: ";").first?.split(separator: "=", maxSplits: 1).last.map(String.init) }
    }
}

extension TestClientProtocol {
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ json: JSONObject? = nil, bearer: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(method, path, text: json?.encodedText, bearer: bearer, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, text: String?, bearer: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        if let bearer { fields[.authorization] = "Bearer \(bearer)" }
        let response = try await executeRequest(
            uri: path, method: method, headers: fields, body: text.map(ByteBuffer.init(string:)))
        let body = try #require(try JSONValue.parse(Array(response.body.readableBytesView)).object)
        #expect(response.headers[.cacheControl] == "no-store")
        return Answer(status: response.status.code, headers: response.headers, body: body)
    }

    func logIn(headers: [String: String] = [:]) async throws -> Answer {
        try await send(
            .post, "/auth/login",
            ["email": .string(AuthFixture.email), "password": .string(AuthFixture.password)], headers: headers)
    }
}
