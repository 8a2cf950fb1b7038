public import CanonWire
import GRDB

extension IdentityStore {
    /// Adds an account.
    ///
    /// - Parameters:
    ///   - passwordHash: an encoded hash; nil for one that cannot log in with a password.
    ///   - actor: who did it, for the audit trail, such as `cli:anna` or the id of a user.
    /// - Throws: `IdentityError.emailTaken`, also when the other address differs in case only, and
    ///   `IdentityError.roleNotForAccounts` for a visitor.
    public func createAccount(
        email: EmailAddress, name: String? = nil, role: Role = .user, passwordHash: String?, actor: String,
        now: Timestamp = .now()
    ) async throws -> Account {
        guard role != .visitor else { throw IdentityError.roleNotForAccounts(role) }
        return try await change { db in
            let account = Account(
                id: .make("user", at: now), email: email.text, name: name, role: role, createdAt: now, disabledAt: nil,
                sessionsValidAfter: 0)
            try Self.insert(account, folded: email.folded, passwordHash: passwordHash, in: db)
            try Self.record(actor, "account.create", account.id.value, "role \(role.rawValue)", at: now, in: db)
            return account
        }
    }

    /// Adds a nameless account for a visitor of a demonstration, so that the token pair it gets can be refreshed.
    public func createVisitor(now: Timestamp = .now()) async throws -> Account {
        try await change { db in
            let id = UserID.make("visitor", at: now)
            let email = "\(id.value)@visitor.invalid"
            let account = Account(
                id: id, email: email, name: nil, role: .visitor, createdAt: now, disabledAt: nil, sessionsValidAfter: 0)
            try Self.insert(account, folded: email, passwordHash: nil, in: db)
            return account
        }
    }

    public func account(_ id: UserID) async throws -> Account? {
        try await database.pool.read { db in
            try Self.account("id = ?", id.value, in: db)
        }
    }

    public func account(email: EmailAddress) async throws -> Account? {
        try await database.pool.read { db in
            try Self.account("email_folded = ?", email.folded, in: db)
        }
    }

    /// The account of an address with its encoded password hash.
    public func credentials(email: EmailAddress) async throws -> (account: Account, passwordHash: String?)? {
        try await database.pool.read { db in
            let sql = "SELECT \(Account.columns), password_hash FROM accounts WHERE email_folded = ?"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [email.folded]) else { return nil }
            return (try Account(row: row), row["password_hash"])
        }
    }

    /// All accounts but visitors, by address.
    public func accounts() async throws -> [Account] {
        try await database.pool.read { db in
            let sql = "SELECT \(Account.columns) FROM accounts WHERE role <> 'visitor' ORDER BY email_folded"
            return try Row.fetchAll(db, sql: sql).map(Account.init(row:))
        }
    }

    /// Whether anyone can log in; visitors do not count.
    public func hasAccounts() async throws -> Bool {
        try await database.pool.read(Self.hasAccounts)
    }

    /// Sets a password and ends every session of the account.
    /// - Throws: `IdentityError.noSuchAccount`
    @discardableResult
    public func setPassword(
        of email: EmailAddress, hash: String, actor: String, now: Timestamp = .now()
    ) async throws -> Account {
        try await change { db in
            let account = try Self.existing(email, in: db)
            try db.execute(
                sql: "UPDATE accounts SET password_hash = ? WHERE id = ?", arguments: [hash, account.id.value])
            try Self.endSessions(of: account.id, now: now, in: db)
            try Self.record(actor, "account.password", account.id.value, "", at: now, in: db)
            return try Self.existing(email, in: db)
        }
    }

    /// Replaces the hash of an unchanged password by one with newer parameters, unless the password was changed since.
    public func upgradePasswordHash(of id: UserID, from old: String, to new: String) async throws {
        try await database.pool.write { db in
            try db.execute(
                sql: "UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?",
                arguments: [new, id.value, old])
        }
    }

    /// Locks an account out, ending every session, or lets it in again.
    /// - Throws: `IdentityError.noSuchAccount`
    @discardableResult
    public func setDisabled(
        _ isDisabled: Bool, _ email: EmailAddress, actor: String, now: Timestamp = .now()
    ) async throws -> Account {
        try await change { db in
            let account = try Self.existing(email, in: db)
            guard account.isDisabled != isDisabled else { return account }
            try db.execute(
                sql: "UPDATE accounts SET disabled_at = ? WHERE id = ?",
                arguments: [isDisabled ? now.milliseconds : nil, account.id.value])
            if isDisabled { try Self.endSessions(of: account.id, now: now, in: db) }
            let action = isDisabled ? "account.disable" : "account.enable"
            try Self.record(actor, action, account.id.value, "", at: now, in: db)
            return try Self.existing(email, in: db)
        }
    }

    /// Changes what an account may do. Access tokens with the old permissions become void; refresh tokens stay and
    /// bring new ones.
    /// - Throws: `IdentityError.noSuchAccount`, `IdentityError.roleNotForAccounts`
    @discardableResult
    public func setRole(
        _ role: Role, of email: EmailAddress, actor: String, now: Timestamp = .now()
    ) async throws -> Account {
        guard role != .visitor else { throw IdentityError.roleNotForAccounts(role) }
        return try await change { db in
            let account = try Self.existing(email, in: db)
            guard account.role != role else { return account }
            try db.execute(
                sql: "UPDATE accounts SET role = ? WHERE id = ?", arguments: [role.rawValue, account.id.value])
            try Self.voidAccessTokens(of: account.id, now: now, in: db)
            let detail = "\(account.role.rawValue) to \(role.rawValue)"
            try Self.record(actor, "account.role", account.id.value, detail, at: now, in: db)
            return try Self.existing(email, in: db)
        }
    }
}

extension IdentityStore {
    static func insert(_ account: Account, folded: String, passwordHash: String?, in db: Database) throws {
        let exists = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM accounts WHERE email_folded = ?)", arguments: [folded])
        if exists == true { throw IdentityError.emailTaken(account.email) }
        try db.execute(
            sql: """
                INSERT INTO accounts (id, email, email_folded, name, role, password_hash, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                account.id.value, account.email, folded, account.name, account.role.rawValue, passwordHash,
                account.createdAt.milliseconds,
            ])
    }

    static func account(_ condition: String, _ value: String, in db: Database) throws -> Account? {
        try Row.fetchOne(
            db, sql: "SELECT \(Account.columns) FROM accounts WHERE \(condition)", arguments: [value]
        ).map(Account.init(row:))
    }

    static func hasAccounts(in db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM accounts WHERE role <> 'visitor')") ?? false
    }

    private static func existing(_ email: EmailAddress, in db: Database) throws -> Account {
        guard let account = try account("email_folded = ?", email.folded, in: db) else {
            throw IdentityError.noSuchAccount(email.text)
        }
        return account
    }

    /// Voids access tokens, refresh tokens and tickets of an account.
    private static func endSessions(of id: UserID, now: Timestamp, in db: Database) throws {
        try voidAccessTokens(of: id, now: now, in: db)
        try db.execute(
            sql: "UPDATE refresh_tokens SET revoked_at = ? WHERE account = ? AND revoked_at IS NULL",
            arguments: [now.milliseconds, id.value])
    }

    /// Moves the account's `sessions_valid_after` past every `iat` handed out so far.
    ///
    /// `iat` has whole seconds, so the next whole second is taken, and one more if that was handed out already; an
    /// issuer never dates a token before it (see `TokenIssuer`). So a log-in in the same second as a change of
    /// password is good, and a token from just before the change is not.
    private static func voidAccessTokens(of id: UserID, now: Timestamp, in db: Database) throws {
        let nextSecond = now.milliseconds / 1000 + 1
        try db.execute(
            sql: "UPDATE accounts SET sessions_valid_after = max(?, sessions_valid_after + 1) WHERE id = ?",
            arguments: [nextSecond, id.value])
        try db.execute(sql: "DELETE FROM tickets WHERE account = ?", arguments: [id.value])
    }
}
