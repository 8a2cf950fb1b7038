import CanonWire
import Testing

@testable import CanonAgents

/// Against a real agent of another framework, and against our own faults over real HTTP.
@Suite struct AGUIBackendTests {
    private func backend(_ server: TestServer, _ path: String, firstByte: Double = 20, silence: Double = 60) throws
        -> AGUIBackend
    {
        try AGUIBackend(
            url: server.url + path, key: "sk-test-0123456789", firstByteSeconds: firstByte, silenceSeconds: silence,
            logger: quiet)
    }

    @Test("a pydantic-ai agent's run arrives with its tool call and its answer")
    func answers() async throws {
        let server = try await TestServer.agent()
        let transcript = await Transcript(try backend(server, "/agent").run(request("How long is the word?")))
        #expect(transcript.failure == nil)
        #expect(transcript.shape == ["thinking", "executing", "completed", "text", "answer"])
        #expect(
            transcript.events.contains(
                .toolExecuting(execution: "call-1", tool: "count_letters", arguments: ["word": "workspace"])))
        #expect(transcript.results(success: true) == ["9"])
        #expect(transcript.answer == "The word has 9 letters." && transcript.deltas == transcript.answer)
    }

    @Test("the conversation, the ids and the key are what the agent receives")
    func sendsHistory() async throws {
        let server = try await TestServer.agent()
        let history = [AgentMessage(role: .user, text: "first"), AgentMessage(role: .assistant, text: "second")]
        let transcript = await Transcript(try backend(server, "/echo").run(request("third", history: history)))
        let body = try JSONValue.parse(Array(try #require(transcript.answer).utf8))
        #expect(
            body["threadId"] == "thread_1" && body["runId"] == "run_1"
                && body["authorization"] == "Bearer sk-test-0123456789")
        let messages = try #require(body["messages"]?.array)
        #expect(messages.map { $0["role"] } == ["user", "assistant", "user"])
        #expect(messages.map { $0["content"] } == ["first", "second", "third"])
        #expect(Set(messages.compactMap { $0["id"]?.string }).count == 3)
        #expect(body["tools"] == [] && body["state"] == [:])
    }

    @Test(
        "each fault ends the run with one failure that says which",
        arguments: [
            ("cut", "stream_cut", "before its run did"), ("drop", "stream_cut", "broke"),
            ("stall", "timeout", "sent nothing for 1 s"),
            ("silent", "timeout", "did not answer within 1 s"), ("malformed", "backend_protocol", "no AG-UI event"),
            ("wrong", "backend_protocol", "'delta'"), ("error", "backend_unavailable", "The database is on fire."),
        ])
    func reportsFaults(kind: String, reason: String, words: String) async throws {
        let server = try await TestServer.agent()
        let backend = try backend(
            server, "/fault/\(kind)", firstByte: kind == "silent" ? 1 : 20, silence: kind == "silent" ? 20 : 1)
        let transcript = await Transcript(backend.run(request("hello")))
        #expect(transcript.agentFailure?.reason == reason, "\(transcript)")
        #expect(transcript.agentFailure?.message.contains(words) == true, "\(transcript.agentFailure?.message ?? "")")
        #expect(transcript.answer == nil)
        // What came before the fault has been said.
        if kind != "silent" { #expect(transcript.deltas == "Half an ") }
    }

    @Test("a page, a refusal and an input that the agent does not accept are told in words")
    func reportsRefusals() async throws {
        let server = try await TestServer.agent()
        let page = await Transcript(try backend(server, "/page").run(request("hello")))
        #expect(page.agentFailure?.reason == "backend_protocol")
        #expect(page.agentFailure?.message.contains("text/html") == true)
        let refused = await Transcript(try backend(server, "/status/401").run(request("hello")))
        #expect(refused.agentFailure?.reason == "backend_refused")
        #expect(refused.agentFailure?.message.contains("sk-test") == false)
    }

    @Test("cancelling the run closes the request at the agent", .timeLimit(.minutes(2)))
    func closesOnCancellation() async throws {
        let server = try await TestServer.agent()
        let backend = try backend(server, "/fault/stall")
        let (started, mark) = AsyncStream.makeStream(of: Void.self)
        let reader = Task {
            for try await event in backend.run(request("hello", run: "leaving-run")) {
                if case .textDelta = event { mark.yield() }
            }
        }
        for await _ in started { break }
        reader.cancel()
        try await eventually(seconds: 10, "the agent to see the client leave") {
            try await server.get("/left")["left"]?.array?.contains("leaving-run") == true
        }
    }
}

@Suite struct ExternalBackendTests {
    @Test("the stream says nothing and ends when its reader is cancelled", .timeLimit(.minutes(1)))
    func waits() async throws {
        let (waiting, mark) = AsyncStream.makeStream(of: Void.self)
        let reader = Task {
            mark.yield()
            return await Transcript(ExternalBackend().run(request("hello")))
        }
        for await _ in waiting { break }
        reader.cancel()
        let transcript = await reader.value
        #expect(transcript.events.isEmpty && !(transcript.failure is AgentFailure))
    }
}
