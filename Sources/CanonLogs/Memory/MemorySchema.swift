import GRDB

/// The tables of the memory. A migration that has been released is never edited.
enum MemorySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("logs") { db in
            try db.execute(
                sql: """
                    CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                    INSERT INTO meta (key, value) VALUES ('runs', 0);

                    -- A problem keeps its fingerprint for ever.
                    CREATE TABLE problem (
                        fingerprint TEXT PRIMARY KEY NOT NULL,
                        kind TEXT NOT NULL, title TEXT NOT NULL, template TEXT NOT NULL, exception TEXT,
                        logger TEXT NOT NULL, service TEXT NOT NULL,
                        severity INTEGER NOT NULL, priority INTEGER NOT NULL,
                        count INTEGER NOT NULL, first INTEGER, last INTEGER,
                        fix_source TEXT, fix_revision TEXT, fix_after INTEGER,
                        state TEXT NOT NULL, place TEXT NOT NULL, code TEXT, samples TEXT NOT NULL, echoes TEXT NOT NULL,
                        first_run INTEGER NOT NULL, last_run INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;

                    -- A problem that turned out to be another leads there.
                    CREATE TABLE alias (
                        fingerprint TEXT PRIMARY KEY NOT NULL, target TEXT NOT NULL
                    ) STRICT, WITHOUT ROWID;

                    -- The raw shapes of a problem's messages, so that a later version can group them anew.
                    CREATE TABLE shape (
                        shape TEXT NOT NULL, logger TEXT NOT NULL, service TEXT NOT NULL, algorithm INTEGER NOT NULL,
                        fingerprint TEXT NOT NULL, sample TEXT NOT NULL,
                        PRIMARY KEY (shape, logger, service)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX shape_fingerprint ON shape (fingerprint);

                    CREATE TABLE problem_revision (
                        fingerprint TEXT NOT NULL, revision TEXT NOT NULL, count INTEGER NOT NULL, first INTEGER,
                        last INTEGER, PRIMARY KEY (fingerprint, revision)
                    ) STRICT, WITHOUT ROWID;

                    CREATE TABLE problem_instance (
                        fingerprint TEXT NOT NULL, instance INTEGER NOT NULL, PRIMARY KEY (fingerprint, instance)
                    ) STRICT, WITHOUT ROWID;

                    CREATE TABLE problem_hour (
                        fingerprint TEXT NOT NULL, hour INTEGER NOT NULL, count INTEGER NOT NULL,
                        PRIMARY KEY (fingerprint, hour)
                    ) STRICT, WITHOUT ROWID;

                    -- What has been counted: entries by their id, and files up to a place.
                    CREATE TABLE seen (id INTEGER PRIMARY KEY NOT NULL, time INTEGER) STRICT;
                    CREATE TABLE source (
                        head_length INTEGER NOT NULL, head TEXT NOT NULL, counted INTEGER NOT NULL, tail TEXT NOT NULL,
                        PRIMARY KEY (head_length, head, counted, tail)
                    ) STRICT, WITHOUT ROWID;

                    CREATE TABLE service (
                        name TEXT PRIMARY KEY NOT NULL, entries INTEGER NOT NULL, first INTEGER, last INTEGER
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE service_revision (
                        service TEXT NOT NULL, revision TEXT NOT NULL, first INTEGER, last INTEGER,
                        PRIMARY KEY (service, revision)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("history") { db in
            try db.execute(
                sql: """
                    -- When a problem appeared, was called fixed, and came back. A run changes a problem at most once.
                    CREATE TABLE problem_change (
                        fingerprint TEXT NOT NULL, run INTEGER NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL,
                        source TEXT NOT NULL, revision TEXT, reason TEXT, PRIMARY KEY (fingerprint, run)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        return migrator
    }

    static let problemTables = ["problem_revision", "problem_instance", "problem_hour", "problem_change", "shape"]
}
