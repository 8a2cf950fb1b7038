internal import Foundation

/// Runs work on a thread whose stack is large enough for a program's longest chain of imports.
enum DeepStack {
    private static let size = 512 << 20

    static func run<Result>(_ body: @escaping @Sendable () -> Result) -> Result {
        nonisolated(unsafe) var result: Result?
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            result = body()
            done.signal()
        }
        thread.stackSize = size
        thread.start()
        done.wait()
        return result!
    }
}
