/// What a client asks for, and what it gets.
public enum WebSocketClientHandshake {
    /// A header field.
    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The request that asks for a WebSocket.
    public struct Request: Sendable, Equatable {
        /// The value of `Host`: a name or address, with the port if it is not the scheme's own.
        public var host: String
        /// The path with its query, as it stands in the request line: percent-encoded, beginning with "/".
        public var target: String
        /// Fields beyond those of the handshake: `Authorization`, `Origin`, `Cookie`.
        public var headers: [Header]
        /// The subprotocols offered, the preferred one first.
        public var subprotocols: [String]
        /// Whether `permessage-deflate` is offered (RFC 7692), without context takeover; false unless told.
        public var offersCompression: Bool

        public init(
            host: String,
            target: String = "/",
            headers: [Header] = [],
            subprotocols: [String] = [],
            offersCompression: Bool = false
        ) {
            self.host = host
            self.target = target
            self.headers = headers
            self.subprotocols = subprotocols
            self.offersCompression = offersCompression
        }
    }

    /// The server's consent.
    public struct Response: Sendable, Equatable {
        /// The header fields of the response, as they were sent.
        public var headers: [Header]
        /// The chosen subprotocol; nil if the server named none.
        public var subprotocol: String?
        /// What the server agreed to about compression; nil if messages are not compressed.
        public var compression: PermessageDeflate?
    }

    /// What the handshake may cost.
    public struct Limits: Sendable, Equatable {
        /// Bytes of the response's status line and header fields, interim responses included; 16 KiB unless told.
        public var maximumHeaderBytes: Int
        /// Bytes of a refusal's body that are kept; 4 KiB unless told.
        public var maximumBodyBytes: Int
        /// From the request to the end of the response's header, and as long again for the body of a refusal; 10 s
        /// unless told.
        public var timeout: Duration

        public init(
            maximumHeaderBytes: Int = 16 * 1024,
            maximumBodyBytes: Int = 4096,
            timeout: Duration = .seconds(10)
        ) {
            self.maximumHeaderBytes = max(maximumHeaderBytes, 0)
            self.maximumBodyBytes = max(maximumBodyBytes, 0)
            self.timeout = timeout
        }
    }

    /// Why there is no WebSocket.
    public enum Failure: Error, Sendable, Equatable {
        /// The request cannot be written: a line break or a space where none may be.
        case invalidRequest(String)
        /// The server answered with another status than 101. The body is its beginning.
        case refused(status: Int, phrase: String, headers: [Header], body: [UInt8])
        /// The answer is not an HTTP/1.1 response.
        case malformedResponse(String)
        /// The header of the response is longer than the limit, in bytes.
        case headerTooLong(limit: Int)
        /// A 101 that breaks the handshake: a field is missing or wrong (RFC 6455 section 4.1).
        case invalidUpgrade(String)
        /// The connection ended before the response did.
        case connectionClosed
        /// The connection failed.
        case connectionFailed(String)
        /// No response within the time, in seconds.
        case timedOut(after: Duration)
    }
}

extension WebSocketClientHandshake.Failure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidRequest(let what): "the request cannot be sent: \(what)"
        case .refused(let status, let phrase, _, let body):
            "the server answered \(status)" + (phrase.isEmpty ? "" : " \(phrase)")
                + (body.isEmpty ? "" : ": \(String(decoding: body, as: UTF8.self))")
        case .malformedResponse(let what): "the answer is not an HTTP/1.1 response: \(what)"
        case .headerTooLong(let limit): "the header of the response is longer than \(limit) bytes"
        case .invalidUpgrade(let what): "the server's 101 response is not a WebSocket handshake: \(what)"
        case .connectionClosed: "the server closed the connection before it had answered"
        case .connectionFailed(let what): "the connection failed during the handshake: \(what)"
        case .timedOut(let duration): "the server did not answer within \(duration)"
        }
    }
}

extension WebSocketClientHandshake.Request {
    /// The bytes of the request (RFC 6455 section 4.1).
    ///
    /// - Parameter key: the value of `Sec-WebSocket-Key`.
    func encoded(key: String) throws(WebSocketClientHandshake.Failure) -> String {
        let isVisible: (UInt8) -> Bool = { (0x21...0x7E).contains($0) }
        guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy(isVisible) else {
            throw .invalidRequest("the path must begin with \"/\" and be percent-encoded")
        }
        guard !host.isEmpty, host.utf8.allSatisfy(isVisible) else {
            throw .invalidRequest("the host is empty or has characters that need encoding")
        }
        var fields: [WebSocketClientHandshake.Header] = [
            .init(name: "Host", value: host),
            .init(name: "Upgrade", value: "websocket"),
            .init(name: "Connection", value: "Upgrade"),
            .init(name: "Sec-WebSocket-Key", value: key),
            .init(name: "Sec-WebSocket-Version", value: WebSocketHandshake.version),
        ]
        if !subprotocols.isEmpty {
            guard subprotocols.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { isVisible($0) && $0 != 0x2C } }) else {
                throw .invalidRequest("a subprotocol is empty or has spaces or commas")
            }
            fields.append(.init(name: "Sec-WebSocket-Protocol", value: subprotocols.joined(separator: ", ")))
        }
        if offersCompression {
            fields.append(.init(name: "Sec-WebSocket-Extensions", value: PermessageDeflate.offer))
        }
        fields += headers
        for field in fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(HTTPResponseHead.isTokenByte) else {
                throw .invalidRequest("\"\(field.name)\" is not the name of a header field")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .invalidRequest("the header field \(field.name) has a control character")
            }
        }
        return "GET \(target) HTTP/1.1\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
    }

    /// Judges a 101 response (RFC 6455 section 4.1, the client's list).
    func accept(
        _ head: HTTPResponseHead,
        key: String
    ) throws(WebSocketClientHandshake.Failure) -> WebSocketClientHandshake.Response {
        guard WebSocketHandshake.hasToken("websocket", in: head.values("Upgrade")) else {
            throw .invalidUpgrade("Upgrade does not name websocket")
        }
        guard WebSocketHandshake.hasToken("upgrade", in: head.values("Connection")) else {
            throw .invalidUpgrade("Connection does not name Upgrade")
        }
        guard head.values("Sec-WebSocket-Accept") == [WebSocketHandshake.acceptKey(for: key)] else {
            throw .invalidUpgrade("Sec-WebSocket-Accept does not belong to the key that was sent")
        }
        let compression = try acceptCompression(head.values("Sec-WebSocket-Extensions"))
        let chosen = head.values("Sec-WebSocket-Protocol")
        guard chosen.count <= 1, chosen.allSatisfy(subprotocols.contains) else {
            throw .invalidUpgrade("a subprotocol was chosen that was not offered")
        }
        return .init(headers: head.headers, subprotocol: chosen.first, compression: compression)
    }

    private func acceptCompression(
        _ values: [String]
    ) throws(WebSocketClientHandshake.Failure) -> PermessageDeflate? {
        guard offersCompression else {
            guard WebSocketHandshake.elements(of: values).isEmpty else {
                throw .invalidUpgrade("an extension was chosen, and none was offered")
            }
            return nil
        }
        do throws(PermessageDeflate.InvalidAnswer) {
            return try PermessageDeflate.accept(answer: values)
        } catch {
            throw .invalidUpgrade(error.what)
        }
    }
}
