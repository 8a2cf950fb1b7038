import HTTPTypes
import NIOHTTP1

/// What matters of a request that asks for a socket, whichever layer has it.
struct HandshakeRequest: Sendable {
    let method: String
    /// Without the query.
    let path: String
    /// After the `?`, percent-encoded.
    let query: String?
    /// The address of the other end of the TCP connection.
    let peer: String?
    private let lines: @Sendable (String) -> [String]

    /// Every line of a header field, in order.
    func values(_ name: String) -> [String] { lines(name) }

    init(_ head: HTTPRequestHead, peer: String?) {
        let (path, query) = Self.split(head.uri)
        self.init(
            method: head.method.rawValue, path: path, query: query, peer: peer,
            lines: { [headers = head.headers] in headers[$0] })
    }

    init(_ head: HTTPRequest, peer: String?) {
        let (path, query) = Self.split(head.path ?? "/")
        self.init(
            method: head.method.rawValue, path: path, query: query, peer: peer,
            lines: { [fields = head.headerFields, authority = head.authority] name in
                if name.lowercased() == "host" { return authority.map { [$0] } ?? [] }
                return HTTPField.Name(name).map { fields[values: $0] } ?? []
            })
    }

    private init(
        method: String, path: String, query: String?, peer: String?, lines: @escaping @Sendable (String) -> [String]
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.peer = peer
        self.lines = lines
    }

    private static func split(_ target: String) -> (path: String, query: String?) {
        guard let mark = target.firstIndex(of: "?") else { return (target, nil) }
        return (String(target[..<mark]), String(target[target.index(after: mark)...]))
    }
}
