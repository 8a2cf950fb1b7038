import Synchronization

/// Things that are costly to make, kept for whoever needs one next. Without context takeover nothing of a message
/// stays in a compressor, so that connections share them, and there are as many as threads compress at once.
final class IdlePool<Thing: Sendable>: Sendable {
    /// More than this many are not kept.
    static var limit: Int { 16 }

    private let things = Mutex<[Thing]>([])

    var idleCount: Int { things.withLock { $0.count } }

    /// Lends a thing; the lock is not held meanwhile.
    ///
    /// - Parameter make: makes one if none is idle; nil if that fails.
    func with<Result, Failure: Error>(
        _ make: () -> Thing?,
        _ body: (Thing?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let lent = things.withLock { $0.popLast() } ?? make()
        defer {
            if let lent {
                things.withLock { if $0.count < Self.limit { $0.append(lent) } }
            }
        }
        return try body(lent)
    }
}
