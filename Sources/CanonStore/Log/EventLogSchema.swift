import GRDB

/// The tables of the event log.
///
/// An event is inserted once and read a few times, so the hot insert pays for little: the rowid table (appended at its
/// end) and the two unique indexes that promise numbers without a repeat and each `event_id` once. Measured, a
/// `WITHOUT ROWID` table keyed by (thread, seq) reads twice as fast and takes a quarter of the inserts. Uniqueness by
/// (event_id, thread) is the same promise as by (thread, event_id), and cheaper: ids begin with a type and the time, so
/// that the events of one transaction share a page of the index instead of each changing its thread's (half the
/// bytes written, measured with 64 threads). What else is asked of the log has no index of its own:
/// - the deltas of a run: a range scan from `runs.first_seq`;
/// - the last event of a message: `message_ends`, written once per transaction and not per event;
/// - the list of a user's threads: sorted when it is read, because an index by `updated` would move with each event.
///
/// Only the conversation has one (`events_conversation`), which holds few rows: those of messages and of ends of runs.
///
/// `events` has no foreign key: its thread number comes from the writer, which has just looked it up.
///
/// What retention needs costs the hot insert nothing, because none of it is touched by an insert:
/// - `threads.floor`, the number of the last event removed: one integer, written once per transaction of pruning;
/// - `runs.last_seq`, the number of a run's terminal event: written by the update that ends the run anyway. It tells that
///   all events of a run are gone without an index of events by run;
/// - `archived_messages`, the conversation of removed events: a row and two index entries per message, written when
///   its events go. The second index finds a message by the id that a client may resume from;
/// - `claims`, the idempotency keys: a row and one index entry per key, in the transaction that the claim waits for. They
///   have no index by time, because their rows stand in the order in which they were made: the oldest are the first.
enum EventLogSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("log") { db in
            try db.execute(sql: tables)
        }
    }

    /// Comes after the migrations of other tables that were shipped before it.
    static func registerRetention(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("log retention") { db in
            try db.execute(sql: retention)
        }
    }

    /// The condition of the index `events_conversation`; a query that repeats it word for word uses the index.
    static let isConversation = "type IN ('user_message', 'agent_completed', 'agent_error', 'agent_cancelled')"

    private static let tables = """
        -- A deleted thread stays as a row, so that its id is not used again.
        CREATE TABLE threads (
            id INTEGER PRIMARY KEY,
            user TEXT NOT NULL,
            thread TEXT NOT NULL,
            title TEXT NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            head INTEGER NOT NULL,
            deleted INTEGER,
            UNIQUE (user, thread)
        ) STRICT;

        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            thread INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            event_id TEXT NOT NULL,
            type TEXT NOT NULL,
            time INTEGER NOT NULL,
            run TEXT,
            parent_run TEXT,
            agent TEXT,
            fields TEXT NOT NULL,
            UNIQUE (thread, seq),
            UNIQUE (event_id, thread)
        ) STRICT;

        CREATE INDEX events_conversation ON events (thread, seq) WHERE \(isConversation);

        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            user TEXT NOT NULL,
            run TEXT NOT NULL,
            thread INTEGER NOT NULL REFERENCES threads (id),
            agent TEXT NOT NULL,
            parent_run TEXT,
            message TEXT NOT NULL,
            client_message TEXT,
            first_seq INTEGER NOT NULL,
            status TEXT NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER,
            UNIQUE (user, run)
        ) STRICT;

        CREATE UNIQUE INDEX runs_client_message ON runs (user, client_message) WHERE client_message IS NOT NULL;
        CREATE INDEX runs_open ON runs (user, thread) WHERE status = 'open';

        CREATE TABLE message_ends (
            thread INTEGER NOT NULL,
            message TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (thread, message)
        ) STRICT, WITHOUT ROWID;
        """

    private static let retention = """
        ALTER TABLE threads ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;

        ALTER TABLE runs ADD COLUMN last_seq INTEGER;
        -- Where the run of an older log ended is not looked up: its last event is the thread's at the latest.
        UPDATE runs SET last_seq = (SELECT head FROM threads WHERE id = runs.thread) WHERE status <> 'open';

        CREATE TABLE archived_messages (
            id INTEGER PRIMARY KEY,
            thread INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            message TEXT NOT NULL,
            role TEXT NOT NULL,
            -- UTF-8; no TEXT, which ends at U+0000.
            content BLOB NOT NULL,
            run TEXT,
            time INTEGER NOT NULL,
            status TEXT NOT NULL,
            UNIQUE (thread, seq)
        ) STRICT;

        CREATE INDEX archived_messages_message ON archived_messages (thread, message);

        CREATE TABLE claims (
            id INTEGER PRIMARY KEY,
            user TEXT NOT NULL,
            thread TEXT NOT NULL,
            owner TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            claimed INTEGER NOT NULL,
            UNIQUE (user, thread, owner, key)
        ) STRICT;
        """
}
