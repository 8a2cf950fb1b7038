import CanonGateway
import Foundation

/// What a host to listen on means.
enum ListenHost {
    /// `localhost`, and the loopback addresses in any way of writing them.
    static func isLoopback(_ host: String) -> Bool {
        host.lowercased() == "localhost" || IPAddress(host)?.isLoopback == true
    }

    /// An address, or a host name (RFC 1123 §2.1). A port or brackets do not belong here.
    static func isValid(_ host: String) -> Bool {
        if IPAddress(host) != nil { return true }
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

    /// Host and port to connect to.
    static func endpoint(_ text: String) -> (host: String, port: Int)? {
        guard problem(text) == nil, let parts = URLComponents(string: text), let host = parts.host else { return nil }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return (bare, parts.port ?? (parts.scheme?.lowercased() == "https" ? 443 : 80))
    }
}
