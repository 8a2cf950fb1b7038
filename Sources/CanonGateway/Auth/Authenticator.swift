public import CanonStore
public import CanonWire
import Crypto
import Foundation

/// Who was verified. Only the `Authenticator` in this file can make one, so that whatever holds a principal acts for
/// somebody who proved who they are.
public struct Principal: Sendable, Hashable {
    /// By what the principal was verified.
    public enum Kind: String, Sendable {
        case accessToken, ticket, visitor, service
        /// A token of the other issuer.
        case externalToken
    }

    public let user: UserID
    public let email: String
    public let name: String?
    public let role: Role
    public let permissions: Set<String>
    /// The `jti` of the access token, also behind a ticket; of a token of the other issuer, its digest.
    public let tokenID: String?
    /// The thumbprint of the other issuer's key that verified its token.
    let issuerKey: String?
    public let issuedAt: Timestamp
    /// When the session ends unless it is renewed; nil: never.
    public let expiresAt: Timestamp?
    public let kind: Kind

    fileprivate init(
        user: UserID, email: String, name: String?, role: Role, permissions: Set<String>, tokenID: String?,
        issuerKey: String? = nil, issuedAt: Timestamp, expiresAt: Timestamp?, kind: Kind
    ) {
        self.user = user
        self.email = email
        self.name = name
        self.role = role
        self.permissions = permissions
        self.tokenID = tokenID
        self.issuerKey = issuerKey
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.kind = kind
    }
}

/// Turns credentials into principals, and says later whether they still hold.
public final class Authenticator: Sendable {
    private let store: IdentityStore
    private let verifier: TokenVerifier
    private let sessions: RecentReads<SessionKey, SessionState>
    /// By the hashes of their secrets, so that no secret is kept.
    private let serviceTokens: RecentReads<SHA256Digest, ServiceToken?>
    private let visitorSeconds: Int?
    private let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - visitorSeconds: how long a visitor may stay; nil: demo mode is off, and there are no visitors.
    public init(
        store: IdentityStore, verifier: TokenVerifier, visitorSeconds: Int?,
        clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.store = store
        self.verifier = verifier
        self.visitorSeconds = visitorSeconds
        self.clock = clock
        sessions = RecentReads(store: store)
        serviceTokens = RecentReads(store: store)
    }

    /// Verifies an access token or a service token.
    public func authenticate(bearer token: String) async -> Result<Principal, AuthenticationFailure> {
        await outcome { () throws(AuthenticationFailure) in
            if token.hasPrefix(ServiceToken.prefix) { return try await self.service(token) }
            let verified = try await self.verify(token)
            let claims = verified.claims
            if case .external(let key) = verified.origin { return try await self.external(verified, key: key) }
            let issuedAt = Timestamp(milliseconds: claims.issuedAt * 1000)
            let user = UserID(claims.subject)
            let account = try await self.account(of: user, accessID: claims.id, issuedAt: issuedAt)
            return Principal(
                user: account.id, email: account.email, name: account.name, role: account.role,
                permissions: account.role.permissions.intersection(claims.permissions), tokenID: claims.id,
                issuedAt: issuedAt, expiresAt: Timestamp(milliseconds: claims.expiresAt * 1000), kind: .accessToken)
        }
    }

    /// Uses up a ticket. What it admits ends with the session that made it, or with the ticket's own time if that is
    /// later.
    public func redeem(ticket id: String) async -> Result<Principal, AuthenticationFailure> {
        await outcome { () throws(AuthenticationFailure) in
            guard id.utf8.count <= 128 else { throw .unknownTicket }
            let ticket: Ticket
            switch try await self.read({ try await self.store.redeemTicket(id, now: self.clock()) }) {
            case .redeemed(let redeemed): ticket = redeemed
            case .expired: throw .expiredTicket
            case .unknown: throw .unknownTicket
            }
            let account = try await self.account(
                of: ticket.account, accessID: ticket.accessID, issuedAt: ticket.sessionIssuedAt)
            return Principal(
                user: account.id, email: account.email, name: account.name, role: account.role,
                permissions: account.role.permissions.intersection(ticket.permissions), tokenID: ticket.accessID,
                issuedAt: ticket.sessionIssuedAt, expiresAt: max(ticket.sessionExpiresAt, ticket.expiresAt),
                kind: .ticket)
        }
    }

    /// Admits someone who showed no credential, as a visitor nobody else is. For demo mode only, and never for someone
    /// whose credential was refused.
    public func visitor() -> Result<Principal, AuthenticationFailure> {
        guard let visitorSeconds else { return .failure(.visitorsRefused) }
        let now = clock()
        return .success(
            Principal(
                user: .make("visitor", at: now), email: "", name: nil, role: .visitor,
                permissions: Role.visitor.permissions, tokenID: nil, issuedAt: now,
                expiresAt: now.adding(seconds: Double(visitorSeconds)), kind: .visitor))
    }

    /// Looks again at a principal whose connection is still open.
    /// - Returns: why it no longer holds; nil when it does. `.unavailable` says that nothing could be found out.
    public func check(_ principal: Principal) async -> AuthenticationFailure? {
        let result = await outcome { () throws(AuthenticationFailure) in
            if let expiresAt = principal.expiresAt, expiresAt <= self.clock() { throw .expired }
            let role: Role
            switch principal.kind {
            case .visitor:
                guard self.visitorSeconds != nil else { throw .visitorsRefused }
                return principal
            case .service:
                let token = try await self.read { try await self.store.serviceToken(id: principal.user) }
                role = try self.living(token).role
            case .externalToken:
                // Before the accounts are asked: a key that is gone ends its sockets even while they cannot be read.
                guard let key = principal.issuerKey, self.verifier.external?.keys.holds(thumbprint: key) == true
                else { throw .revoked }
                try await self.requireExternalSession(of: principal.user, accessID: principal.tokenID ?? "")
                role = .user
            case .accessToken, .ticket:
                role = try await self.account(
                    of: principal.user, accessID: principal.tokenID ?? "", issuedAt: principal.issuedAt
                ).role
            }
            guard role == principal.role else { throw .revoked }
            return principal
        }
        guard case .failure(let failure) = result else { return nil }
        return failure
    }

    /// Forgets what was read before: another process has changed an account or a session since.
    func forgetReads() {
        sessions.clear()
        serviceTokens.clear()
    }

    /// Whether a principal with an open connection may keep it. A store that cannot be read for a moment ends no
    /// connection: what was true at its start is taken to hold until something else is known.
    public func isValid(_ principal: Principal) async -> Bool {
        let failure = await check(principal)
        return failure == nil || failure == .unavailable
    }

    /// Asks the other issuer for its keys once more when the token names one that is not known yet.
    private func verify(_ token: String) async throws(AuthenticationFailure) -> VerifiedToken {
        do throws(AuthenticationFailure) {
            return try verifier.verify(token, now: clock())
        } catch {
            guard error == .unknownKey, let external = verifier.external else { throw error }
            await external.keys.refreshForUnknownKey()
            return try verifier.verify(token, now: clock())
        }
    }

    /// A user of the other issuer: an ordinary one, whatever the token claims. Its permissions can only take away.
    private func external(
        _ token: VerifiedToken, key: String
    ) async throws(AuthenticationFailure) -> Principal {
        let claims = token.claims
        guard let user = try verifier.external?.user(of: claims.subject) else { throw .wrongIssuer }
        try await requireExternalSession(of: user, accessID: claims.id)
        let email = claims.email.flatMap { $0.utf8.count <= 254 ? $0 : nil } ?? ""
        let permissions = Role.user.permissions
        return Principal(
            user: user, email: email, name: nil, role: .user,
            permissions: token.narrowsPermissions ? permissions.intersection(claims.permissions) : permissions,
            tokenID: claims.id, issuerKey: key, issuedAt: Timestamp(milliseconds: claims.issuedAt * 1000),
            expiresAt: Timestamp(milliseconds: claims.expiresAt * 1000), kind: .externalToken)
    }

    private func requireExternalSession(of user: UserID, accessID: String) async throws(AuthenticationFailure) {
        let state = try await session(of: user, accessID: accessID)
        guard state.account == nil else { throw .subjectReserved }
        guard !state.isRevoked else { throw .revoked }
    }

    private func service(_ secret: String) async throws(AuthenticationFailure) -> Principal {
        guard secret.utf8.count <= 128 else { throw .malformed("it is longer than any service token") }
        let found = try await read {
            try await self.serviceTokens.value(for: SHA256.hash(data: Data(secret.utf8))) {
                let found = try await self.store.serviceToken(secret: secret)
                // That the time of use is not noted must not lock a program out.
                if let token = try? self.living(found) { try? await self.store.noteUse(of: token, now: self.clock()) }
                return found
            }
        }
        let token = try living(found)
        return Principal(
            user: token.id, email: "", name: token.name, role: token.role, permissions: token.role.permissions,
            tokenID: nil, issuedAt: token.createdAt, expiresAt: token.expiresAt, kind: .service)
    }

    private struct SessionKey: Hashable {
        let user: UserID
        let accessID: String
    }

    private func session(
        of user: UserID, accessID: String
    ) async throws(AuthenticationFailure) -> SessionState {
        try await read {
            try await self.sessions.value(for: SessionKey(user: user, accessID: accessID)) {
                try await self.store.session(of: user, accessID: accessID)
            }
        }
    }

    private func living(_ token: ServiceToken?) throws(AuthenticationFailure) -> ServiceToken {
        switch token?.state(at: clock()) {
        case .live: return token!
        case .expired: throw .expired
        case .revoked: throw .revoked
        case nil: throw .badSignature
        }
    }

    /// The account behind a session that is neither revoked nor locked out.
    private func account(
        of user: UserID, accessID: String, issuedAt: Timestamp
    ) async throws(AuthenticationFailure) -> Account {
        let state = try await session(of: user, accessID: accessID)
        guard let account = state.account else { throw .unknownAccount }
        guard !account.isDisabled else { throw .disabled }
        guard !state.isRevoked, issuedAt.milliseconds / 1000 >= account.sessionsValidAfter else { throw .revoked }
        guard account.role != .visitor || visitorSeconds != nil else { throw .visitorsRefused }
        return account
    }

    private func read<Value: Sendable>(
        _ body: @Sendable () async throws -> Value
    ) async throws(AuthenticationFailure) -> Value {
        do {
            return try await body()
        } catch {
            throw .unavailable
        }
    }

    private func outcome(
        _ body: @Sendable () async throws(AuthenticationFailure) -> Principal
    ) async -> Result<Principal, AuthenticationFailure> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
