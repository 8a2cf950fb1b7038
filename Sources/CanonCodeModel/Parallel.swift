internal import Dispatch
internal import Synchronization

/// Work on numbered items by several threads; the results are in the order of the items.
package enum Parallel {
    package static func map<Worker: ~Copyable, Result: Sendable>(
        _ count: Int, jobs: Int, makeWorker: @Sendable () -> Worker, _ body: @Sendable (inout Worker, Int) -> Result
    ) -> [Result] {
        guard jobs > 1, count > chunkSize else {
            var worker = makeWorker()
            return (0..<count).map { body(&worker, $0) }
        }
        return [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
            nonisolated(unsafe) let buffer = buffer
            let next = Atomic(0)
            // Each item is written by the one thread that took it, and all are before this returns.
            DispatchQueue.concurrentPerform(iterations: jobs) { _ in
                var worker = makeWorker()
                while true {
                    let first = next.wrappingAdd(chunkSize, ordering: .relaxed).oldValue
                    guard first < count else { break }
                    for item in first..<min(first + chunkSize, count) {
                        buffer.initializeElement(at: item, to: body(&worker, item))
                    }
                }
            }
            initialized = count
        }
    }

    package static func map<Result: Sendable>(_ count: Int, jobs: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        map(count, jobs: jobs, makeWorker: { 0 }) { (_: inout Int, index) in body(index) }
    }

    private static let chunkSize = 32
}
