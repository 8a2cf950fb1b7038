import CanonWire

/// One request to the model and what came back: text, or calls of tools.
struct ChatRound {
    /// A call of a tool, put together from its pieces.
    struct ToolCall: Equatable {
        var id: String
        var name: String
        /// JSON text, as the model wrote it.
        var arguments: String
    }

    private(set) var text = ""
    private(set) var toolCalls: [ToolCall] = []
    private(set) var finish: String?
    private var isDone = false
    private var indexes: [Int: Int] = [:]

    private static let argumentLimit = 256 * 1024
    private static let callLimit = 16

    /// Takes the data of one event.
    /// - Returns: the chunk, nil for the `[DONE]` that ends the stream.
    mutating func receive(_ data: String, endpoint: AgentEndpoint) throws(AgentFailure) -> ChatCompletionChunk? {
        if data == "[DONE]" {
            isDone = true
            return nil
        }
        let chunk = try ChatCompletionChunk(data, endpoint: endpoint)
        text += chunk.text
        if let finish = chunk.finish { self.finish = finish }
        for piece in chunk.toolCalls { try add(piece, endpoint) }
        return chunk
    }

    private mutating func add(
        _ piece: ChatCompletionChunk.ToolCallPiece, _ endpoint: AgentEndpoint
    ) throws(AgentFailure) {
        guard let place = indexes[piece.index] else {
            guard toolCalls.count < Self.callLimit else {
                throw AgentFailure(
                    reason: "backend_protocol",
                    message: "The model at \(endpoint.display) asked for more than \(Self.callLimit) tools at once.")
            }
            indexes[piece.index] = toolCalls.count
            // Some servers give no id; the answer needs one.
            toolCalls.append(
                ToolCall(id: piece.id ?? "call_\(piece.index)", name: piece.name ?? "", arguments: piece.arguments))
            return
        }
        if toolCalls[place].name.isEmpty { toolCalls[place].name = piece.name ?? "" }
        toolCalls[place].arguments += piece.arguments
        guard toolCalls[place].arguments.utf8.count <= Self.argumentLimit else {
            throw AgentFailure(
                reason: "backend_protocol",
                message: "The model at \(endpoint.display) sent more than \(byteText(Int64(Self.argumentLimit))) of "
                    + "arguments for one tool.")
        }
    }

    /// Checks that the answer is whole.
    /// - Throws: `AgentFailure` when the stream ended too early, the content filter struck, or nothing was said.
    func end(endpoint: AgentEndpoint) throws(AgentFailure) {
        guard finish != nil || isDone else {
            throw AgentFailure(
                reason: "stream_cut",
                message: "The answer of the model at \(endpoint.display) broke off before its end. Try again.")
        }
        if finish == "content_filter" {
            throw AgentFailure(
                reason: "backend_refused",
                message: "The content filter of the model at \(endpoint.display) stopped the answer. Ask differently.")
        }
        if toolCalls.isEmpty, text.allSatisfy({ $0.isWhitespace }) {
            throw AgentFailure(
                reason: "backend_protocol",
                message: "The model at \(endpoint.display) returned an empty answer. Try again or ask differently.")
        }
    }
}
