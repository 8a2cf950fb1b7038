import Dispatch
import Foundation

/// What somebody else finds out meanwhile: git, while files are looked for.
final class Awaited<Value: Sendable>: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let answer = Answer()

    private final class Answer: @unchecked Sendable {
        // Written before the semaphore is signalled, read after it was waited for.
        var result: Result<Value, any Error>?
    }

    init(_ work: @escaping @Sendable () throws -> Value) {
        let (done, answer) = (done, answer)
        // A thread of its own: a queue runs as many at once as there are cores, and this one mostly waits for another process.
        Thread.detachNewThread {
            answer.result = Result { try work() }
            done.signal()
        }
    }

    /// As often as one likes.
    var value: Value {
        get throws {
            done.wait()
            done.signal()
            guard let result = answer.result else { preconditionFailure("it was signalled without a result") }
            return try result.get()
        }
    }
}
