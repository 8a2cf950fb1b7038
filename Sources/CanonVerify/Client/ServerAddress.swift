import FoundationEssentials

/// Where a server is, from the URL a person gives: `https://host[:port][/prefix]`, or the `ws:` and `wss:` of its socket.
public struct ServerAddress: Sendable, Equatable {
    /// A name or an address; an IPv6 address has no brackets.
    public let host: String
    public let port: Int
    public let isTLS: Bool
    /// What stands before every path, for a server behind a proxy: empty, or such as `/canon`.
    public let prefix: String
    /// The path of the socket, without the prefix.
    public let socketPath: String

    /// Why a text is not the address of a server, and what to write instead.
    public struct Invalid: Error, Equatable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// The paths of sockets that may end a URL; without one of them the socket is at `/ws`.
    private static let socketPaths = ["/api/v1/websocket", "/api/demo/ws", "/ws/test", "/websocket", "/ws"]

    public init(_ text: String) throws(Invalid) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), text.contains("://")
        else { throw Invalid(description: "'\(text)' is no URL: write such as http://127.0.0.1:8080") }
        switch scheme {
        case "http", "ws": isTLS = false
        case "https", "wss": isTLS = true
        default:
            throw Invalid(description: "'\(scheme)' is no scheme of a server: write http, https, ws or wss")
        }
        guard parts.user == nil, parts.password == nil else {
            // Not repeated: it holds a password.
            throw Invalid(description: "the URL holds a name or password: give credentials by options instead")
        }
        guard parts.query == nil, parts.fragment == nil else {
            throw Invalid(description: "the URL has a query or a fragment: give the server's address alone")
        }
        let name = (parts.host ?? "").trimming { $0 == "[" || $0 == "]" }
        guard !name.isEmpty else { throw Invalid(description: "'\(text)' names no host") }
        host = name
        let port = parts.port ?? (isTLS ? 443 : 80)
        guard (1...65_535).contains(port) else { throw Invalid(description: "\(port) is no port: use 1 to 65535") }
        self.port = port
        var path = parts.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        let socket = Self.socketPaths.first { path.hasSuffix($0) }
        socketPath = socket ?? "/ws"
        prefix = String(path.dropLast(socket?.count ?? 0))
    }

    /// The value of `Host`, and what stands behind `://`: an IPv6 address in brackets, the port unless it is the scheme's.
    public var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The address as a person writes it.
    public var url: String { "\(isTLS ? "https" : "http")://\(authority)\(prefix)" }

    /// Whether the server is certainly on this machine: a loopback address, or the name that always means one
    /// (RFC 6761 section 6.3).
    public var isLoopback: Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
        let octets = name.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }

    /// A path of the server with the prefix before it.
    func path(_ path: String) -> String { prefix + path }
}

extension String {
    fileprivate func trimming(_ isCut: (Character) -> Bool) -> String {
        var rest = self[...]
        while let first = rest.first, isCut(first) { rest.removeFirst() }
        while let last = rest.last, isCut(last) { rest.removeLast() }
        return String(rest)
    }
}
