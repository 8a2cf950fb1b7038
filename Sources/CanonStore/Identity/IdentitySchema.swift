import GRDB

/// The tables of accounts, tokens and tickets.
enum IdentitySchema {
    static func register(in migrator: inout DatabaseMigrator) {}
}
