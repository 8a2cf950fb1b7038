import CanonStore
import Synchronization

/// Remembers for a moment what the store said about a session or a token, so that a burst of requests reads it once.
///
/// An entry counts until this process changes anything about identities, and for half a second at most: that is how
/// late a change by another process can be noticed here.
final class RecentReads<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let readAt: ContinuousClock.Instant
        let changes: UInt64
    }

    private let lifetime = Duration.milliseconds(500)
    private let capacity = 16_384

    private let entries = Mutex<[Key: Entry]>([:])
    private let store: IdentityStore

    init(store: IdentityStore) { self.store = store }

    /// Forgets everything, because another process has changed something.
    func clear() { entries.withLock { $0.removeAll() } }

    /// What is known under the key, or what `read` finds out now.
    func value(for key: Key, _ read: () async throws -> Value) async throws -> Value {
        // Both are read before the store is: a change during the read voids what was read.
        let changes = store.localChanges
        let now = ContinuousClock.now
        let known = entries.withLock { $0[key] }
        if let known, known.changes == changes, now - known.readAt < lifetime { return known.value }
        let value = try await read()
        let entry = Entry(value: value, readAt: now, changes: changes)
        entries.withLock { entries in
            if entries.count >= capacity {
                entries = entries.filter { $0.value.changes == changes && now - $0.value.readAt < lifetime }
                if entries.count >= capacity { entries.removeAll() }
            }
            entries[key] = entry
        }
        return value
    }
}
