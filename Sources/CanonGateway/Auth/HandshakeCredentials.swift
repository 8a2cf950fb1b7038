import CanonStore
import Foundation

/// Why an upgrade is refused with 400 before anybody is authenticated.
public enum HandshakeRefusal: Error, Equatable, Sendable {
    /// Subprotocols were offered, and none of them is known here.
    case noSupportedSubprotocol(offered: [String])

    public var message: String {
        switch self {
        case .noSupportedSubprotocol(let offered):
            """
            None of the offered subprotocols is supported (\(offered.prefix(8).joined(separator: ", "))). Offer one of \
            \(HandshakeCredentials.subprotocols.joined(separator: ", ")), or none.
            """
        }
    }
}

/// Subprotocols that choose more than a way to authenticate.
enum Subprotocol {
    /// Events of the AG-UI protocol 1.0.
    static let agUI = "ag-ui.v1"
}

/// What a WebSocket upgrade says about who is asking, and the subprotocol to answer with.
public struct HandshakeCredentials: Sendable, Equatable {
    public enum Source: String, Sendable { case ticket, subprotocol, authorization, query }

    public enum Credential: Sendable, Equatable {
        case ticket(String)
        /// An access token or service token.
        case bearer(String, Source)
        /// Something was presented that is no credential. It must fail, and never count as nothing: a demonstration
        /// admits only those who present nothing.
        case unusable(AuthenticationFailure)
    }

    /// Nil: nothing was presented.
    public let credential: Credential?
    /// What stands in the answer's `Sec-WebSocket-Protocol`, also when the credential is then refused, so that the
    /// close code arrives at a browser; nil: no such header.
    public let subprotocol: String?
    /// The subprotocol to answer with holds the token, because no bare one was offered. Such an item is never logged,
    /// and counted as deprecated.
    public let echoesToken: Bool

    /// Subprotocols without a token in them, in the order in which they are preferred: those that name a vocabulary,
    /// then those that say only that a token stands beside them.
    public static let subprotocols = [
        Subprotocol.agUI, "canon.v1", "agent_chat", "jwt-auth", "jwt", "bearer", "e2e-testing", "staging-auth",
    ]

    private static let tokenPrefixes = ["jwt.", "jwt-auth.", "bearer.", "staging-auth."]
    private static let ticketNames = ["ticket", "auth_ticket", "ticket_id"]
    private static let tokenNames = ["token", "jwt", "auth_token", "access_token"]

    /// Reads the headers and the query of an upgrade request.
    ///
    /// - Parameters:
    ///   - subprotocolLines: every `Sec-WebSocket-Protocol` line.
    ///   - authorizationLines: every `Authorization` line.
    ///   - query: the part of the URL after `?`, still percent-encoded.
    ///   - queryTokens: whether a JWT in the query counts.
    public static func read(
        subprotocolLines: [String], authorizationLines: [String], query: String?, queryTokens: Bool
    ) throws(HandshakeRefusal) -> HandshakeCredentials {
        let offered = subprotocolLines.flatMap { $0.split(separator: ",") }
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        let tokens = offered.compactMap { item in tokenItem(item).map { (item: item, token: $0) } }
        let bare = subprotocols.first { offered.contains($0) }
        let usable = tokens.first { $0.token != nil }
        let echoed = bare ?? usable?.item ?? tokens.first?.item
        guard echoed != nil || offered.isEmpty else { throw .noSupportedSubprotocol(offered: offered) }

        let parameters = parameters(of: query)
        return HandshakeCredentials(
            credential: ticket(parameters)
                ?? usable.flatMap { $0.token }.map { .bearer($0, .subprotocol) }
                ?? bearer(authorizationLines)
                ?? queryToken(parameters, isAllowed: queryTokens)
                ?? (tokens.isEmpty ? nil : .unusable(.malformed("the item of Sec-WebSocket-Protocol holds no JWT"))),
            subprotocol: echoed,
            echoesToken: echoed != nil && bare == nil)
    }

    /// For an item such as `jwt.<T>`: the token in it, or an inner nil when T is none. Nil: not such an item.
    private static func tokenItem(_ item: String) -> String?? {
        guard let prefix = tokenPrefixes.first(where: { item.hasPrefix($0) }) else { return nil }
        let text = String(item.dropFirst(prefix.count))
        guard text.utf8.count >= 10, text.utf8.count <= 2 * TokenVerifier.maximumTokenBytes else { return .some(nil) }
        if isToken(text) { return text }
        guard let bytes = Base64URL.decode(text.utf8) else { return .some(nil) }
        let decoded = String(decoding: bytes, as: UTF8.self)
        return isToken(decoded) ? decoded : .some(nil)
    }

    /// Whether a text has the form of a JWT, or is a service token.
    private static func isToken(_ text: String) -> Bool {
        if text.hasPrefix(ServiceToken.prefix) { return true }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { !$0.isEmpty && Base64URL.decode($0.utf8) != nil }
    }

    private static func ticket(_ parameters: [(name: String, value: String)]) -> Credential? {
        let presented = parameters.filter { ticketNames.contains($0.name) }
        guard !presented.isEmpty else { return nil }
        guard let id = presented.first(where: { !$0.value.isEmpty })?.value else { return .unusable(.unknownTicket) }
        return .ticket(id)
    }

    private static func bearer(_ lines: [String]) -> Credential? {
        for line in lines {
            guard let token = bearerToken(line) else { continue }
            guard !token.isEmpty else { return .unusable(.malformed("nothing follows `Bearer`")) }
            return .bearer(token, .authorization)
        }
        return nil
    }

    /// What follows `Bearer` (RFC 6750 §2.1; the scheme's case does not matter, RFC 9110 §11.1); nil for another
    /// scheme.
    static func bearerToken(_ line: String) -> String? {
        let scheme = line.prefix { $0 != " " }
        guard scheme.lowercased() == "bearer" else { return nil }
        return line.dropFirst(scheme.count).trimmingCharacters(in: .whitespaces)
    }

    private static func queryToken(
        _ parameters: [(name: String, value: String)], isAllowed: Bool
    ) -> Credential? {
        guard let presented = parameters.first(where: { tokenNames.contains($0.name) }) else { return nil }
        guard isAllowed else { return .unusable(.queryTokenRefused) }
        guard !presented.value.isEmpty else { return .unusable(.malformed("'\(presented.name)' is empty")) }
        return .bearer(presented.value, .query)
    }

    private static func parameters(of query: String?) -> [(name: String, value: String)] {
        (query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? String(parts[1]) : ""
            return (String(parts[0]).removingPercentEncoding ?? "", value.removingPercentEncoding ?? "")
        }
    }
}

extension Authenticator {
    /// Verifies what an upgrade presented. Nothing presented is `.missing`; whether that makes a visitor is for the
    /// caller to decide.
    public func authenticate(
        _ credential: HandshakeCredentials.Credential?
    ) async -> Result<Principal, AuthenticationFailure> {
        switch credential {
        case .ticket(let id): await redeem(ticket: id)
        case .bearer(let token, _): await authenticate(bearer: token)
        case .unusable(let failure): .failure(failure)
        case nil: .failure(.missing)
        }
    }
}
