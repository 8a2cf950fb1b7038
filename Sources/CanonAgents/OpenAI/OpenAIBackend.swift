import CanonWire
public import Logging

/// Answers with a model behind an OpenAI-compatible server (`POST …/chat/completions`, streamed).
///
/// The model may call the given tools; they run here. Their results hold contents of workspace files, so they are
/// offered only when the settings let files go to the model.
public struct OpenAIBackend: AgentBackend {
    public let name: String

    private let client: EventStreamClient
    private let model: String
    private let instructions: String?
    private let tools: [any Tool]

    /// Requests to the model in one run.
    private static let roundLimit = 8
    /// Bytes of one tool's result that are sent to the model.
    private static let resultLimit = 64 * 1024

    /// - Parameters:
    ///   - name: what the run's events carry as `agent_name`.
    ///   - url: the base URL, usually ending in `/v1`.
    ///   - model: the model's name at the server.
    ///   - key: sent as a bearer token; it appears in no message and no log.
    ///   - instructions: the system message.
    ///   - tools: what the model may call.
    ///   - sendFiles: lets results of the tools, which hold contents of files, go to the model. Without it no tool is
    ///     offered.
    ///   - firstByteSeconds: to the head of each answer.
    ///   - silenceSeconds: between two pieces of an answer.
    /// - Throws: `AgentSettingError` that names the setting.
    public init(
        name: String = "assistant", url: String, model: String, key: String?, instructions: String? = nil,
        tools: [any Tool] = [], sendFiles: Bool = false, firstByteSeconds: Double = 20, silenceSeconds: Double = 60,
        logger: Logger
    ) throws(AgentSettingError) {
        guard !model.isEmpty else {
            throw AgentSettingError(setting: "agent.model", message: "name the model that the server should use.")
        }
        self.name = name
        self.model = model
        self.instructions = instructions
        self.tools = sendFiles ? tools : []
        client = EventStreamClient(
            endpoint: try AgentEndpoint(url: url, path: "/chat/completions", key: key),
            timeouts: .init(firstByte: firstByteSeconds, silence: silenceSeconds), logger: logger)
    }

    public func run(_ request: AgentRequest) -> AsyncThrowingStream<AgentEvent, any Error> {
        AgentRun.stream { run in try await self.answer(request, run) }
    }

    private func answer(_ request: AgentRequest, _ run: AgentRun) async throws {
        var thoughts = ThoughtBuffer()
        var answer = ""
        var messages = ChatMessages.opening(request, instructions: instructions)
        run.report(thoughts.say("Asking \(model)"))
        for number in 1...Self.roundLimit {
            let round = try await exchange(
                messages, isLast: number == Self.roundLimit, answer: &answer, thoughts: &thoughts, run)
            if round.toolCalls.isEmpty {
                if round.finish == "length" {
                    let note = "\n\n_The model reached its length limit; the answer may be incomplete._"
                    answer += note
                    run.report(.textDelta(note))
                }
                run.report(.completed(answer: answer))
                return
            }
            messages.append(ChatMessages.assistant(round))
            for (index, call) in round.toolCalls.enumerated() {
                let execution = "\(request.run)_\(number)_\(index + 1)"
                messages.append(
                    ChatMessages.toolResult(try await result(of: call, execution: execution, run), call: call))
            }
            run.report(
                thoughts.say("Asking \(model) again, with the results of \(counted(round.toolCalls.count, "tool"))"))
        }
        throw AgentFailure(
            reason: "backend_protocol",
            message: "The model at \(client.endpoint.display) kept calling tools for \(Self.roundLimit) rounds without "
                + "an answer. Ask a narrower question.")
    }

    /// One request and its answer. Text is reported as it comes.
    private func exchange(
        _ messages: [JSONValue], isLast: Bool, answer: inout String, thoughts: inout ThoughtBuffer, _ run: AgentRun
    ) async throws -> ChatRound {
        var body: JSONObject = ["model": .string(model), "stream": true, "messages": .array(messages)]
        if !tools.isEmpty {
            body["tools"] = ChatMessages.definitions(of: tools)
            // The last round must be an answer.
            if isLast { body["tool_choice"] = "none" }
        }
        var round = ChatRound()
        try await client.post(body) { event in
            guard let chunk = try round.receive(event.data, endpoint: client.endpoint) else { return false }
            if !chunk.reasoning.isEmpty { thoughts.append(chunk.reasoning).forEach(run.report) }
            guard !chunk.text.isEmpty else { return true }
            thoughts.flush().forEach(run.report)
            // What the model says in one round and in the next are paragraphs of one answer.
            let delta = round.text == chunk.text && !answer.isEmpty ? "\n\n" + chunk.text : chunk.text
            answer += delta
            run.report(.textDelta(delta))
            return true
        }
        thoughts.flush().forEach(run.report)
        try round.end(endpoint: client.endpoint)
        return round
    }

    /// Runs a tool for the model and returns what to tell it; a failure is told too, so that it can do better.
    private func result(
        of call: ChatRound.ToolCall, execution: String, _ run: AgentRun
    ) async throws(CancellationError) -> String {
        guard let tool = tools.first(where: { $0.name == call.name }) else {
            let names = tools.map(\.name).joined(separator: ", ")
            let message =
                "There is no tool '\(call.name)'. " + (names.isEmpty ? "No tools are offered." : "Use \(names).")
            return refuse(call, arguments: [:], execution: execution, message: message, run)
        }
        var arguments = JSONObject()
        if call.arguments.contains(where: { !$0.isWhitespace }) {
            do {
                let value = try JSONValue.parse(Array(call.arguments.utf8))
                guard let object = value.object else {
                    let message = "The arguments of \(call.name) must be a JSON object, not \(value.kind)."
                    return refuse(call, arguments: [:], execution: execution, message: message, run)
                }
                arguments = object
            } catch {
                let message = "The arguments of \(call.name) are no JSON: \(error)."
                return refuse(call, arguments: [:], execution: execution, message: message, run)
            }
        }
        switch try await run.call(tool, arguments: arguments, execution: execution) {
        case .success(let result):
            if result.text.utf8.count <= Self.resultLimit { return result.text }
            return String(decoding: result.text.utf8.prefix(Self.resultLimit), as: UTF8.self) + "\n[cut here]"
        case .failure(let failure): return "Error: \(failure.message)"
        }
    }

    /// Reports a call that could not even begin, with the same two events as any other.
    private func refuse(
        _ call: ChatRound.ToolCall, arguments: JSONObject, execution: String, message: String, _ run: AgentRun
    ) -> String {
        let tool = call.name.isEmpty ? "unknown" : call.name
        run.report(.toolExecuting(execution: execution, tool: tool, arguments: arguments))
        run.report(
            .toolCompleted(
                execution: execution, tool: tool, results: ["error": .string(message)], success: false, milliseconds: 0)
        )
        return "Error: \(message)"
    }
}
