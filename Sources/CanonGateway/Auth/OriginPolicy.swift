/// An entry of the allow-list that cannot be read.
public struct OriginPatternError: Error, Equatable, Sendable, CustomStringConvertible {
    public let text: String

    public var description: String {
        """
        '\(text)' is no origin: write scheme, host and port as a browser sends them, such as https://app.example.com, \
        https://*.example.com for all its subdomains, or http://localhost:3000
        """
    }
}

/// The origin of a web page (RFC 6454): scheme, host and port, in one spelling.
public struct Origin: Hashable, Sendable {
    public let scheme: String
    /// Lower case; IPv6 in brackets.
    public let host: String
    public let port: Int

    /// Reads `https://app.example.com` or `http://localhost:3000`. Nil for `null`, and for anything with a path, a
    /// user, or a scheme other than http and https.
    public init?(_ text: some StringProtocol) {
        let text = text.lowercased()
        guard let separator = text.firstRange(of: "://") else { return nil }
        self.init(scheme: String(text[..<separator.lowerBound]), authority: String(text[separator.upperBound...]))
    }

    /// - Parameter authority: host, and port if it is not the scheme's own.
    init?(scheme: String, authority: String) {
        guard scheme == "http" || scheme == "https", !authority.isEmpty, authority.utf8.count <= 253 else { return nil }
        let authority = authority.lowercased()
        let isHostCharacter: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*"):
                true
            default: false
            }
        }
        let hostEnd: String.Index
        if authority.first == "[" {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            hostEnd = authority.index(after: bracket)
            let inside = authority[authority.index(after: authority.startIndex)..<bracket]
            guard let address = IPAddress(inside), address.bytes.count == 16 else { return nil }
            host = "[\(address)]"
        } else {
            hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
            host = String(authority[..<hostEnd])
            guard !host.isEmpty, host.utf8.allSatisfy(isHostCharacter) else { return nil }
        }
        let rest = authority[hostEnd...]
        if rest.isEmpty {
            port = scheme == "https" ? 443 : 80
        } else {
            guard rest.first == ":", let number = UInt16(rest.dropFirst()), number > 0 else { return nil }
            port = Int(number)
        }
        self.scheme = scheme
    }
}

/// Which web pages may open sockets and use cookies: the server's own, and those on the allow-list. The same in every
/// environment.
public struct OriginPolicy: Sendable {
    private let origins: Set<Origin>
    /// Origins whose host stands for a suffix, such as `.example.com`.
    private let suffixes: [Origin]

    /// - Parameter allowed: `https://app.example.com`, or `https://*.example.com` for every subdomain of any depth.
    /// - Throws: `OriginPatternError` for the first that cannot be read.
    public init(allowed: [String] = []) throws(OriginPatternError) {
        var origins: Set<Origin> = []
        var suffixes: [Origin] = []
        for text in allowed {
            // A slash at the end is how people copy an origin from the address bar.
            guard let origin = Origin(text.hasSuffix("/") ? text.dropLast() : text[...]) else {
                throw OriginPatternError(text: text)
            }
            if !origin.host.contains("*") {
                origins.insert(origin)
            } else if origin.host.hasPrefix("*."), !origin.host.dropFirst().contains("*"),
                origin.host.dropFirst(2).contains(".")
            {
                suffixes.append(origin)
            } else {
                throw OriginPatternError(text: text)
            }
        }
        self.origins = origins
        self.suffixes = suffixes
    }

    /// Whether a request with these `Origin` lines may go on. None is good: then it is no browser.
    public func allows(_ lines: [String], peer: RequestPeer) -> Bool {
        guard let line = lines.first else { return true }
        guard lines.count == 1, let origin = Origin(line), !origin.host.contains("*") else { return false }
        if let authority = peer.authority,
            origin == Origin(scheme: peer.isSecure ? "https" : "http", authority: authority)
        {
            return true
        }
        return origins.contains(origin)
            || suffixes.contains { pattern in
                origin.scheme == pattern.scheme && origin.port == pattern.port
                    && origin.host.hasSuffix(pattern.host.dropFirst())
                    && origin.host.utf8.count > pattern.host.utf8.count - 1
            }
    }
}
