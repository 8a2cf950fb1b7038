import Dispatch
import Synchronization

/// Threads for file work, apart from the cooperative pool and the event loops, which must never wait for a disk.
enum BlockingWork {
    /// At most this many pieces of work run at once; the others wait, so that many questions cannot make many threads.
    private static let lanes = (0..<4).map { DispatchQueue(label: "canon.workspace.\($0)", qos: .userInitiated) }
    private static let next = Atomic<Int>(0)

    /// Runs `work` on one of the threads. Its deadline starts when it does, and is cancelled with the calling task.
    static func run<Value: Sendable>(
        seconds: Double, _ work: @escaping @Sendable (Deadline) throws -> Value
    ) async throws -> Value {
        let cancelled = CancellationMark()
        let value = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
                let lane = lanes[next.wrappingAdd(1, ordering: .relaxed).newValue % lanes.count]
                lane.async {
                    let deadline = Deadline(seconds: seconds)
                    cancelled.attach(deadline)
                    continuation.resume(with: Result { try work(deadline) })
                }
            }
        } onCancel: {
            cancelled.cancel()
        }
        try Task.checkCancellation()
        return value
    }
}

/// Carries a task's cancellation to a deadline that may not exist yet.
private final class CancellationMark: Sendable {
    private enum State {
        case waiting, running(Deadline), cancelled
    }

    private let state = Mutex(State.waiting)

    func attach(_ deadline: Deadline) {
        state.withLock { state in
            if case .cancelled = state { deadline.cancel() } else { state = .running(deadline) }
        }
    }

    func cancel() {
        state.withLock { state in
            if case .running(let deadline) = state { deadline.cancel() }
            state = .cancelled
        }
    }
}
