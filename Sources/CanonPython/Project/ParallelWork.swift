private import Dispatch
private import Synchronization

/// Work on numbered items by several threads. The results are in the order of the items, whoever was done first.
public enum ParallelWork {
    /// - Parameters:
    ///   - jobs: how many threads at most.
    ///   - makeWorker: what one thread keeps from item to item, such as its buffers.
    ///   - progress: told now and then how many items are done, by one thread at a time.
    public static func map<Worker: ~Copyable, Result: Sendable>(
        _ items: Range<Int>, jobs: Int, makeWorker: @Sendable () -> Worker,
        progress: @Sendable (Int) -> Void = { _ in },
        _ body: @Sendable (inout Worker, Int) -> Result
    ) -> [Result] {
        let next = Atomic(items.lowerBound)
        let results = Mutex([Result?](repeating: nil, count: items.count))
        DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, items.count))) { thread in
            var worker = makeWorker()
            // Handed over a chunk at a time, so that threads hardly ever wait for each other.
            var chunk: [Result] = []
            while true {
                let first = next.wrappingAdd(chunkSize, ordering: .relaxed).oldValue
                guard first < items.upperBound else { break }
                for item in first..<min(first + chunkSize, items.upperBound) { chunk.append(body(&worker, item)) }
                results.withLock { results in
                    for (offset, result) in chunk.enumerated() { results[first - items.lowerBound + offset] = result }
                }
                chunk.removeAll(keepingCapacity: true)
                if thread == 0, (first - items.lowerBound) % 16 == 0 { progress(first) }
            }
        }
        return results.withLock { $0.map { $0! } }
    }

    /// Small, so that no thread is long at work when the others have nothing left.
    private static let chunkSize = 2
}
