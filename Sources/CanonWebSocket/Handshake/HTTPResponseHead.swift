/// The status line and header of an HTTP/1.1 response (RFC 9112), as far as a WebSocket client needs them.
struct HTTPResponseHead: Equatable {
    var status: Int
    var phrase: String
    var headers: [WebSocketClientHandshake.Header]

    /// Why bytes are not a response's head.
    struct Malformed: Error {
        let what: String
    }

    /// - Parameter bytes: everything up to, and without, the empty line.
    init(parsing bytes: some Collection<UInt8>) throws(Malformed) {
        var lines = Self.lines(of: Array(bytes))[...]
        guard let statusLine = lines.popFirst() else { throw Malformed(what: "it is empty") }
        let parts = statusLine.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0" else {
            throw Malformed(what: "the status line is not HTTP/1: \"\(statusLine.prefix(80))\"")
        }
        guard parts[1].utf8.count == 3, let status = Int(parts[1]), (100...999).contains(status) else {
            throw Malformed(what: "\"\(parts[1].prefix(80))\" is not a status code")
        }
        self.status = status
        phrase = parts.count > 2 ? String(parts[2]) : ""
        headers = []
        for line in lines {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                line.utf8[..<colon].allSatisfy(Self.isTokenByte)
            else { throw Malformed(what: "a header field without a name: \"\(line.prefix(80))\"") }
            let value = WebSocketHandshake.trimmed(line[line.utf8.index(after: colon)...])
            headers.append(.init(name: String(line[..<colon]), value: String(value)))
        }
    }

    /// All values of a header field, in their order.
    func values(_ name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// Lines end with CR LF, and a lone LF is taken for one (RFC 9112 section 2.2).
    private static func lines(of bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
    }

    /// RFC 9110 section 5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

/// How much of a response's body there is (RFC 9112 section 6.3), for the beginning of a body that is only shown.
enum HTTPBodyFraming: Equatable {
    case length(Int)
    case chunked
    case untilEnd

    init(_ head: HTTPResponseHead) {
        if head.status == 204 || head.status == 304 {
            self = .length(0)
        } else if WebSocketHandshake.hasToken("chunked", in: head.values("Transfer-Encoding")) {
            self = .chunked
        } else if let length = head.values("Content-Length").first.flatMap({ Int($0) }), length >= 0 {
            self = .length(length)
        } else {
            self = .untilEnd
        }
    }

    /// The body in the bytes so far, and whether that is all of it.
    func body(in bytes: [UInt8]) -> (body: [UInt8], isComplete: Bool) {
        switch self {
        case .length(let length): (Array(bytes.prefix(length)), bytes.count >= length)
        case .untilEnd: (bytes, false)
        case .chunked: Self.unchunked(bytes)
        }
    }

    /// RFC 9112 section 7.1. What does not look like a chunk ends the body there.
    private static func unchunked(_ bytes: [UInt8]) -> (body: [UInt8], isComplete: Bool) {
        var body: [UInt8] = []
        var rest = bytes[...]
        while let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let sizeText = String(
                decoding: rest[..<lineEnd].prefix { $0 > 0x20 && $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard let size = UInt32(sizeText, radix: 16), size > 0 else { return (body, true) }
            let chunk = rest[(lineEnd + 1)...]
            body += chunk.prefix(Int(size))
            guard chunk.count >= Int(size) + 2 else { return (body, false) }
            rest = chunk.dropFirst(Int(size) + 2)
        }
        return (body, false)
    }
}
