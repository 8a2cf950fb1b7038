import UnixSignals

/// For work that has a result even when it is ended early.
enum Interruption {
    /// Runs the work. SIGINT and SIGTERM cancel its task, and what it then returns is the result.
    static func canBeEndedEarly<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws
        -> Value
    {
        let task = Task { try await work() }
        let signals = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { task.cancel() }
        }
        defer { signals.cancel() }
        return try await task.value
    }
}
