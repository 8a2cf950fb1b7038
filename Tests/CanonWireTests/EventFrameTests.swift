import CanonWire
import Testing

@Suite("Event frames")
struct EventFrameTests {
    private func stored(_ draft: EventDraft, run: RunID? = RunID("run_1")) -> LogEvent {
        LogEvent(
            user: UserID("user_1"), thread: ThreadID("thread_1"), seq: 7, eventID: draft.eventID, type: draft.type,
            timestamp: draft.timestamp, run: run, parentRun: draft.parentRun, agent: draft.agent,
            fields: draft.fields.encodedText)
    }

    private func frame(_ draft: EventDraft) throws -> JSONObject {
        try #require(try JSONValue.parse(EventFrame.superset.encode(stored(draft), epoch: "e1")).object)
    }

    /// The members each event must have, at the top level and under `payload` and `data`.
    private static let required: [(EventDraft, [String])] = [
        (.agentStarted(agent: "analyst", task: "t"), ["agent_name", "status", "message", "task_description", "agent_id", "agent_type", "run_id"]),
        (.agentThinking(agent: "analyst", reasoning: "r", step: 1, totalSteps: 2), ["reasoning", "thought", "message", "step_number", "total_steps", "agent_name"]),
        (.toolExecuting(agent: "analyst", execution: "x", tool: "search", arguments: ["q": 1]), ["tool_name", "tool_args", "parameters", "execution_id", "status"]),
        (.toolCompleted(agent: "analyst", execution: "x", tool: "search", results: [1], success: true, milliseconds: 5),
            ["tool_name", "results", "result", "success", "execution_id", "duration_ms", "execution_time_ms", "duration", "execution_time", "status"]),
        (.agentCompleted(agent: "analyst", message: MessageID("m"), answer: "42", milliseconds: 9),
            ["status", "final_response", "result", "message", "duration_ms", "success"]),
        (.agentError(agent: "analyst", reason: "timeout", message: "m"), ["reason", "error", "message", "status"]),
        (.agentCancelled(agent: "analyst"), ["status", "message"]),
    ]

    @Test("an event has its required members wherever a client looks", arguments: 0..<required.count)
    func members(index: Int) throws {
        let (draft, names) = Self.required[index]
        let frame = try frame(draft)
        let payload = try #require(frame["payload"]?.object)
        let data = try #require(frame["data"]?.object)
        #expect(payload == data)
        for name in names {
            #expect(frame[name] != nil && payload[name] == frame[name], "\(draft.type.rawValue) lacks \(name)")
        }
        #expect(frame["type"]?.string == draft.type.rawValue)
        #expect(frame["seq"] == 7 && frame["epoch"] == "e1" && frame["user_id"] == "user_1")
        #expect(frame["thread_id"] == "thread_1" && frame["run_id"] == "run_1" && payload["run_id"] == "run_1")
        #expect(frame["event_id"]?.string == draft.eventID.value)
        #expect(frame["timestamp"]?.double == draft.timestamp.seconds)
        #expect(frame["critical"] == true)
    }

    @Test("an event's own members cannot say where it stands")
    func forgedEnvelope() throws {
        let draft = EventDraft(
            type: "progress", agent: "a",
            fields: ["seq": 99, "user_id": "other", "thread_id": "other", "run_id": "other", "type": "x", "payload": 1, "note": "n"])
        let frame = try frame(draft)
        #expect(frame["seq"] == 7 && frame["user_id"] == "user_1" && frame["thread_id"] == "thread_1")
        #expect(frame["type"] == "progress" && frame["note"] == "n")
        #expect(frame["payload"]?.object == ["note": "n", "agent_name": "a", "run_id": "run_1"])
    }

    @Test("an event without members is well formed")
    func emptyFields() throws {
        let draft = EventDraft(type: "tick", fields: [:])
        let frame = try #require(try JSONValue.parse(EventFrame.superset.encode(stored(draft, run: nil), epoch: "e")).object)
        #expect(frame["payload"] == [:])
        #expect(frame["run_id"] == nil)
    }

    @Test("the demo shape is flat and its final message is the answer")
    func flat() throws {
        let draft = EventDraft.agentCompleted(agent: "analyst", message: MessageID("m"), answer: "42", milliseconds: 9)
        let frame = try #require(try JSONValue.parse(EventFrame.flat.encode(stored(draft), epoch: "e")).object)
        #expect(frame["type"] == "agent_completed" && frame["message"] == "42" && frame["agent"] == "analyst")
        #expect(frame["payload"] == nil)
        #expect(try #require(frame["timestamp"]?.string).hasSuffix("Z"))
        let tool = EventDraft.toolExecuting(agent: "analyst", execution: "x", tool: "search", arguments: [:])
        let toolFrame = try #require(try JSONValue.parse(EventFrame.flat.encode(stored(tool), epoch: "e")).object)
        #expect(toolFrame["tool"] == "search")
    }

    @Test("pong returns the body of its ping under both names")
    func pong() {
        #expect(ServerFrame.pong(["a": 1]).object == ["type": "pong", "data": ["a": 1], "payload": ["a": 1]])
    }

    @Test("the vocabulary's hash is 16 hexadecimal digits and does not change between calls")
    func vocabulary() {
        #expect(Vocabulary.hash.count == 16)
        #expect(Vocabulary.hash.allSatisfy { $0.isHexDigit })
    }

    @Test(
        "moments are written in ISO 8601",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_253_400_125, "2026-11-21T09:30:00.125Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func iso8601(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
    }

    @Test("close reasons fit into a close frame")
    func closeReasons() {
        for reason in CloseReason.known { #expect(reason.text.utf8.count <= 123) }
    }

    @Test("ids from outside are printable and bounded")
    func untrustedIDs() {
        #expect(ThreadID(untrusted: "thread_1-a.b:c") != nil)
        for bad in ["", "a b", "a\"b", "a\\b", "é", "a\n", "a/b", String(repeating: "x", count: 201)] {
            #expect(ThreadID(untrusted: bad) == nil, "\(bad)")
        }
    }
}
