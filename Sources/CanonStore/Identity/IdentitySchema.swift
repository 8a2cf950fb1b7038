import GRDB

/// The tables of accounts, tokens and tickets.
///
/// Times are milliseconds since 1970, except `sessions_valid_after`, which is compared with the `iat` of a token and
/// so counts whole seconds. Every secret is kept as its SHA-256 only: all of them are random, so that a fast hash is
/// enough, and a copy of the database opens no session.
enum IdentitySchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("identity") { db in
            try db.execute(sql: tables)
        }
    }

    private static let tables = """
        CREATE TABLE accounts (
            id TEXT PRIMARY KEY NOT NULL,
            email TEXT NOT NULL,
            email_folded TEXT NOT NULL UNIQUE,
            name TEXT,
            role TEXT NOT NULL,
            password_hash TEXT,
            created_at INTEGER NOT NULL,
            disabled_at INTEGER,
            sessions_valid_after INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE refresh_tokens (
            hash BLOB PRIMARY KEY NOT NULL,
            family TEXT NOT NULL,
            account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            access_id TEXT NOT NULL,
            access_expires_at INTEGER NOT NULL,
            issued_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            used_at INTEGER,
            revoked_at INTEGER
        ) STRICT;
        CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
        CREATE INDEX refresh_tokens_account ON refresh_tokens (account);
        CREATE INDEX refresh_tokens_access ON refresh_tokens (access_id);
        CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

        CREATE TABLE revoked_access_tokens (
            id TEXT PRIMARY KEY NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX revoked_access_tokens_expiry ON revoked_access_tokens (expires_at);

        CREATE TABLE tickets (
            hash BLOB PRIMARY KEY NOT NULL,
            account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            access_id TEXT NOT NULL,
            session_issued_at INTEGER NOT NULL,
            session_expires_at INTEGER NOT NULL,
            permissions TEXT NOT NULL,
            metadata TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX tickets_account ON tickets (account);
        CREATE INDEX tickets_access ON tickets (access_id);
        CREATE INDEX tickets_expiry ON tickets (expires_at);

        CREATE TABLE service_tokens (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            revoked_at INTEGER,
            last_used_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX service_tokens_name ON service_tokens (name) WHERE revoked_at IS NULL;

        CREATE TABLE setup_token (
            id INTEGER PRIMARY KEY NOT NULL CHECK (id = 0),
            hash BLOB NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;

        CREATE TABLE identity_version (
            id INTEGER PRIMARY KEY NOT NULL CHECK (id = 0),
            value INTEGER NOT NULL
        ) STRICT;
        INSERT INTO identity_version (id, value) VALUES (0, 0);
        """
}
