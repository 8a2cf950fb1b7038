import CanonWire
import Testing

@testable import CanonAgents

@Suite struct AGUIEventTests {
    private func decode(_ text: String) throws -> AGUIEvent { try AGUIEvent(JSONValue.parse(Array(text.utf8))) }

    @Test(
        "events of 1.0 and of before are read",
        arguments: [
            (#"{"type":"RUN_STARTED","threadId":"t","runId":"r","timestamp":1}"#, .runStarted(thread: "t", run: "r")),
            (#"{"type":"RUN_FINISHED","threadId":"t","runId":"r"}"#, .runFinished(outcome: .success, result: nil)),
            (
                #"{"type":"RUN_FINISHED","outcome":{"type":"success"},"result":{"a":1}}"#,
                .runFinished(outcome: .success, result: ["a": 1])
            ),
            (#"{"type":"RUN_FINISHED","outcome":"cancelled"}"#, .runFinished(outcome: .cancelled, result: nil)),
            (
                #"{"type":"RUN_FINISHED","outcome":{"type":"interrupt","interrupts":[{"id":"1","reason":"approval","message":"May I?"},{"id":"2","reason":"input"}]}}"#,
                .runFinished(outcome: .interrupt(messages: ["May I?", "input"]), result: nil)
            ),
            (#"{"type":"RUN_ERROR","message":"no","code":null}"#, .runError(message: "no", code: nil)),
            (
                #"{"type":"TEXT_MESSAGE_START","messageId":"m"}"#,
                .textStart(message: "m", role: "assistant", subagent: nil)
            ),
            (
                #"{"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":""}"#,
                .textContent(message: "m", delta: "", subagent: nil)
            ),
            (#"{"type":"TEXT_MESSAGE_CHUNK"}"#, .textChunk(message: nil, role: nil, delta: nil, subagent: nil)),
            (
                #"{"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"n","parentMessageId":"m"}"#,
                .toolCallStart(call: "c", name: "n")
            ),
            (
                #"{"type":"TOOL_CALL_RESULT","messageId":"m","toolCallId":"c","content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]}"#,
                .toolCallResult(call: "c", content: "a\nb")
            ),
            (#"{"type":"THINKING_TEXT_MESSAGE_CONTENT","delta":"hm"}"#, .reasoning(delta: "hm")),
            (#"{"type":"REASONING_MESSAGE_CONTENT","messageId":"m","delta":"hm"}"#, .reasoning(delta: "hm")),
            (#"{"type":"STEP_STARTED","stepName":"plan"}"#, .stepStarted(name: "plan")),
            (#"{"type":"STATE_DELTA","delta":[]}"#, .other(type: "STATE_DELTA")),
            (#"{"type":"CUSTOM","name":"x","value":null}"#, .other(type: "CUSTOM")),
            (#"{"type":"SOMETHING_NEW","a":1}"#, .other(type: "SOMETHING_NEW")),
        ] as [(String, AGUIEvent)])
    func decodes(text: String, event: AGUIEvent) throws {
        #expect(try decode(text) == event)
    }

    @Test(
        "what is no event is refused with the place",
        arguments: [
            ("[]", "an array"), ("{}", "'type'"), (#"{"type":3}"#, "'type'"),
            (#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"m"}"#, "'delta'"),
            (#"{"type":"TEXT_MESSAGE_CONTENT","messageId":7,"delta":"x"}"#, "'messageId'"),
            (#"{"type":"RUN_ERROR"}"#, "'message'"),
            (#"{"type":"RUN_FINISHED","outcome":{"type":"maybe"}}"#, "'maybe'"),
        ])
    func refuses(text: String, place: String) {
        #expect { try decode(text) } throws: { "\($0)".contains(place) }
    }
}

@Suite struct AGUIRunTests {
    private func run(_ events: [String]) throws -> (run: AGUIRun, events: [AgentEvent]) {
        var run = AGUIRun(endpoint: try AgentEndpoint(url: "http://127.0.0.1:1/agent", key: "sk-secret"))
        var all: [AgentEvent] = []
        for (index, event) in events.enumerated() { all += try run.receive(event, now: Int64(index * 10)) }
        return (run, all)
    }

    private let started = #"{"type":"RUN_STARTED","threadId":"t","runId":"r"}"#
    private let finished = #"{"type":"RUN_FINISHED","threadId":"t","runId":"r"}"#

    private func content(_ message: String, _ delta: String) -> String {
        #"{"type":"TEXT_MESSAGE_CONTENT","messageId":"\#(message)","delta":"\#(delta)"}"#
    }

    @Test("several messages are paragraphs of one answer, and the deltas are the answer")
    func joinsMessages() throws {
        let (run, events) = try run([
            started, #"{"type":"TEXT_MESSAGE_START","messageId":"a"}"#, content("a", ""), content("a", "One"),
            content("a", " two"), #"{"type":"TEXT_MESSAGE_END","messageId":"a"}"#,
            #"{"type":"TEXT_MESSAGE_CHUNK","messageId":"b","delta":"Thr"}"#,
            #"{"type":"TEXT_MESSAGE_CHUNK","delta":"ee"}"#, finished,
        ])
        #expect(run.isFinished)
        #expect(
            events == [
                .textDelta("One"), .textDelta(" two"), .textDelta("\n\nThr"), .textDelta("ee"),
                .completed(answer: "One two\n\nThree"),
            ])
    }

    @Test("a tool call is told once its arguments are whole, and ended by its result")
    func translatesTools() throws {
        let (_, events) = try run([
            started, #"{"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"look"}"#,
            #"{"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"{\"a\":"}"#,
            #"{"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"1}"}"#,
            #"{"type":"TOOL_CALL_END","toolCallId":"c"}"#, #"{"type":"STATE_SNAPSHOT","snapshot":{}}"#,
            #"{"type":"TOOL_CALL_RESULT","messageId":"m","toolCallId":"c","content":"{\"n\":2}"}"#,
            content("a", "Done"), finished,
        ])
        #expect(
            events == [
                .toolExecuting(execution: "c", tool: "look", arguments: ["a": 1]),
                .toolCompleted(execution: "c", tool: "look", results: ["n": 2], success: true, milliseconds: 20),
                .textDelta("Done"), .completed(answer: "Done"),
            ])
    }

    @Test("chunked calls end with whatever follows; a call without a result is a failed one")
    func translatesChunks() throws {
        let (_, events) = try run([
            started, #"{"type":"TOOL_CALL_CHUNK","toolCallId":"c","toolCallName":"one","delta":"{"}"#,
            #"{"type":"TOOL_CALL_CHUNK","delta":"}"}"#,
            #"{"type":"TOOL_CALL_CHUNK","toolCallId":"d","toolCallName":"two"}"#,
            content("a", "Text"), #"{"type":"TOOL_CALL_RESULT","messageId":"m","toolCallId":"c","content":"plain"}"#,
            finished,
        ])
        #expect(
            events == [
                .toolExecuting(execution: "c", tool: "one", arguments: [:]),
                .toolExecuting(execution: "d", tool: "two", arguments: [:]),
                .textDelta("Text"),
                .toolCompleted(execution: "c", tool: "one", results: "plain", success: true, milliseconds: 20),
                .toolCompleted(
                    execution: "d", tool: "two", results: ["error": "The agent reported no result."], success: false,
                    milliseconds: 0),
                .completed(answer: "Text"),
            ])
    }

    @Test("reasoning, steps and sub-agents are thoughts; other roles and sub-agents are not the answer")
    func translatesThoughts() throws {
        let (_, events) = try run([
            started, #"{"type":"STEP_STARTED","stepName":"plan"}"#,
            #"{"type":"THINKING_TEXT_MESSAGE_CONTENT","delta":"I thi"}"#,
            #"{"type":"REASONING_MESSAGE_CONTENT","messageId":"x","delta":"nk.\nAnd"}"#,
            #"{"type":"REASONING_END","messageId":"x"}"#,
            #"{"type":"SUBAGENT_STARTED","subagentRunId":"s","name":"helper"}"#,
            #"{"type":"TEXT_MESSAGE_CONTENT","messageId":"h","delta":"aside","subagentRunId":"s"}"#,
            #"{"type":"TEXT_MESSAGE_START","messageId":"u","role":"user"}"#, content("u", " echo"),
            content("a", "Answer"), finished,
        ])
        #expect(
            events == [
                .thinking("Step: plan", step: 1, totalSteps: nil), .thinking("I think.", step: 2, totalSteps: nil),
                .thinking("And", step: 3, totalSteps: nil),
                .thinking("Sub-agent helper started", step: 4, totalSteps: nil),
                .thinking("aside echo", step: 5, totalSteps: nil), .textDelta("Answer"), .completed(answer: "Answer"),
            ])
    }

    @Test("an answer that came only as a result or a snapshot counts, and nothing after the end does")
    func takesLateAnswers() throws {
        #expect(
            try run([started, #"{"type":"RUN_FINISHED","result":"From the result"}"#]).run.answer == "From the result")
        let snapshot =
            #"{"type":"MESSAGES_SNAPSHOT","messages":[{"id":"1","role":"user","content":"q"},{"id":"2","role":"assistant","content":"From the snapshot"}]}"#
        #expect(try run([started, snapshot, finished]).run.answer == "From the snapshot")
        #expect(try run([started, content("a", "x"), finished, content("a", "y"), "no json"]).run.answer == "x")
    }

    @Test(
        "a run that ends badly has one reason",
        arguments: [
            (#"{"type":"RUN_ERROR","message":"The key sk-secret is bad"}"#, "backend_refused", "is bad"),
            (#"{"type":"RUN_ERROR","message":"later","code":"rate_limit_exceeded"}"#, "backend_rate_limited", "later"),
            (
                #"{"type":"RUN_FINISHED","outcome":{"type":"interrupt","interrupts":[{"id":"1","reason":"r","message":"May I?"}]}}"#,
                "backend_refused", "May I?"
            ),
            (#"{"type":"RUN_FINISHED","outcome":{"type":"cancelled"}}"#, "backend_refused", "cancelled"),
            (#"{"type":"RUN_FINISHED"}"#, "backend_protocol", "without an answer"),
            (#"{"type":"TOOL_CALL_ARGS","toolCallId":"z","delta":"x"}"#, "backend_protocol", "did not start"),
            ("{", "backend_protocol", "no AG-UI event"),
        ])
    func fails(last: String, reason: String, words: String) {
        #expect {
            try run([started, last])
        } throws: { error in
            guard let failure = error as? AgentFailure else { return false }
            return failure.reason == reason && failure.message.contains(words) && !failure.message.contains("sk-secret")
        }
    }
}
