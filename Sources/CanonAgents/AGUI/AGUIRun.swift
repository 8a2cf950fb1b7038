import CanonWire

/// Turns the events of an AG-UI run into the events of a run here: a state machine without clock and connection.
struct AGUIRun {
    private enum State: Equatable {
        case running
        case finished
    }

    private struct ToolCall {
        let id: String
        var name: String
        var arguments = ""
        /// When its arguments were complete, in milliseconds of the caller's clock; nil before.
        var started: Int64?
    }

    private let endpoint: AgentEndpoint
    private var state = State.running
    private var thoughts = ThoughtBuffer()
    private(set) var answer = ""
    /// The message whose text came last.
    private var lastMessage: String?
    /// Messages whose text is not the agent's answer: other roles, sub-agents.
    private var sideMessages: Set<String> = []
    private var chunkMessage: String?
    private var chunkCall: String?
    private var calls: [ToolCall] = []
    private var toolsRun = 0
    private var snapshotAnswer: String?

    private static let answerLimit = 4 * 1024 * 1024
    private static let argumentLimit = 256 * 1024
    private static let callLimit = 256

    init(endpoint: AgentEndpoint) { self.endpoint = endpoint }

    var isFinished: Bool { state == .finished }

    /// The thought that opens the run.
    mutating func open(agent: String) -> AgentEvent { thoughts.say("Asking \(agent)") }

    /// Takes the data of one event.
    /// - Parameter now: milliseconds of any steady clock.
    /// - Throws: `AgentFailure` for what is no AG-UI event, and for a run that ended badly.
    mutating func receive(_ data: String, now: Int64) throws(AgentFailure) -> [AgentEvent] {
        guard state == .running else { return [] }
        let event: AGUIEvent
        do {
            event = try AGUIEvent(try JSONValue.parse(Array(data.utf8)))
        } catch {
            throw AgentFailure(
                reason: "backend_protocol",
                message: "The agent at \(endpoint.display) sent something that is no AG-UI event "
                    + "(\(endpoint.presentable("\(error)"))). Check that agent.url names an AG-UI endpoint.")
        }
        return try apply(event, now: now)
    }

    private mutating func apply(_ event: AGUIEvent, now: Int64) throws(AgentFailure) -> [AgentEvent] {
        var events: [AgentEvent] = []
        // A chunked call has no end of its own: whatever is no further chunk of it ends it.
        if let open = chunkCall {
            if case .toolCallChunk(let call, _, _) = event, call == nil || call == open {
            } else {
                chunkCall = nil
                events += begin(open, now: now)
            }
        }
        switch event {
        case .textStart(let message, let role, let subagent):
            if role != "assistant" || subagent != nil { sideMessages.insert(message) }
        case .textContent(let message, let delta, let subagent):
            events += try text(delta, message: message, isSide: subagent != nil)
        case .textChunk(let message, let role, let delta, let subagent):
            if let message { chunkMessage = message }
            let current = chunkMessage ?? "chunk"
            if let role, role != "assistant" { sideMessages.insert(current) }
            if let delta { events += try text(delta, message: current, isSide: subagent != nil) }
        case .textEnd: events += thoughts.flush()
        case .toolCallStart, .toolCallArguments, .toolCallEnd, .toolCallChunk, .toolCallResult:
            events += try tool(event, now: now)
        case .reasoning(let delta): events += thoughts.append(delta)
        case .reasoningEnd: events += thoughts.flush()
        case .stepStarted(let name): events.append(thoughts.say("Step: \(name)"))
        case .subagentStarted(_, let name): events.append(thoughts.say("Sub-agent \(name) started"))
        case .subagentError(_, let message):
            events.append(thoughts.say("A sub-agent failed: \(endpoint.presentable(message))"))
        case .messagesSnapshot(let messages):
            // Only what follows the question can be the answer to it.
            if let last = messages.last, last.role == "assistant", !last.text.isEmpty { snapshotAnswer = last.text }
        case .runFinished(let outcome, let result): events += try finish(outcome, result: result, now: now)
        case .runError(let message, let code): throw runError(message, code: code)
        case .runStarted, .stepFinished, .subagentFinished, .other: break
        }
        return events
    }

    // MARK: Text

    private mutating func text(
        _ delta: String, message: String, isSide: Bool
    ) throws(AgentFailure) -> [AgentEvent] {
        guard !delta.isEmpty else { return [] }
        if isSide || sideMessages.contains(message) { return thoughts.append(delta) }
        var events = thoughts.flush()
        // Several messages of one run are paragraphs of one answer.
        let piece = lastMessage != nil && lastMessage != message ? "\n\n" + delta : delta
        lastMessage = message
        answer += piece
        guard answer.utf8.count <= Self.answerLimit else { throw tooMuch("text") }
        events.append(.textDelta(piece))
        return events
    }

    // MARK: Tools

    private mutating func tool(_ event: AGUIEvent, now: Int64) throws(AgentFailure) -> [AgentEvent] {
        switch event {
        case .toolCallStart(let id, let name):
            try open(id, name: name)
        case .toolCallArguments(let id, let delta):
            try add(delta, to: id)
        case .toolCallEnd(let id):
            return begin(id, now: now)
        case .toolCallChunk(let id, let name, let delta):
            guard let current = id ?? chunkCall else {
                throw AgentFailure(
                    reason: "backend_protocol",
                    message: "The agent at \(endpoint.display) sent a TOOL_CALL_CHUNK without toolCallId before any "
                        + "call was open.")
            }
            if !calls.contains(where: { $0.id == current }) { try open(current, name: name ?? "tool") }
            chunkCall = current
            try add(delta ?? "", to: current)
        case .toolCallResult(let id, let content):
            // A result without a call that was announced is still a tool that ran.
            if !calls.contains(where: { $0.id == id }) { try open(id, name: "tool") }
            return begin(id, now: now) + complete(id, content: content, now: now)
        default: break
        }
        return []
    }

    private mutating func open(_ id: String, name: String) throws(AgentFailure) {
        guard calls.count < Self.callLimit else { throw tooMuch("open tool calls") }
        if !calls.contains(where: { $0.id == id }) { calls.append(ToolCall(id: id, name: name)) }
    }

    private mutating func add(_ delta: String, to id: String) throws(AgentFailure) {
        guard let index = calls.firstIndex(where: { $0.id == id }) else {
            throw AgentFailure(
                reason: "backend_protocol",
                message: "The agent at \(endpoint.display) sent arguments for a tool call that it did not start "
                    + "('\(endpoint.presentable(id, limit: 60))').")
        }
        calls[index].arguments += delta
        guard calls[index].arguments.utf8.count <= Self.argumentLimit else { throw tooMuch("tool arguments") }
    }

    /// Says that a tool runs, once its arguments are complete.
    private mutating func begin(_ id: String, now: Int64) -> [AgentEvent] {
        guard let index = calls.firstIndex(where: { $0.id == id }), calls[index].started == nil else { return [] }
        calls[index].started = now
        let call = calls[index]
        let parsed = try? JSONValue.parse(Array(call.arguments.utf8))
        // Arguments are text to the protocol; what is no JSON object is shown as it came.
        let arguments: JSONObject = parsed?.object ?? (call.arguments.isEmpty ? [:] : ["text": .string(call.arguments)])
        return thoughts.flush() + [.toolExecuting(execution: id, tool: call.name, arguments: arguments)]
    }

    private mutating func complete(_ id: String, content: String, now: Int64) -> [AgentEvent] {
        guard let index = calls.firstIndex(where: { $0.id == id }) else { return [] }
        let call = calls.remove(at: index)
        toolsRun += 1
        let parsed = try? JSONValue.parse(Array(content.utf8))
        let isStructured = parsed?.object != nil || parsed?.array != nil
        return [
            .toolCompleted(
                execution: id, tool: call.name, results: isStructured ? parsed ?? .null : .string(content),
                success: true, milliseconds: max(0, now - (call.started ?? now)))
        ]
    }

    // MARK: The end

    private mutating func finish(
        _ outcome: AGUIEvent.Outcome, result: JSONValue?, now: Int64
    ) throws(AgentFailure) -> [AgentEvent] {
        var events = thoughts.flush()
        for call in calls {
            events += begin(call.id, now: now)
            events.append(
                .toolCompleted(
                    execution: call.id, tool: call.name, results: ["error": "The agent reported no result."],
                    success: false, milliseconds: 0))
        }
        calls = []
        switch outcome {
        case .success: break
        case .cancelled:
            throw AgentFailure(
                reason: "backend_refused",
                message: "The agent at \(endpoint.display) cancelled the run itself. Try again.")
        case .interrupt(let messages):
            let wish = messages.isEmpty ? "" : " It asks: \(endpoint.presentable(messages.joined(separator: "; ")))"
            throw AgentFailure(
                reason: "backend_refused",
                message: "The agent at \(endpoint.display) stopped to wait for a decision that cannot be given "
                    + "here.\(wish)")
        }
        if answer.isEmpty, let text = result?.string ?? snapshotAnswer, !text.isEmpty {
            answer = text
            events.append(.textDelta(text))
        }
        guard !answer.isEmpty else {
            throw AgentFailure(
                reason: "backend_protocol",
                message: "The agent at \(endpoint.display) finished without an answer. Try again or ask differently.")
        }
        state = .finished
        events.append(.completed(answer: answer))
        return events
    }

    private func runError(_ message: String, code: String?) -> AgentFailure {
        let error = RemoteError(message: message, code: code.map { .string($0) })
        return AgentFailure(
            reason: error.reason,
            message: "The agent at \(endpoint.display) reported an error: \(endpoint.presentable(message))")
    }

    private func tooMuch(_ what: String) -> AgentFailure {
        AgentFailure(
            reason: "backend_protocol",
            message: "The agent at \(endpoint.display) sent more \(what) in one run than this server accepts.")
    }

    /// The failure of a stream that ended before the run did.
    var cut: AgentFailure {
        AgentFailure(
            reason: "stream_cut",
            message: "The stream of the agent at \(endpoint.display) ended before its run did. Try again.")
    }
}
