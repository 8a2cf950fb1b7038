import CanonWire
import Testing

@testable import CanonAgents

/// Chunks as servers really send them.
@Suite struct ChatRoundTests {
    private let endpoint = try! AgentEndpoint(url: "http://127.0.0.1:1/v1", path: "/chat/completions", key: "sk-secret")

    private func round(_ data: [String]) throws -> ChatRound {
        var round = ChatRound()
        for item in data { _ = try round.receive(item, endpoint: endpoint) }
        return round
    }

    @Test("null content, empty choices, null usage and unknown members say nothing and break nothing")
    func takesQuirks() throws {
        let round = try round([
            #"{"choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}],"usage":null}"#,
            #"{"choices":[]}"#, #"{"choices":null,"x":{"y":[1]}}"#, #"{}"#, #"{"choices":[{"index":0}]}"#,
            #"{"choices":[{"delta":{"content":"Hel"}}],"error":null}"#,
            #"{"choices":[{"index":1,"delta":{"content":"other choice"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"lo","tool_calls":null},"finish_reason":"stop"}]}"#,
            #"{"choices":[],"usage":{"total_tokens":3}}"#, "[DONE]",
        ])
        #expect(round.text == "Hello" && round.toolCalls.isEmpty && round.finish == "stop")
        try round.end(endpoint: endpoint)
    }

    @Test("calls of several tools are put together by their index, in whatever order the pieces come")
    func assembles() throws {
        func piece(_ call: String) -> String { #"{"choices":[{"index":0,"delta":{"tool_calls":["# + call + "]}}]}" }
        let round = try round([
            piece(#"{"index":0,"id":"a","type":"function","function":{"name":"one","arguments":""}}"#),
            piece(#"{"index":1,"id":"b","function":{"name":"two","arguments":"{\"x\""}}"#),
            piece(#"{"index":0,"function":{"arguments":"{\"q\":"}},{"index":1,"function":{"arguments":":1}"}}"#),
            piece(#"{"index":0,"id":null,"function":{"name":null,"arguments":"\"v\"}"}}"#),
            #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
        ])
        #expect(
            round.toolCalls == [
                .init(id: "a", name: "one", arguments: #"{"q":"v"}"#),
                .init(id: "b", name: "two", arguments: #"{"x":1}"#),
            ])
        try round.end(endpoint: endpoint)
    }

    @Test(
        "a broken stream fails with the reason and a message for a person",
        arguments: [
            ([#"{"choices":[{"delta":{"content":"Half"}}]}"#], "stream_cut"), ([], "stream_cut"),
            (["[DONE]"], "backend_protocol"), ([#"{"choi"#], "backend_protocol"), (["[1,2]"], "backend_protocol"),
            ([#"{"choices":3}"#], "backend_protocol"),
            ([#"{"choices":[{"delta":{},"finish_reason":"content_filter"}]}"#], "backend_refused"),
            ([#"{"error":{"message":"Overloaded","type":"server_error"}}"#], "backend_unavailable"),
            ([#"{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}"#], "backend_rate_limited"),
            ([#"{"error":{"message":"Bad key sk-secret","code":"invalid_api_key"}}"#], "backend_refused"),
            ([#"{"error":"boom"}"#], "backend_refused"),
        ])
    func fails(data: [String], reason: String) {
        #expect {
            try round(data).end(endpoint: endpoint)
        } throws: { error in
            guard let failure = error as? AgentFailure else { return false }
            return failure.reason == reason && failure.message.contains("127.0.0.1")
                && !failure.message.contains("sk-secret")
        }
    }

    @Test("a model that sends tool calls or arguments without end is stopped")
    func isBounded() {
        #expect(throws: AgentFailure.self) {
            try round(
                (0..<20).map { #"{"choices":[{"delta":{"tool_calls":[{"index":\#($0),"function":{"name":"a"}}]}}]}"# })
        }
        let long = String(repeating: "x", count: 100_000)
        #expect(throws: AgentFailure.self) {
            try round(
                Array(
                    repeating:
                        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\#(long)"}}]}}]}"#,
                    count: 4))
        }
    }
}

@Suite struct AgentEndpointTests {
    @Test(
        "the path is added once, and what is shown holds no user and no query",
        arguments: [
            ("http://h:1/v1", "http://h:1/v1/chat/completions", "http://h:1/v1/chat/completions"),
            ("http://h:1/v1/", "http://h:1/v1/chat/completions", "http://h:1/v1/chat/completions"),
            ("https://h/v1/chat/completions", "https://h/v1/chat/completions", "https://h/v1/chat/completions"),
            (
                "https://u:pw@h/v1?api-key=abc", "https://u:pw@h/v1/chat/completions?api-key=abc",
                "https://h/v1/chat/completions"
            ),
            ("HTTP://h", "http://h/chat/completions", "http://h/chat/completions"),
        ])
    func builds(url: String, full: String, shown: String) throws {
        let endpoint = try AgentEndpoint(url: url, path: "/chat/completions", key: nil)
        #expect(endpoint.url == full && endpoint.display == shown)
    }

    @Test(
        "what is no web address is refused by the setting's name",
        arguments: ["", "h/v1", "ftp://h", "http://", "http://:80", "http://a b"])
    func refuses(url: String) {
        #expect { try AgentEndpoint(url: url, key: nil) } throws: { ($0 as? AgentSettingError)?.setting == "agent.url" }
    }

    @Test("a key that no header can hold is refused without repeating it")
    func refusesKey() {
        #expect {
            try AgentEndpoint(url: "http://h", key: "abc\ndef")
        } throws: { error in
            (error as? AgentSettingError).map { $0.setting == "agent.key" && !$0.message.contains("abc") } ?? false
        }
    }
}

/// Against a real OpenAI-compatible server. Each test has a model name of its own, by which the server tells them apart.
@Suite struct OpenAIBackendTests {
    private static let key = "sk-test-0123456789"

    private func backend(
        _ server: TestServer, model: String, path: String = "/v1", tools: [any Tool] = [], sendFiles: Bool = true,
        instructions: String? = nil, firstByte: Double = 20, silence: Double = 60
    ) throws -> OpenAIBackend {
        try OpenAIBackend(
            url: server.url + path, model: model, key: Self.key, instructions: instructions, tools: tools,
            sendFiles: sendFiles, firstByteSeconds: firstByte, silenceSeconds: silence, logger: quiet)
    }

    /// Tells the server how to treat the model's next requests.
    private func script(_ server: TestServer, model: String, _ behaviors: [JSONObject]) async throws {
        let list = behaviors.map { behavior -> JSONValue in
            var behavior = behavior
            behavior["match"] = ["model": .string(model)]
            return .object(behavior)
        }
        try await server.post("/_llmock/scenario", ["behaviors": .array(list)])
    }

    /// What the server was sent for this model.
    private func bodies(_ server: TestServer, model: String) async throws -> [JSONValue] {
        let requests = try await server.get("/_llmock/requests")["requests"]?.array ?? []
        return requests.compactMap { $0["body"] }.filter { $0["model"]?.string == model }
    }

    private func expectFailure(
        _ transcript: Transcript, _ reason: String, mentions: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let failure = transcript.agentFailure
        #expect(failure?.reason == reason, "\(transcript)", sourceLocation: sourceLocation)
        #expect(
            failure?.message.contains(mentions) == true, "\(failure?.message ?? "none")", sourceLocation: sourceLocation
        )
        #expect(failure?.message.contains(Self.key) == false, sourceLocation: sourceLocation)
        #expect(transcript.answer == nil, sourceLocation: sourceLocation)
    }

    @Test("text is streamed, and the conversation with its instructions is what the server received")
    func answers() async throws {
        let server = try await TestServer.model()
        try await script(server, model: "m", [["type": "reply", "text": "One two three. Four five."]])
        let history = [AgentMessage(role: .user, text: "first"), AgentMessage(role: .assistant, text: "second")]
        let backend = try backend(server, model: "m", instructions: "Be brief.")
        let transcript = await Transcript(backend.run(request("third", history: history)))
        #expect(transcript.failure == nil)
        #expect(transcript.answer == "One two three. Four five." && transcript.deltas == transcript.answer)
        #expect(transcript.shape == ["thinking", "text", "answer"])
        let body = try #require(try await bodies(server, model: "m").first)
        #expect(
            body["messages"] == [
                ["role": "system", "content": "Be brief."], ["role": "user", "content": "first"],
                ["role": "assistant", "content": "second"], ["role": "user", "content": "third"],
            ])
        #expect(body["stream"] == true && body["tools"] == nil)
    }

    @Test("the model's tool calls run here and their results go back to it")
    func runsTools() async throws {
        let folder = try TemporaryFolder()
        try folder.write("src/a.py", "class Needle: pass\n")
        let tools = WorkspaceTools.all(for: try Workspace(path: folder.path))
        let server = try await TestServer.model()
        try await script(
            server, model: "tools",
            [
                [
                    "type": "reply", "text": "Let me look.",
                    "tool_calls": [
                        ["name": "find_definition", "arguments": ["name": "Needle"]],
                        ["name": "search_text", "arguments": ["query": "Needle"]],
                    ],
                ], ["type": "reply", "text": "It is in src/a.py."],
            ])
        let transcript = await Transcript(try backend(server, model: "tools", tools: tools).run(request("where?")))
        #expect(transcript.failure == nil)
        #expect(transcript.tools == ["find_definition", "search_text"])
        #expect(transcript.results(success: true).count == 2)
        #expect(transcript.answer == "Let me look.\n\nIt is in src/a.py." && transcript.deltas == transcript.answer)
        let bodies = try await bodies(server, model: "tools")
        #expect(bodies.count == 2)
        let messages = try #require(bodies[1]["messages"]?.array)
        #expect(messages.map { $0["role"]?.string } == ["user", "assistant", "tool", "tool"])
        #expect(messages[2]["content"]?.string?.contains("src/a.py:1") == true)
        #expect(messages[2]["tool_call_id"] == messages[1]["tool_calls"]?.array?[0]["id"])
        #expect(bodies[0]["tools"]?.array?.count == tools.count)
    }

    @Test("without leave to send files no tool is offered, and a call of one is answered with an error")
    func keepsFiles() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.txt", "PRIVATE-CONTENT")
        let tools = WorkspaceTools.all(for: try Workspace(path: folder.path))
        let server = try await TestServer.model()
        try await script(
            server, model: "private",
            [
                ["type": "reply", "tool_calls": [["name": "read_file", "arguments": ["path": "a.txt"]]]],
                ["type": "reply", "text": "I cannot."],
            ])
        let backend = try backend(server, model: "private", tools: tools, sendFiles: false)
        let transcript = await Transcript(backend.run(request("read it")))
        #expect(transcript.answer == "I cannot.")
        #expect(transcript.results(success: true).isEmpty && transcript.results(success: false).count == 1)
        let sent = try await bodies(server, model: "private").map { String(decoding: $0.encoded, as: UTF8.self) }
        #expect(sent.count == 2 && sent.allSatisfy { !$0.contains("PRIVATE-CONTENT") && !$0.contains("\"tools\"") })
    }

    @Test(
        "broken arguments and unknown tools are told to the model, which then answers",
        arguments: ["malformed_arguments", "unknown_tool"])
    func survivesToolFaults(kind: String) async throws {
        let server = try await TestServer.model()
        try await script(server, model: kind, [["type": "tool_fault", "kind": .string(kind)]])
        let tools = WorkspaceTools.all(for: nil)
        let transcript = await Transcript(try backend(server, model: kind, tools: tools).run(request("search for x")))
        #expect(transcript.failure == nil)
        #expect(transcript.results(success: false).count == 1)
        #expect(transcript.answer?.isEmpty == false)
    }

    @Test("a model that never stops calling tools is stopped after eight rounds")
    func boundsRounds() async throws {
        let server = try await TestServer.model()
        try await script(
            server, model: "loop",
            [["type": "reply", "tool_calls": [["name": "workspace_overview", "arguments": [:]]], "times": .null]])
        let backend = try backend(server, model: "loop", tools: WorkspaceTools.all(for: nil))
        let transcript = await Transcript(backend.run(request("go")))
        expectFailure(transcript, "backend_protocol", mentions: "8 rounds")
        let bodies = try await bodies(server, model: "loop")
        #expect(bodies.count == 8 && bodies.last?["tool_choice"] == "none" && bodies.first?["tool_choice"] == nil)
    }

    @Test(
        "each fault of a stream ends the run with one failure that says which",
        arguments: [
            ("disconnect", "stream_cut", "broke"), ("truncate", "stream_cut", "broke off"),
            ("stall", "timeout", "sent nothing for 1 s"), ("malformed", "backend_protocol", "no chat completion chunk"),
        ])
    func reportsStreamFaults(kind: String, reason: String, words: String) async throws {
        let server = try await TestServer.llmock([
            "--stream-fault", "\(kind)=1", "--stream-stall-seconds", "60", "--response-style", "echo",
        ])
        // The server repeats the question, so that the fault strikes long before the end.
        // Only the stall is waited for; the other faults must not be mistaken for one on a busy machine.
        let backend = try backend(server, model: "m", silence: kind == "stall" ? 1 : 30)
        let question = (1...20).map { "word\($0)" }.joined(separator: " ")
        expectFailure(await Transcript(backend.run(request(question))), reason, mentions: words)
    }

    @Test(
        "a refusal is told in words, with the reason and the waiting time",
        arguments: [
            (401, "backend_refused", "refused the key"), (403, "backend_refused", "refused the key"),
            (404, "backend_refused", "agent.model"), (400, "backend_refused", "400"),
            (429, "backend_rate_limited", "17 s"), (500, "backend_unavailable", "500"),
            (503, "backend_unavailable", "17 s"),
        ])
    func reportsStatus(status: Int, reason: String, words: String) async throws {
        let server = try await TestServer.agent()
        let backend = try backend(server, model: "m", path: "/status/\(status)")
        let transcript = await Transcript(backend.run(request("hello")))
        expectFailure(transcript, reason, mentions: words)
        // The server repeats the key; the message must not.
        #expect(transcript.agentFailure?.message.contains("No luck with Bearer [key] today.") == true)
    }

    @Test("an injected 429 of the model server is a rate limit")
    func reportsRateLimit() async throws {
        let server = try await TestServer.llmock(["--error-rate", "429=1"])
        expectFailure(
            await Transcript(try backend(server, model: "m").run(request("hello"))), "backend_rate_limited",
            mentions: "429")
    }

    @Test("a server that is not there is unavailable")
    func reportsAbsentServer() async throws {
        var server: TestServer? = try await TestServer.startAgent()
        let backend = try backend(server!, model: "m")
        let port = server!.port
        server = nil
        try await eventually(seconds: 20, "the server to be gone") {
            await Transcript(backend.run(request("hello"))).agentFailure?.reason == "backend_unavailable"
        }
        let gone = await Transcript(backend.run(request("hello")))
        expectFailure(gone, "backend_unavailable", mentions: "127.0.0.1:\(port)")
    }

    @Test("a stream in other line ends, with odd chunks and without [DONE], is a whole answer")
    func readsOddStreams() async throws {
        let server = try await TestServer.agent()
        let stream = [
            ": keep-alive", "", #"data: {"choices":[],"usage":null}"#, "",
            #"data:{"choices":[{"index":0,"delta":{"content":null}}]}"#,
            "", #"data: {"choices":[{"index":0,"#, #"data: "delta":{"content":"In two lines."}}]}"#, "",
            #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, "", "",
        ].joined(separator: "\r\n")
        let transcript = await Transcript(try backend(server, model: "m", path: "/script").run(request(stream)))
        #expect(transcript.failure == nil && transcript.answer == "In two lines.")
        let reasoning =
            #"data: {"choices":[{"delta":{"reasoning_content":"First I think.\nThen "}}]}"# + "\n\n"
            + #"data: {"choices":[{"delta":{"content":"Done."},"finish_reason":"length"}]}"# + "\n\ndata: [DONE]\n\n"
        let cut = await Transcript(try backend(server, model: "m", path: "/script").run(request(reasoning)))
        #expect(cut.answer?.hasPrefix("Done.") == true && cut.answer?.contains("length limit") == true)
        #expect(cut.events.contains(.thinking("First I think.", step: 2, totalSteps: nil)))
    }

    @Test("a stream larger than the limit is refused, not kept")
    func boundsAnswers() async throws {
        let server = try await TestServer.agent()
        let line = "data: " + String(repeating: "x", count: 1_200_000)
        let transcript = await Transcript(try backend(server, model: "m", path: "/script").run(request(line)))
        expectFailure(transcript, "backend_protocol", mentions: "more than this server accepts")
    }

    @Test("cancelling the run closes the request at the server", .timeLimit(.minutes(2)))
    func closesOnCancellation() async throws {
        let server = try await TestServer.agent()
        let backend = try backend(server, model: "leaving-model", path: "/stall")
        let (started, mark) = AsyncStream.makeStream(of: Void.self)
        let reader = Task {
            for try await event in backend.run(request("hello")) {
                if case .textDelta = event { mark.yield() }
            }
        }
        for await _ in started { break }
        #expect(try await server.get("/left")["left"]?.array?.contains("leaving-model") == false)
        reader.cancel()
        try await eventually(seconds: 10, "the server to see the client leave") {
            try await server.get("/left")["left"]?.array?.contains("leaving-model") == true
        }
    }
}
