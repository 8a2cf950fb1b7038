import Foundation

/// An IPv4 or IPv6 address, or a block of them in CIDR notation (RFC 4632, RFC 4291 §2.3).
struct AddressBlock: Sendable, Equatable {
    /// 4 or 16 bytes in network order.
    let address: [UInt8]
    let prefixLength: Int

    /// Nil when the text is neither an address nor a block; host names are not looked up.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = Self.parse(String(first)) else { return nil }
        self.address = address
        guard parts.count == 2 else {
            prefixLength = address.count * 8
            return
        }
        guard parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(parts[1]), (0...address.count * 8).contains(length)
        else { return nil }
        prefixLength = length
    }

    private static func parse(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var sixteen = in6_addr()
        if inet_pton(AF_INET6, text, &sixteen) == 1 { return withUnsafeBytes(of: sixteen) { Array($0) } }
        return nil
    }
}

/// What a host to listen on means.
enum ListenHost {
    /// `localhost`, `127.0.0.0/8` and `::1`, also when the latter two are written in another way.
    static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        guard let address = AddressBlock(host)?.address, !host.contains("/") else { return false }
        if address.count == 4 { return address[0] == 127 }
        return address == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// An address, or a host name (RFC 1123 §2.1). A port or brackets do not belong here.
    static func isValid(_ host: String) -> Bool {
        if let block = AddressBlock(host) { return !host.contains("/") && block.prefixLength > 0 }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return host.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
            // A last label of digits is a mistyped address, such as 127.0.0.
            && labels.last?.allSatisfy(\.isNumber) == false
    }
}

/// A URL as the settings take it: absolute, http or https, no user in it.
enum WebURL {
    /// What is wrong with it; nil when nothing is.
    static func problem(_ text: String) -> String? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host, !host.isEmpty
        else { return "is no absolute URL, such as https://host/v1" }
        guard ["http", "https"].contains(scheme) else { return "has the scheme \(scheme), expected http or https" }
        guard parts.user == nil, parts.password == nil else { return "has a user in it; keys go into agent.key" }
        guard parts.port.map({ (1...65_535).contains($0) }) ?? true else { return "has a port out of range" }
        return nil
    }

    /// An origin (RFC 6454 §4): scheme, host, optional port, and nothing behind them.
    static func isOrigin(_ text: String) -> Bool {
        guard problem(text) == nil, let parts = URLComponents(string: text) else { return false }
        return parts.path.isEmpty && parts.query == nil && parts.fragment == nil
    }

    /// Host and port to connect to.
    static func endpoint(_ text: String) -> (host: String, port: Int)? {
        guard problem(text) == nil, let parts = URLComponents(string: text), let host = parts.host else { return nil }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return (bare, parts.port ?? (parts.scheme?.lowercased() == "https" ? 443 : 80))
    }
}
