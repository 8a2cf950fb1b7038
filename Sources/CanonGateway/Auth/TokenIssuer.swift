import CanonStore
import CanonWire
import Foundation
import JWTKit

/// Makes access tokens, and the grants that say what goes with them.
public struct TokenIssuer: Sendable {
    /// How long tokens live, in seconds.
    public struct Lifetimes: Sendable {
        public var access: Int
        public var refresh: Int
        /// Both tokens of a visitor.
        public var visitor: Int

        /// Access tokens are held to the age that `TokenVerifier` accepts.
        public init(access: Int = 900, refresh: Int = 7 * 86_400, visitor: Int = 48 * 3600) {
            self.access = min(access, TokenVerifier.maximumAgeSeconds)
            self.refresh = refresh
            self.visitor = min(visitor, TokenVerifier.maximumVisitorAgeSeconds)
        }
    }

    private let key: SigningKeys.Key
    private let issuer: String
    private let audience: String
    private let environment: String
    public let lifetimes: Lifetimes

    public init(keys: SigningKeys, configuration: GatewayConfiguration) {
        key = keys.signing
        issuer = configuration.authentication.issuer
        audience = configuration.authentication.audience
        environment = configuration.environment.rawValue
        lifetimes = Lifetimes(
            access: configuration.authentication.accessTokenSeconds,
            refresh: configuration.authentication.refreshTokenSeconds,
            visitor: configuration.authentication.demoTokenSeconds)
    }

    /// What a new token pair for this account is to be.
    func grant(for account: Account, now: Timestamp) -> RefreshGrant {
        let isVisitor = account.role == .visitor
        let accessSeconds = Double(isVisitor ? lifetimes.visitor : lifetimes.access)
        let refreshSeconds = Double(isVisitor ? lifetimes.visitor : lifetimes.refresh)
        // `exp` has whole seconds: what is stored and what is signed must be the same moment.
        let expiry = Timestamp(milliseconds: now.adding(seconds: accessSeconds).milliseconds / 1000 * 1000)
        return RefreshGrant(
            secret: .random(), expiresAt: now.adding(seconds: refreshSeconds),
            accessID: Identifier<TokenKind>.make("jti", at: now).value, accessExpiresAt: expiry)
    }

    /// Signs the access token of a grant.
    func accessToken(for account: Account, grant: RefreshGrant, now: Timestamp) throws -> String {
        try sign(
            AccessClaims(
                subject: account.id.value,
                email: account.email,
                permissions: account.role.permissions.sorted(),
                // Never before the moment from which the account's tokens count; that can be up to a second ahead.
                issuedAt: max(now.milliseconds / 1000, account.sessionsValidAfter),
                expiresAt: grant.accessExpiresAt.milliseconds / 1000,
                issuer: issuer,
                audiences: [audience],
                id: grant.accessID,
                tokenType: "access",
                environment: environment,
                service: "canon"))
    }

    /// The compact serialisation of RFC 7515 §7.1.
    private func sign(_ claims: AccessClaims) throws -> String {
        var header: JSONObject = ["alg": .string(key.algorithmName), "typ": "JWT"]
        if let id = key.id { header["kid"] = .string(id) }
        let input = [header, claims.json].map { Base64URL.encode(JSONValue.object($0).encoded) }.joined(separator: ".")
        return input + "." + Base64URL.encode(try key.algorithm.sign(Data(input.utf8)))
    }
}

enum TokenKind {}
