import CanonWire

/// One piece of a streamed chat completion (`chat.completion.chunk`), reduced to the first choice.
struct ChatCompletionChunk: Equatable {
    var text = ""
    var reasoning = ""
    var toolCalls: [ToolCallPiece] = []
    var finish: String?

    /// A piece of a tool call. Which call it belongs to is said by `index` alone; the id comes once.
    struct ToolCallPiece: Equatable {
        let index: Int
        let id: String?
        let name: String?
        let arguments: String
    }

    /// Reads a chunk. Servers leave members out, set them to null, and send chunks without choices (usage, keep-alive);
    /// all of that is a chunk that says nothing.
    /// - Throws: `AgentFailure` for an error that the server reports in the stream, and for what is no chunk.
    init(_ data: String, endpoint: AgentEndpoint) throws(AgentFailure) {
        let value: JSONValue
        do {
            value = try JSONValue.parse(Array(data.utf8))
        } catch {
            throw Self.malformed("\(error)", endpoint)
        }
        guard let object = value.object else { throw Self.malformed("it is \(value.kind), not an object", endpoint) }
        if let error = object["error"], !error.isNull, let reported = RemoteError(value) {
            throw AgentFailure(
                reason: reported.reason,
                message: "The model server at \(endpoint.display) stopped the answer: "
                    + endpoint.presentable(reported.message))
        }
        guard let choices = object["choices"], !choices.isNull else { return }
        guard let list = choices.array else { throw Self.malformed("'choices' is \(choices.kind)", endpoint) }
        guard let choice = list.first(where: { ($0["index"]?.int ?? 0) == 0 }) else { return }
        finish = choice["finish_reason"]?.string
        guard let delta = choice["delta"] else { return }
        text = delta["content"]?.string ?? ""
        reasoning = delta["reasoning_content"]?.string ?? delta["reasoning"]?.string ?? ""
        for (place, piece) in (delta["tool_calls"]?.array ?? []).enumerated() {
            let function = piece["function"]
            toolCalls.append(
                ToolCallPiece(
                    index: Int(clamping: piece["index"]?.int ?? Int64(place)), id: piece["id"]?.string,
                    name: function?["name"]?.string, arguments: function?["arguments"]?.string ?? ""))
        }
    }

    private static func malformed(_ problem: String, _ endpoint: AgentEndpoint) -> AgentFailure {
        AgentFailure(
            reason: "backend_protocol",
            message: "The model server at \(endpoint.display) sent something that is no chat completion chunk "
                + "(\(problem)). Check that agent.url names an OpenAI-compatible server.")
    }
}
