/// The opening handshake (RFC 6455 section 4), apart from any HTTP implementation.
public enum WebSocketHandshake {
    /// The one version of the protocol there is.
    public static let version = "13"

    /// What a valid upgrade request says.
    public struct Request: Sendable, Equatable {
        /// `Sec-WebSocket-Key` as it was sent.
        public let key: String
        /// The subprotocols offered, the preferred one first.
        public let subprotocols: [String]
        /// The values of `Sec-WebSocket-Extensions` as they were sent; see `PermessageDeflate.negotiate`.
        public let extensionOffers: [String]

        /// The headers of the `101 Switching Protocols` response.
        ///
        /// - Parameters:
        ///   - subprotocol: the chosen one of those offered; nil names none.
        ///   - compression: what was negotiated; nil names no extension.
        public func responseHeaders(
            subprotocol: String? = nil,
            compression: PermessageDeflate? = nil
        ) -> [(name: String, value: String)] {
            var headers = [
                (name: "Upgrade", value: "websocket"),
                (name: "Connection", value: "Upgrade"),
                (name: "Sec-WebSocket-Accept", value: WebSocketHandshake.acceptKey(for: key)),
            ]
            if let subprotocol { headers.append((name: "Sec-WebSocket-Protocol", value: subprotocol)) }
            if let compression {
                headers.append((name: "Sec-WebSocket-Extensions", value: compression.responseHeader))
            }
            return headers
        }
    }

    /// Why a request is not upgraded, and the HTTP response that says so.
    public enum Refusal: Error, Sendable, Equatable {
        /// 405: a method other than GET.
        case method(String)
        /// 426: no `websocket` in `Upgrade`.
        case upgradeMissing
        /// 400: no `Upgrade` in `Connection`.
        case connectionMissing
        /// 426: a version other than 13, or none, or several.
        case version([String])
        /// 400: `Sec-WebSocket-Key` is missing, doubled, or not the base64 of 16 bytes.
        case key([String])

        /// The status code of the response.
        public var status: Int {
            switch self {
            case .method: 405
            case .upgradeMissing, .version: 426
            case .connectionMissing, .key: 400
            }
        }

        /// The headers the response must carry.
        public var headers: [(name: String, value: String)] {
            switch self {
            case .method: [(name: "Allow", value: "GET")]
            case .upgradeMissing: [(name: "Upgrade", value: "websocket"), (name: "Connection", value: "Upgrade")]
            case .version:
                [
                    (name: "Upgrade", value: "websocket"), (name: "Connection", value: "Upgrade"),
                    (name: "Sec-WebSocket-Version", value: WebSocketHandshake.version),
                ]
            case .connectionMissing, .key: []
            }
        }
    }

    /// The value of `Sec-WebSocket-Accept` (RFC 6455 section 4.2.2).
    public static func acceptKey(for key: String) -> String {
        Base64.encode(SHA1.digest(Array(key.utf8) + Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)))
    }

    /// Judges an upgrade request (RFC 6455 section 4.2.1).
    ///
    /// - Parameters:
    ///   - method: the request's method.
    ///   - header: all values of the header field with this name, in their order; names are not case-sensitive.
    /// - Throws: the refusal, which knows its response.
    public static func validate(
        method: String,
        header: (_ name: String) -> [String]
    ) throws(Refusal) -> Request {
        guard method == "GET" else { throw .method(method) }
        guard hasToken("websocket", in: header("Upgrade")) else { throw .upgradeMissing }
        guard hasToken("upgrade", in: header("Connection")) else { throw .connectionMissing }
        let versions = elements(of: header("Sec-WebSocket-Version"))
        guard versions == [version] else { throw .version(versions) }
        let keys = header("Sec-WebSocket-Key").map { String(trimmed($0[...])) }
        guard let key = keys.first, keys.count == 1, Base64.encodesSixteenBytes(key) else { throw .key(keys) }
        return Request(
            key: key, subprotocols: subprotocols(in: header("Sec-WebSocket-Protocol")),
            extensionOffers: header("Sec-WebSocket-Extensions")
        )
    }

    /// The subprotocols named by the values of `Sec-WebSocket-Protocol`, in order, each once.
    ///
    /// Items that are not printable ASCII are left out: the chosen one is echoed in a response header. Otherwise an
    /// item may hold more than RFC 6455 allows in a token, because clients put credentials there.
    public static func subprotocols(in values: [String]) -> [String] {
        var found: [String] = []
        for item in elements(of: values) where !found.contains(item) {
            if item.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { found.append(item) }
        }
        return found
    }

    /// Whether one of the comma-separated elements is this token, whatever its case.
    static func hasToken(_ token: String, in values: [String]) -> Bool {
        elements(of: values).contains { $0.lowercased() == token }
    }

    /// The elements of a comma-separated header field (RFC 9110 section 5.6.1), without the empty ones.
    static func elements(of values: [String]) -> [String] {
        values.flatMap { value in
            value.utf8.split(separator: UInt8(ascii: ",")).compactMap { element in
                let text = trimmed(Substring(element))
                return text.isEmpty ? nil : String(text)
            }
        }
    }

    /// Without the spaces and tabs at both ends.
    static func trimmed(_ text: Substring) -> Substring {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let utf8 = text.utf8
        let start = utf8.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return text.prefix(0) }
        return Substring(start[...last])
    }
}
