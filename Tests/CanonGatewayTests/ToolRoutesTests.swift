import CanonAgents
import CanonStore
import CanonWire
import Testing

@testable import CanonGateway

@Suite("Tools for pages", .timeLimit(.minutes(3)))
struct ToolRoutesTests {
    private struct EchoTool: Tool {
        let name = "echo"
        let summary = "Says what it was told."
        let parameters: JSONObject = ["type": "object", "properties": ["text": ["type": "string"]]]

        func call(_ arguments: JSONObject) async throws -> ToolResult {
            guard let text = arguments["text"]?.string else { throw ToolFailure("echo needs the argument 'text'.") }
            return ToolResult(value: ["said": .string(text)], text: text)
        }
    }

    @Test("whoever is signed in sees the tools and runs them; what a tool cannot do is told in its words")
    func runs() async throws {
        try await RunningGateway.with(tools: [EchoTool()]) { gateway in
            let token = try await gateway.user().token
            let http = gateway.http
            let list = try await http.get("/api/tools", token: token)
            #expect(list.status == 200)
            #expect(list.json["tools"]?.array?.map { $0["name"] } == ["echo"])
            #expect(list.json["tools"]?.array?.first?["parameters"]?["type"] == "object")

            let answer = try await http.post("/api/tools/echo", ["text": "hello"], token: token)
            #expect(answer.status == 200)
            #expect(answer.json == ["tool": "echo", "value": ["said": "hello"], "text": "hello"])

            let failed = try await http.post("/api/tools/echo", [:], token: token)
            #expect(failed.status == 422 && failed.json["error"] == "tool_failed")
            #expect(failed.json["message"] == "echo needs the argument 'text'.")
            #expect(try await http.post("/api/tools/other", [:], token: token).status == 404)
        }
    }

    @Test("nobody else runs them, and nobody more often than they may send messages")
    func refusals() async throws {
        try await RunningGateway.with(
            tools: [EchoTool()],
            configure: {
                $0.limits.messagesPerSecond = 1; $0.limits.messageBurst = 2
            }
        ) { gateway in
            let http = gateway.http
            let body: JSONObject = ["text": "x"]
            #expect(try await http.get("/api/tools").status == 401)
            #expect(try await http.post("/api/tools/echo", body).status == 401)
            let service = try await gateway.serviceToken()
            #expect(try await http.get("/api/tools", token: service).status == 403)
            #expect(try await http.post("/api/tools/echo", body, token: service).status == 403)

            let token = try await gateway.user().token
            var statuses: [Int] = []
            for _ in 0..<20 { statuses.append(try await http.post("/api/tools/echo", body, token: token).status) }
            #expect(statuses.first == 200)
            #expect(statuses.contains(429), "\(statuses)")
        }
    }
}
