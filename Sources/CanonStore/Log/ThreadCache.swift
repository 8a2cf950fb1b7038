import CanonWire

/// What the writer knows about a thread between two transactions.
final class CachedThread {
    /// The key of its row.
    let id: Int64
    let key: ThreadKey
    var head: Int64
    var updated: Timestamp
    var isDeleted: Bool
    /// Oldest first.
    var openRuns: [RunID]
    /// Whether `head` and `updated` are ahead of the row.
    var isChanged = false

    init(id: Int64, key: ThreadKey, head: Int64, updated: Timestamp, isDeleted: Bool, openRuns: [RunID]) {
        self.id = id
        self.key = key
        self.head = head
        self.updated = updated
        self.isDeleted = isDeleted
        self.openRuns = openRuns
    }
}

/// The threads that were written last, so that a hot thread is not looked up for each event.
///
/// Two generations stand in for the exact order of use: what is used moves to the recent one, and when that is full, it
/// becomes the older one and what was not used since is forgotten. It holds at most about twice `capacity` threads.
struct ThreadCache {
    private var recent: [ThreadKey: CachedThread] = [:]
    private var older: [ThreadKey: CachedThread] = [:]
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { recent.count + older.count }

    mutating func find(_ key: ThreadKey) -> CachedThread? {
        if let thread = recent[key] { return thread }
        guard let thread = older.removeValue(forKey: key) else { return nil }
        recent[key] = thread
        return thread
    }

    mutating func insert(_ thread: CachedThread) { recent[thread.key] = thread }

    /// Forgets what was not used for long. Only between transactions: a change that is not in its row yet must not be
    /// forgotten.
    mutating func trim() {
        guard recent.count > capacity else { return }
        older = recent
        recent = [:]
    }

    mutating func removeAll() {
        recent = [:]
        older = [:]
    }
}
