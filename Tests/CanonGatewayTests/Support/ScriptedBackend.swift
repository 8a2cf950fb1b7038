import CanonAgents
import CanonWire
import NIOConcurrencyHelpers

/// An agent that does what the message says, word by word:
/// `think`, `tool`, `say:<text>`, `wait` (until cancelled), `fail:<reason>`, `throw`, `end` (without an answer),
/// `repeat:<n>` (n deltas), anything else is echoed. It answers with all that it said.
struct ScriptedBackend: AgentBackend {
    let name = "scripted"
    /// Every request that came, for tests that look at what an agent is told.
    let requests = NIOLockedValueBox<[AgentRequest]>([])

    private struct Unforeseen: Error {}

    func run(_ request: AgentRequest) -> AsyncThrowingStream<AgentEvent, any Error> {
        requests.withLockedValue { $0.append(request) }
        return AsyncThrowingStream { continuation in
            let task = Task { await play(request.text, continuation) }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func play(_ script: String, _ continuation: AsyncThrowingStream<AgentEvent, any Error>.Continuation) async {
        var said = ""
        var step = 0
        for word in script.split(separator: " ") {
            let parts = word.split(separator: ":", maxSplits: 1)
            let argument = parts.count > 1 ? String(parts[1]) : ""
            switch parts[0] {
            case "think":
                step += 1
                continuation.yield(.thinking("thought \(step)", step: step, totalSteps: nil))
            case "tool":
                continuation.yield(.toolExecuting(execution: "x1", tool: "probe", arguments: ["q": "a"]))
                continuation.yield(
                    .toolCompleted(execution: "x1", tool: "probe", results: ["n": 1], success: true, milliseconds: 3))
            case "wait":
                let (stream, hold) = AsyncStream.makeStream(of: Never.self)
                for await _ in stream {}
                _ = hold
                return continuation.finish(throwing: CancellationError())
            case "fail":
                return continuation.finish(throwing: AgentFailure(reason: argument, message: "It failed: \(argument)."))
            case "throw": return continuation.finish(throwing: Unforeseen())
            case "end": return continuation.finish()
            case "repeat":
                for index in 1...(Int(argument) ?? 1) {
                    let piece = "piece \(index) "
                    said += piece
                    continuation.yield(.textDelta(piece))
                }
            default:
                let piece = (parts[0] == "say" ? argument : String(word)) + " "
                said += piece
                continuation.yield(.textDelta(piece))
            }
        }
        continuation.yield(.completed(answer: said))
        continuation.finish()
    }
}
