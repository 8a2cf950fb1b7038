import CanonWire
public import Logging

/// Answers with an agent that speaks AG-UI over HTTP: a `RunAgentInput` is posted, the events come back as an event
/// stream (https://ag-ui.com, version 1.0).
public struct AGUIBackend: AgentBackend {
    public let name: String

    private let client: EventStreamClient

    /// - Parameters:
    ///   - name: what the run's events carry as `agent_name`.
    ///   - url: the agent's endpoint.
    ///   - key: sent as a bearer token; it appears in no message and no log.
    ///   - firstByteSeconds: to the head of the answer.
    ///   - silenceSeconds: between two pieces of the answer.
    /// - Throws: `AgentSettingError` that names the setting.
    public init(
        name: String = "agent", url: String, key: String? = nil, firstByteSeconds: Double = 20,
        silenceSeconds: Double = 60, logger: Logger
    ) throws(AgentSettingError) {
        self.name = name
        client = EventStreamClient(
            endpoint: try AgentEndpoint(url: url, key: key),
            timeouts: .init(firstByte: firstByteSeconds, silence: silenceSeconds), logger: logger)
    }

    public func run(_ request: AgentRequest) -> AsyncThrowingStream<AgentEvent, any Error> {
        AgentRun.stream { run in try await self.answer(request, run) }
    }

    private func answer(_ request: AgentRequest, _ run: AgentRun) async throws {
        let start = ContinuousClock.now
        var translation = AGUIRun(endpoint: client.endpoint)
        run.report(translation.open(agent: name))
        try await client.post(Self.input(request)) { event in
            let now = (ContinuousClock.now - start).wholeMilliseconds
            try translation.receive(event.data, now: now).forEach(run.report)
            return !translation.isFinished
        }
        guard translation.isFinished else { throw translation.cut }
    }

    /// The `RunAgentInput` of a request: the conversation and nothing else, for Canon offers no client-side tools.
    static func input(_ request: AgentRequest) -> JSONObject {
        var messages: [JSONValue] = []
        for (index, message) in ChatMessages.recent(request.history).enumerated() {
            messages.append(
                [
                    "id": .string("\(request.thread)_\(index + 1)"), "role": .string(message.role.rawValue),
                    "content": .string(message.text),
                ])
        }
        messages.append(["id": .string("\(request.run)_question"), "role": "user", "content": .string(request.text)])
        return [
            "threadId": .string(request.thread.value), "runId": .string(request.run.value), "state": [:],
            "messages": .array(messages), "tools": [], "context": [], "forwardedProps": [:],
        ]
    }
}
