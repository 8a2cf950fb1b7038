import CanonWire

/// What a backend writes its events to while it answers one request.
struct AgentRun: Sendable {
    private let continuation: AsyncThrowingStream<AgentEvent, any Error>.Continuation

    /// The stream of a run whose events `body` writes. Ending the reading of the stream cancels the task that runs
    /// `body`; what `body` throws becomes the stream's end.
    static func stream(
        _ body: @escaping @Sendable (AgentRun) async throws -> Void
    ) -> AsyncThrowingStream<AgentEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await body(AgentRun(continuation: continuation))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    func report(_ event: AgentEvent) { continuation.yield(event) }

    /// Runs a tool between its two events.
    /// - Returns: what it answered, or the failure that its events carry as `{"error": …}`.
    func call(
        _ tool: any Tool, arguments: JSONObject, execution: String
    ) async throws(CancellationError) -> Result<ToolResult, ToolFailure> {
        report(.toolExecuting(execution: execution, tool: tool.name, arguments: arguments))
        let start = ContinuousClock.now
        let outcome: Result<ToolResult, ToolFailure>
        do {
            outcome = .success(try await tool.call(arguments))
        } catch let failure as ToolFailure {
            outcome = .failure(failure)
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            outcome = .failure(ToolFailure("\(tool.name) failed: \(error)"))
        }
        let milliseconds = (ContinuousClock.now - start).wholeMilliseconds
        switch outcome {
        case .success(let result):
            report(
                .toolCompleted(
                    execution: execution, tool: tool.name, results: result.value, success: true,
                    milliseconds: milliseconds))
        case .failure(let failure):
            report(
                .toolCompleted(
                    execution: execution, tool: tool.name, results: ["error": .string(failure.message)],
                    success: false, milliseconds: milliseconds))
        }
        return outcome
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
