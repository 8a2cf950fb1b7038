/// Who sent a request, and under which name the server was called, as far as that can be believed.
public struct RequestPeer: Sendable, Equatable {
    /// Nil: a local socket, or an address that cannot be read.
    public let client: IPAddress?
    /// Whether the client's own connection was encrypted.
    public let isSecure: Bool
    /// The host and port the client asked for, such as `canon.example.com:8443`.
    public let authority: String?

    /// What log-in attempts are counted under.
    var throttleKey: String { client?.throttleKey ?? "local" }
}

/// The proxies whose `X-Forwarded-…` headers are believed; everyone else's are ignored.
public struct TrustedProxies: Sendable {
    private let blocks: [AddressBlock]

    /// - Parameter texts: CIDR blocks or addresses.
    /// - Throws: `AddressBlockError` for the first that cannot be read.
    public init(_ texts: [String] = []) throws(AddressBlockError) {
        var blocks: [AddressBlock] = []
        for text in texts { blocks.append(try AddressBlock(text)) }
        self.blocks = blocks
    }

    public func contains(_ address: IPAddress) -> Bool { blocks.contains { $0.contains(address) } }

    /// Works out who is behind a connection.
    ///
    /// Proxies append to `X-Forwarded-For`, so it is read from the right: the first address that is not a trusted
    /// proxy's is the client's, and all to the left of it is only what that client claims. Of the other two headers
    /// the last value counts, the one the nearest proxy set.
    ///
    /// - Parameters:
    ///   - address: the other end of the TCP connection.
    ///   - isTLS: whether that connection is encrypted.
    ///   - host: the `Host` header or `:authority`.
    ///   - forwardedFor: every line of the header, in order.
    ///   - forwardedProto: likewise.
    ///   - forwardedHost: likewise.
    public func peer(
        address: IPAddress?, isTLS: Bool, host: String?, forwardedFor: [String] = [], forwardedProto: [String] = [],
        forwardedHost: [String] = []
    ) -> RequestPeer {
        guard let address, contains(address) else {
            return RequestPeer(client: address, isSecure: isTLS, authority: host)
        }
        var client = address
        for entry in Self.entries(forwardedFor).reversed() {
            guard contains(client), let next = IPAddress(forwarded: entry) else { break }
            client = next
        }
        let scheme = Self.entries(forwardedProto).last?.lowercased()
        return RequestPeer(
            client: client,
            isSecure: scheme.map { $0 == "https" || $0 == "wss" } ?? isTLS,
            authority: Self.entries(forwardedHost).last ?? host)
    }

    private static func entries(_ lines: [String]) -> [String] {
        lines.flatMap { $0.split(separator: ",") }.map { $0.filter { $0 != " " && $0 != "\t" } }.filter { !$0.isEmpty }
    }
}
