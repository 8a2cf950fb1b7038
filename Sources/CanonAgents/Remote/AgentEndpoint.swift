import CanonWire

/// Why a backend cannot be made from its settings.
public struct AgentSettingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting's name, such as `agent.url`.
    public let setting: String
    /// What is wrong and what to give instead.
    public let message: String

    public var description: String { "\(setting): \(message)" }
}

/// Where a remote agent is, and the secret it wants. The secret leaves this value only as a request header.
struct AgentEndpoint: Sendable {
    let url: String
    /// The address without user, password and query, which may hold secrets: this is what messages show.
    let display: String
    private let key: String?

    /// - Parameters:
    ///   - url: `http` or `https`.
    ///   - path: appended to the path of the URL, such as `/chat/completions`.
    init(url: String, path: String = "", key: String?) throws(AgentSettingError) {
        let trimmed = url.drop { $0 == " " }
        guard let scheme = ["https://", "http://"].first(where: { trimmed.lowercased().hasPrefix($0) }) else {
            throw AgentSettingError(
                setting: "agent.url",
                message: "it must begin with http:// or https://, such as http://127.0.0.1:8000/v1.")
        }
        let rest = trimmed.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard !host.isEmpty, !host.hasPrefix(":"), rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw AgentSettingError(
                setting: "agent.url", message: "it names no host, or holds characters that no URL has.")
        }
        var base = rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" }
        let query = rest.dropFirst(authority.count + base.count).prefix { $0 != "#" }
        if !path.isEmpty {
            while base.hasSuffix("/") { base = base.dropLast() }
            if base.hasSuffix(path) { base = base.dropLast(path.count) }
        }
        self.url = scheme + authority + base + path + query
        display = scheme + host + base + path
        self.key = key.flatMap { $0.isEmpty ? nil : $0 }
        if let key, !key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            throw AgentSettingError(
                setting: "agent.key", message: "it holds a space, a line end or another character that no header has.")
        }
    }

    var authorization: String? { key.map { "Bearer \($0)" } }

    /// A text from the server, without the key in case the server repeats it, without control characters, and short.
    func presentable(_ text: String, limit: Int = 300) -> String {
        var shown = text
        if let key, key.utf8.count >= 4 { shown = shown.replacing(key, with: "[key]") }
        let line = String(
            shown.unicodeScalars.prefix(limit).map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
        return shown.unicodeScalars.count > limit ? line + "…" : line
    }
}
