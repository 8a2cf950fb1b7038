public import CanonStore
public import CanonWire

/// Somebody who just logged in, and the tokens to hand out.
public struct Session: Sendable {
    public let account: Account
    public let accessToken: String
    /// In seconds from now.
    public let expiresIn: Int
    public let refreshToken: Secret
    /// In seconds from now.
    public let refreshExpiresIn: Int
}

/// Why no session was opened.
public enum SessionRefusal: Error, Equatable, Sendable {
    case invalidEmail(String)
    case weakPassword(PasswordProblem)
    /// The address or the password is wrong; which of them is not said.
    case invalidCredentials
    case disabled
    case throttled(retryAfter: Int)
    /// Too many passwords are being checked at once.
    case busy
    case registrationOff
    case emailTaken
    case setupGone
    case setupTokenWrong
    case demoOff
    case refreshUnknown
    /// An access token of the other issuer, which alone can renew it.
    case refreshElsewhere
    case refreshExpired
    case refreshRevoked
    /// The token had been used before; its whole family is revoked now.
    case refreshReused
    /// The store or the signer failed; the text is for the log.
    case unavailable(String)
}

/// Logs people in and out. The only maker of token pairs.
public struct Sessions: Sendable {
    private let store: IdentityStore
    private let issuer: TokenIssuer
    private let verifier: TokenVerifier
    private let hasher: PasswordHasher
    private let throttle: LoginThrottle
    /// Each visit makes an account, so a client can make only so many. A whole room behind one address still fits.
    private let visits = LoginThrottle(attempts: 100)
    private let isRegistrationOn: Bool
    private let isDemoOn: Bool
    private let clock: @Sendable () -> Timestamp

    public init(
        store: IdentityStore, issuer: TokenIssuer, verifier: TokenVerifier, hasher: PasswordHasher,
        throttle: LoginThrottle, configuration: GatewayConfiguration,
        clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.store = store
        self.issuer = issuer
        self.verifier = verifier
        self.hasher = hasher
        self.throttle = throttle
        isRegistrationOn = configuration.authentication.registration
        isDemoOn = configuration.demo
        self.clock = clock
    }

    /// - Parameter address: what attempts of one client are counted under.
    public func logIn(email typed: String, password: String, address: String) async throws(SessionRefusal) -> Session {
        // A text that is no address takes the same way as an unknown one, hash included.
        let email = try? EmailAddress(typed)
        let account = email?.folded
        try admit(account: account, address: address)
        let known = try await attempt { () -> (account: Account, passwordHash: String?)? in
            guard let email else { return nil }
            return try await store.credentials(email: email)
        }
        guard password.utf8.count <= 4 * PasswordRules.maximumBytes,
            try await matches(password, known?.passwordHash), let known, let hash = known.passwordHash
        else { throw .invalidCredentials }
        throttle.succeeded(account: account, address: address)
        guard !known.account.isDisabled else { throw .disabled }
        await upgrade(hash, of: known.account.id, password: password)
        return try await open(known.account)
    }

    public func register(
        email typed: String, password: String, name: String?, address: String
    ) async throws(SessionRefusal) -> Session {
        guard isRegistrationOn else { throw .registrationOff }
        let email = try email(typed)
        try check(password, email)
        try admit(account: nil, address: address)
        guard try await attempt({ try await store.account(email: email) }) == nil else { throw .emailTaken }
        let hash = try await hash(password)
        let account = try await attempt {
            try await store.createAccount(
                email: email, name: name, passwordHash: hash, actor: "registration", now: clock())
        }
        return try await open(account)
    }

    /// Makes the first account, an administrator, with the token of the one-time set-up link.
    public func setUp(
        token: String, email typed: String, password: String, name: String?, address: String
    ) async throws(SessionRefusal) -> Session {
        try admit(account: nil, address: address)
        try accept(try await attempt { try await store.setupTokenState(token, now: clock()) })
        let email = try email(typed)
        try check(password, email)
        let hash = try await hash(password)
        let result = try await attempt {
            try await store.completeSetup(
                token: token, email: email, name: name, passwordHash: hash, now: clock())
        }
        try accept(result.state)
        guard let account = result.account else { throw .setupGone }
        throttle.succeeded(account: nil, address: address)
        return try await open(account)
    }

    /// Opens a session for a new visitor. Demo mode only.
    public func visit(address: String) async throws(SessionRefusal) -> Session {
        guard isDemoOn else { throw .demoOff }
        if case .refused(let seconds) = visits.attempt(account: nil, address: address) {
            throw .throttled(retryAfter: seconds)
        }
        let account = try await attempt { try await store.createVisitor(now: clock()) }
        return try await open(account)
    }

    /// Exchanges a refresh token for a new pair, once.
    public func refresh(_ token: String) async throws(SessionRefusal) -> Session {
        let now = clock()
        guard token.utf8.count <= TokenVerifier.maximumTokenBytes else { throw .refreshUnknown }
        let outcome = try await attempt {
            try await store.refresh(token, now: now) { issuer.grant(for: $0, now: now) }
        }
        switch outcome {
        case .rotated(let account, let grant):
            guard account.role != .visitor || isDemoOn else { throw .demoOff }
            return try session(account, grant, now)
        case .reused: throw .refreshReused
        case .revoked: throw .refreshRevoked
        case .expired: throw .refreshExpired
        case .disabled: throw .disabled
        case .unknown:
            guard case .external = try? verifier.verifyOrigin(token).origin else { throw .refreshUnknown }
            throw .refreshElsewhere
        }
    }

    /// Ends the session of an access token, also of one that expired meanwhile. A text that is no genuine token ends
    /// nothing, and that is no error: whoever sent it is logged out.
    public func logOut(accessToken: String) async throws(SessionRefusal) {
        guard let claims = try? verifier.verifyOrigin(accessToken).claims else { return }
        let expiresAt = Timestamp(milliseconds: claims.expiresAt * 1000)
        try await attempt { try await store.endSession(accessID: claims.id, accessExpiresAt: expiresAt, now: clock()) }
    }

    /// Ends the session of a refresh token.
    public func logOut(refreshToken: String) async throws(SessionRefusal) {
        try await attempt { _ = try await store.endSession(refreshToken: refreshToken, now: clock()) }
    }
}

extension Sessions {
    private func open(_ account: Account) async throws(SessionRefusal) -> Session {
        let now = clock()
        let grant = issuer.grant(for: account, now: now)
        try await attempt { try await store.openSession(for: account.id, grant: grant, now: now) }
        return try session(account, grant, now)
    }

    private func session(_ account: Account, _ grant: RefreshGrant, _ now: Timestamp) throws(SessionRefusal) -> Session
    {
        do {
            return Session(
                account: account,
                accessToken: try issuer.accessToken(for: account, grant: grant, now: now),
                expiresIn: seconds(from: now, to: grant.accessExpiresAt),
                refreshToken: grant.secret,
                refreshExpiresIn: seconds(from: now, to: grant.expiresAt))
        } catch {
            throw .unavailable("\(error)")
        }
    }

    private func seconds(from now: Timestamp, to end: Timestamp) -> Int {
        // Tokens count in whole seconds, and so must this.
        Int(end.milliseconds / 1000 - now.milliseconds / 1000)
    }

    private func admit(account: String?, address: String) throws(SessionRefusal) {
        if case .refused(let seconds) = throttle.attempt(account: account, address: address) {
            throw .throttled(retryAfter: seconds)
        }
    }

    private func accept(_ state: SetupTokenState) throws(SessionRefusal) {
        switch state {
        case .good: return
        case .wrong: throw .setupTokenWrong
        case .gone: throw .setupGone
        }
    }

    private func email(_ typed: String) throws(SessionRefusal) -> EmailAddress {
        do { return try EmailAddress(typed) } catch { throw .invalidEmail("\(error)") }
    }

    private func check(_ password: String, _ email: EmailAddress) throws(SessionRefusal) {
        if let problem = PasswordRules.problem(with: password, email: email.text) { throw .weakPassword(problem) }
    }

    private func matches(_ password: String, _ hash: String?) async throws(SessionRefusal) -> Bool {
        do { return try await hasher.verify(password, against: hash) } catch { throw refusal(error) }
    }

    private func hash(_ password: String) async throws(SessionRefusal) -> String {
        do { return try await hasher.hash(password) } catch { throw refusal(error) }
    }

    private func refusal(_ error: PasswordHashingError) -> SessionRefusal {
        error == .overloaded ? .busy : .unavailable("the password could not be hashed: \(error)")
    }

    /// Moves a password to today's parameters while it is known. Log-in does not depend on it.
    private func upgrade(_ hash: String, of id: UserID, password: String) async {
        guard hasher.needsUpgrade(hash), let new = try? await hasher.hash(password) else { return }
        try? await store.upgradePasswordHash(of: id, from: hash, to: new)
    }

    private func attempt<Value>(
        _ body: @Sendable () async throws -> Value
    ) async throws(SessionRefusal) -> Value {
        do {
            return try await body()
        } catch IdentityError.emailTaken {
            throw .emailTaken
        } catch {
            throw .unavailable("\(error)")
        }
    }
}
