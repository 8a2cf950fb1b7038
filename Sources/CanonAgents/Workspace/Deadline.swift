import Synchronization

/// When a piece of work must stop: after some seconds, or at once when it is cancelled. Shared by the threads that do it.
final class Deadline: Sendable {
    private let end: ContinuousClock.Instant
    private let cancelled = Atomic<Bool>(false)

    /// - Parameter seconds: from now.
    init(seconds: Double) { end = .now + .milliseconds(Int64(seconds * 1000)) }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
    var hasPassed: Bool { isCancelled || ContinuousClock.now >= end }

    func cancel() { cancelled.store(true, ordering: .relaxed) }
}
