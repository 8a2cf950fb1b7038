import CanonStore
import CanonWire
import Synchronization

/// Remembers for a moment what the store said about a session, so that a burst of requests reads it once.
///
/// An entry counts until this process changes anything about identities, and for half a second at most: that is how
/// late a change by another process can be noticed here.
final class SessionCache: Sendable {
    struct Key: Hashable {
        let user: UserID
        let accessID: String
    }

    private struct Entry {
        let state: SessionState
        let readAt: ContinuousClock.Instant
        let changes: UInt64
    }

    static let lifetime = Duration.milliseconds(500)
    private static let capacity = 16_384

    private let entries = Mutex<[Key: Entry]>([:])
    private let store: IdentityStore

    init(store: IdentityStore) { self.store = store }

    /// Forgets everything, because another process has changed something.
    func clear() { entries.withLock { $0.removeAll() } }

    func session(of user: UserID, accessID: String) async throws -> SessionState {
        let key = Key(user: user, accessID: accessID)
        // Both are read before the store is: a change during the read voids what was read.
        let changes = store.localChanges
        let now = ContinuousClock.now
        let known = entries.withLock { $0[key] }
        if let known, known.changes == changes, now - known.readAt < Self.lifetime { return known.state }
        let state = try await store.session(of: user, accessID: accessID)
        let entry = Entry(state: state, readAt: now, changes: changes)
        entries.withLock { entries in
            if entries.count >= Self.capacity {
                entries = entries.filter { $0.value.changes == changes && now - $0.value.readAt < Self.lifetime }
                if entries.count >= Self.capacity { entries.removeAll() }
            }
            entries[key] = entry
        }
        return state
    }
}
