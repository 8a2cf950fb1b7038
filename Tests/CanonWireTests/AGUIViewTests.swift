import CanonTestSupport
import CanonWire
import Testing

/// What the AG-UI protocol says about the order of events: https://docs.ag-ui.com (the client's `verifyEvents`).
struct AGUIOrder {
    private var run: String?
    private var openMessages: Set<String> = []
    private var openCalls: Set<String> = []
    private var openReasoning: Set<String> = []
    private(set) var faults: [String] = []
    private(set) var ended = 0

    mutating func take(_ event: JSONObject) {
        let type = event["type"]?.string ?? ""
        let message = event["messageId"]?.string ?? ""
        let call = event["toolCallId"]?.string ?? ""
        func fault(_ condition: Bool, _ what: String) -> [String] { condition ? ["\(type): \(what)"] : [] }
        if type == "CUSTOM" { return }
        if type == "RUN_STARTED" {
            faults += fault(run != nil, "a run is open")
            run = event["runId"]?.string
            return
        }
        faults += fault(run == nil, "no run is open")
        switch type {
        case "TEXT_MESSAGE_START": faults += fault(!openMessages.insert(message).inserted, "is open already")
        case "TEXT_MESSAGE_CONTENT":
            faults += fault(!openMessages.contains(message), "is not open")
            faults += fault(event["delta"]?.string?.isEmpty != false, "has no text")
        case "TEXT_MESSAGE_END": faults += fault(openMessages.remove(message) == nil, "is not open")
        case "TOOL_CALL_START": faults += fault(!openCalls.insert(call).inserted, "is open already")
        case "TOOL_CALL_ARGS": faults += fault(!openCalls.contains(call), "is not open")
        case "TOOL_CALL_END": faults += fault(openCalls.remove(call) == nil, "is not open")
        case "REASONING_START": faults += fault(!openReasoning.insert(message).inserted, "is open already")
        case "REASONING_END": faults += fault(openReasoning.remove(message) == nil, "is not open")
        case "RUN_FINISHED", "RUN_ERROR":
            faults += fault(!openMessages.isEmpty, "leaves a message open")
            faults += fault(!openCalls.isEmpty || !openReasoning.isEmpty, "leaves something open")
            if type == "RUN_FINISHED" { faults += fault(event["runId"]?.string != run, "ends another run") }
            run = nil
            ended += 1
        default: break
        }
    }
}

@Suite("The log as AG-UI events")
struct AGUIViewTests {
    private static let thread = ThreadID("t")

    private static func event(
        _ seq: Int64, _ draft: EventDraft, run: String? = "r", parent: String? = nil
    ) -> LogEvent {
        LogEvent(
            user: UserID("u"), thread: thread, seq: seq, eventID: EventID("e\(seq)"), type: draft.type,
            timestamp: Timestamp(milliseconds: 1_000 + seq), run: run.map { RunID($0) },
            parentRun: parent.map { RunID($0) }, agent: draft.agent, fields: draft.fields.encodedText)
    }

    private static let message = MessageID("m")

    /// A whole run with every event the gateway writes.
    private static let drafts: [EventDraft] = [
        .userMessage("hi", message: MessageID("u1"), clientMessage: nil), .agentStarted(agent: "a", task: "hi"),
        .agentThinking(agent: "a", reasoning: "hm", step: 1, totalSteps: nil),
        .toolExecuting(agent: "a", execution: "x", tool: "probe", arguments: ["q": 1]),
        .toolCompleted(
            agent: "a", execution: "x", tool: "probe", results: ["n": 1], success: true, milliseconds: 2),
        .streamChunk(agent: "a", message: message, delta: "one "),
        .streamChunk(agent: "a", message: message, delta: "two"),
        .agentCompleted(agent: "a", message: message, answer: "one two", milliseconds: 5),
    ]

    private static func run(_ drafts: [EventDraft] = drafts, run: String = "r") -> [LogEvent] {
        drafts.enumerated().map { event(Int64($0.offset) + 1, $0.element, run: run) }
    }

    private func tell(_ events: [LogEvent], _ scope: AGUIView.Scope) -> [JSONObject] {
        var view = AGUIView(scope, of: Self.thread, epoch: "ep")
        return events.flatMap { view.events(for: $0) }
    }

    private func types(_ told: [JSONObject]) -> [String] {
        told.compactMap { $0["type"]?.string }.filter { $0 != "CUSTOM" }
    }

    private func checkOrder(_ told: [JSONObject], _ comment: String = "") {
        var order = AGUIOrder()
        for event in told { order.take(event) }
        #expect(order.faults.isEmpty, "\(comment)")
    }

    private static let asked = AGUIView.Scope.run(RunID("r"), shownAs: "mine")

    @Test("a run is told with its text, its reasoning and its tools")
    func wholeRun() {
        let told = tell(Self.run(), Self.asked)
        checkOrder(told)
        #expect(
            types(told) == [
                "RUN_STARTED", "REASONING_START", "REASONING_MESSAGE_START", "REASONING_MESSAGE_CONTENT",
                "REASONING_MESSAGE_END", "REASONING_END", "TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END",
                "TOOL_CALL_RESULT", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CONTENT",
                "TEXT_MESSAGE_END", "RUN_FINISHED",
            ])
        let plain = told.filter { $0["type"] != "CUSTOM" }
        #expect(
            plain.first == [
                "type": "RUN_STARTED", "threadId": "t", "runId": "mine", "protocolVersion": "1.0", "timestamp": 1001,
            ])
        #expect(
            plain.last == [
                "type": "RUN_FINISHED", "threadId": "t", "runId": "mine", "outcome": ["type": "success"],
                "timestamp": 1008,
            ])
        let arguments = plain.first { $0["type"] == "TOOL_CALL_ARGS" }
        #expect(arguments?["delta"] == "{\"q\":1}" && arguments?["toolCallId"] == "x")
        let result = plain.first { $0["type"] == "TOOL_CALL_RESULT" }
        #expect(result?["content"] == "{\"n\":1}" && result?["messageId"] == "e5" && result?["role"] == "tool")
    }

    @Test("each log event is told whole too, with the log's own run id")
    func lossless() throws {
        let events = Self.run()
        let custom = tell(events, Self.asked).filter { $0["type"] == "CUSTOM" }
        #expect(custom.count == events.count)
        for (event, told) in zip(events, custom) {
            #expect(told["name"] == "canon.event")
            let frame = try JSONValue.parse(EventFrame.superset.encode(event, epoch: "ep"))
            #expect(told["value"] == frame)
            #expect(told["value"]?["run_id"] == "r" && told["value"]?["epoch"] == "ep")
        }
    }

    @Test("however a run ends, it ends once and leaves nothing open", arguments: [0, 1, 2])
    func endings(which: Int) {
        let ending: EventDraft = [
            .agentError(agent: "a", reason: "timeout", message: "It took too long."), .agentCancelled(agent: "a"),
            .agentCompleted(agent: "a", message: Self.message, answer: "one two", milliseconds: 5),
        ][which]
        // Cut off after each event.
        for count in 0..<Self.drafts.count {
            let told = tell(Self.run(Array(Self.drafts.prefix(count)) + [ending]), Self.asked)
            checkOrder(told, "\(count)")
            let last = told.last
            switch which {
            case 0: #expect(last?["type"] == "RUN_ERROR" && last?["code"] == "timeout")
            case 1: #expect(last?["outcome"] == ["type": "cancelled"])
            default: #expect(last?["outcome"] == ["type": "success"])
            }
        }
    }

    @Test("a view that begins in the middle of a run begins with RUN_STARTED", arguments: AGUIViewTests.drafts.indices)
    func midRun(start: Int) {
        for scope in [Self.asked, .thread] {
            let told = tell(Array(Self.run().dropFirst(start)), scope)
            checkOrder(told)
            #expect(told.first?["type"] == "RUN_STARTED" && told.last?["type"] == "RUN_FINISHED")
        }
    }

    @Test("an answer that was not streamed is told at the end, one that was is not told again")
    func unstreamed() {
        let drafts: [EventDraft] = [
            .agentStarted(agent: "a", task: "t"),
            .agentCompleted(agent: "a", message: Self.message, answer: "all at once", milliseconds: 1),
        ]
        let told = tell(Self.run(drafts), Self.asked)
        checkOrder(told)
        #expect(told.first { $0["type"] == "TEXT_MESSAGE_CONTENT" }?["delta"] == "all at once")
        let streamed = tell(Self.run(), Self.asked).filter { $0["type"] == "TEXT_MESSAGE_CONTENT" }
        #expect(streamed.compactMap { $0["delta"]?.string } == ["one ", "two"])
    }

    @Test("what a producer leaves out is made up for")
    func sparse() {
        let drafts: [EventDraft] = [
            EventDraft(type: .streamChunk, fields: ["delta": "a"]),
            EventDraft(type: .streamChunk, fields: ["delta": 5]),
            EventDraft(type: .streamChunk, fields: [:]), EventDraft(type: .agentThinking, fields: [:]),
            EventDraft(type: .toolExecuting, fields: ["tool_name": "probe"]),
            EventDraft(type: .toolCompleted, fields: ["tool_name": "probe", "result": "text"]),
            EventDraft(type: .toolCompleted, fields: [:]), EventDraft(type: "custom_thing", fields: ["x": 1]),
            EventDraft(type: .agentError, fields: [:]),
        ]
        let told = tell(Self.run(drafts), Self.asked)
        checkOrder(told)
        let calls = told.filter { $0["type"] == "TOOL_CALL_START" }.compactMap { $0["toolCallId"]?.string }
        let results = told.filter { $0["type"] == "TOOL_CALL_RESULT" }.compactMap { $0["toolCallId"]?.string }
        #expect(calls == results && calls == ["e5", "e7"])
        #expect(told.first { $0["type"] == "TOOL_CALL_RESULT" }?["content"] == "text")
        #expect(told.last?["message"]?.string?.isEmpty == false)
    }

    @Test("other runs are not told, sub-runs by their whole events alone")
    func otherRuns() {
        let events = [
            Self.event(1, .agentStarted(agent: "a", task: "t")),
            Self.event(2, .agentStarted(agent: "b", task: "t"), run: "x"),
            Self.event(3, .agentStarted(agent: "s", task: "t"), run: "s", parent: "r"),
            Self.event(4, .streamChunk(agent: "s", message: Self.message, delta: "sub"), run: "s"),
            Self.event(5, .agentCompleted(agent: "s", message: Self.message, answer: "sub", milliseconds: 1), run: "s"),
            Self.event(6, EventDraft(type: "note", fields: [:]), run: nil),
            Self.event(7, .agentCancelled(agent: "a")), Self.event(8, .agentCancelled(agent: "b"), run: "x"),
        ]
        let told = tell(events, Self.asked)
        checkOrder(told)
        #expect(types(told) == ["RUN_STARTED", "RUN_FINISHED"])
        #expect(told.compactMap { $0["value"]?["seq"]?.int } == [1, 3, 4, 5, 7])
        let whole = tell(events, .thread)
        checkOrder(whole)
        #expect(whole.compactMap { $0["value"]?["seq"]?.int } == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(types(whole) == ["RUN_STARTED", "RUN_FINISHED"])
        #expect(whole.allSatisfy { $0["metadata"]?["threadId"] == "t" })
    }

    @Test("a view that is ended from outside is legal too")
    func failure() {
        for count in 0...Self.drafts.count {
            var view = AGUIView(Self.asked, of: Self.thread, epoch: "ep")
            var told = Self.run().prefix(count).flatMap { view.events(for: $0) }
            told += view.fail("over", code: "going_away")
            told += view.fail("again", code: "x")
            told += Self.run().dropFirst(count).flatMap { view.events(for: $0) }
            checkOrder(told, "\(count)")
            #expect(told.count { ["RUN_ERROR", "RUN_FINISHED"].contains($0["type"]?.string) } == 1)
        }
    }

    @Test("events that were passed over leave nothing open")
    func skipped() {
        for (openRuns, count) in [([], 6), ([RunID("r")], 6), ([], 0)] as [(Set<RunID>, Int)] {
            var view = AGUIView(.thread, of: Self.thread, epoch: "ep")
            var told = Self.run().prefix(count).flatMap { view.events(for: $0) }
            told += view.skip(openRuns: openRuns)
            told += Self.run().dropFirst(7).flatMap { view.events(for: $0) }
            checkOrder(told)
        }
    }

    @Test("joined deltas are longer deltas")
    func joined() {
        var view = AGUIView(Self.asked, of: Self.thread, epoch: "ep")
        _ = view.events(for: Self.event(1, .agentStarted(agent: "a", task: "t")))
        let told = view.events(
            for: Self.event(5, .streamChunk(agent: "a", message: Self.message, delta: "abcd")), from: 2)
        #expect(told.last?["delta"] == "abcd")
        #expect(told.first?["value"]?["seq_from"] == 2 && told.first?["value"]?["seq"] == 5)
    }

    @Test("whatever a thread's log holds, the view is legal and loses nothing")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for round in 0..<300 {
            var open: [String] = []
            var events: [LogEvent] = []
            for seq in 1...Int64.random(in: 1...40, using: &generator) {
                if open.isEmpty || Int.random(in: 0..<6, using: &generator) == 0 { open.append("r\(seq)") }
                let run = open.randomElement(using: &generator)!
                let draft = Self.drafts.randomElement(using: &generator)!
                let parent = Int.random(in: 0..<5, using: &generator) == 0 ? open.first : nil
                if draft.type.isTerminal { open.removeAll { $0 == run } }
                events.append(Self.event(seq, draft, run: run, parent: parent == run ? nil : parent))
            }
            let told = tell(events, .thread)
            checkOrder(told, "seed \(seed), round \(round)")
            #expect(told.compactMap { $0["value"]?["seq"]?.int } == events.map(\.seq), "seed \(seed), round \(round)")
        }
    }
}

@Suite("What an AG-UI front end asks for")
struct AGUIRunInputTests {
    private static let good: JSONObject = [
        "threadId": "t", "runId": "r", "state": [:], "tools": [], "context": [], "forwardedProps": [:],
        "messages": [
            ["id": "1", "role": "user", "content": "first"], ["id": "2", "role": "assistant", "content": "answer"],
            ["id": "3", "role": "user", "content": "second"],
        ],
    ]

    private func read(_ changes: JSONObject) throws(WireError) -> AGUIRunInput {
        var object = Self.good
        for (key, value) in changes.members { object[key] = value }
        return try AGUIRunInput(object, maximumTextBytes: 100)
    }

    @Test("the last message of the user is the text")
    func text() throws {
        let input = try read([:])
        #expect(input.text == "second" && input.thread == ThreadID("t") && input.run == "r")
        #expect(input.clientMessageID == "agui:r" && input.unsupported == nil)
        let parts: JSONValue = [["type": "text", "text": "a"], ["type": "text", "text": "b"]]
        #expect(try read(["messages": [["id": "1", "role": "user", "content": parts]]]).text == "a\nb")
        #expect(try read(["tools": .null, "context": .null, "resume": .null]).unsupported == nil)
    }

    @Test("what is not done here is said, and not an error of form")
    func unsupported() throws {
        #expect(try read(["tools": [["name": "x", "description": "y"]]]).unsupported?.contains("tools") == true)
        #expect(try read(["resume": [["interruptId": "i"]]]).unsupported?.contains("resume") == true)
    }

    @Test("bad input names the member at fault")
    func errors() {
        let bad: [(JSONObject, String)] = [
            (["threadId": .null], "threadId"), (["threadId": "a b"], "threadId"), (["threadId": 5], "threadId"),
            (["runId": ""], "runId"), (["runId": .string(String(repeating: "r", count: 191))], "runId"),
            (["tools": [:]], "tools"), (["context": "x"], "context"), (["messages": .null], "messages"),
            (["messages": []], "messages"), (["messages": [["content": "x"]]], "messages[0].role"),
            (["messages": [["role": "user"]]], "messages[0].content"),
            (["messages": [["role": "user", "content": " "]]], "messages[0].content"),
            (["messages": [["role": "user", "content": [["type": "image"]]]]], "messages[0].content[0]"),
            (
                ["messages": [["role": "user", "content": .string(String(repeating: "x", count: 101))]]],
                "messages[0].content"
            ),
            (["parentRunId": 5], "parentRunId"),
        ]
        for (changes, field) in bad {
            #expect(throws: WireError.self, "\(changes)") { try read(changes) }
            do { _ = try read(changes) } catch { #expect(error.field == field) }
        }
    }

    @Test("an input is told from the messages of a socket by its members")
    func recognition() {
        #expect(AGUIRunInput.isOne(Self.good))
        #expect(!AGUIRunInput.isOne(["type": "user_message", "threadId": "t", "messages": []]))
        #expect(!AGUIRunInput.isOne(["threadId": "t"]))
    }
}
