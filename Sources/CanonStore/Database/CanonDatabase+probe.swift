import CanonWire
import GRDB

extension CanonDatabase {
    /// Writes a row, as durably as an event is written, to find out whether the store can take one.
    /// - Returns: what is wrong; nil when the row was stored.
    public func unwritability() async -> String? {
        do {
            try await pool.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO meta (key, value) VALUES ('probed_at', ?)
                        ON CONFLICT (key) DO UPDATE SET value = excluded.value
                        """,
                    arguments: [String(Timestamp.now().milliseconds)])
            }
            return nil
        } catch {
            return "the store cannot be written: \(error)"
        }
    }
}
