import GRDB

/// The tables of the event log.
enum EventLogSchema {
    static func register(in migrator: inout DatabaseMigrator) {}
}
