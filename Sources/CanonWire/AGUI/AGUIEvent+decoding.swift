extension AGUIEvent {
    /// Reads one event. Members that this program does not know are passed over.
    /// - Throws: `AGUIEventError` that names the event and the member.
    public init(_ value: JSONValue) throws(AGUIEventError) {
        guard let object = value.object else {
            throw AGUIEventError(type: nil, problem: "an event must be an object, not \(value.kind)")
        }
        guard let type = object["type"]?.string else {
            throw AGUIEventError(type: nil, problem: "an event must have a text member 'type'")
        }
        self = try Self.decode(type, AGUIMembers(type: type, object: object))
    }

    private static func decode(_ type: String, _ members: AGUIMembers) throws(AGUIEventError) -> AGUIEvent {
        switch type {
        case "RUN_STARTED":
            return .runStarted(thread: try members.optional("threadId"), run: try members.optional("runId"))
        case "RUN_FINISHED":
            return .runFinished(outcome: try members.outcome(), result: members.object["result"])
        case "RUN_ERROR":
            return .runError(message: try members.required("message"), code: try members.optional("code"))
        case "STEP_STARTED": return .stepStarted(name: try members.required("stepName"))
        case "STEP_FINISHED": return .stepFinished(name: try members.required("stepName"))
        case "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "TEXT_MESSAGE_CHUNK":
            return try text(type, members)
        case "TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_CHUNK", "TOOL_CALL_RESULT":
            return try toolCall(type, members)
        case "REASONING_MESSAGE_CONTENT", "THINKING_TEXT_MESSAGE_CONTENT":
            return .reasoning(delta: try members.required("delta"))
        case "REASONING_MESSAGE_CHUNK":
            // A chunk without text only closes the message before it.
            guard let delta = try members.optional("delta") else { return .reasoningEnd }
            return .reasoning(delta: delta)
        case "REASONING_END", "REASONING_MESSAGE_END", "THINKING_END", "THINKING_TEXT_MESSAGE_END":
            return .reasoningEnd
        case "SUBAGENT_STARTED":
            return .subagentStarted(id: try members.required("subagentRunId"), name: try members.required("name"))
        case "SUBAGENT_FINISHED": return .subagentFinished(id: try members.required("subagentRunId"))
        case "SUBAGENT_ERROR":
            return .subagentError(id: try members.required("subagentRunId"), message: try members.required("message"))
        case "MESSAGES_SNAPSHOT": return .messagesSnapshot(try members.messages())
        default: return .other(type: type)
        }
    }

    private static func text(_ type: String, _ members: AGUIMembers) throws(AGUIEventError) -> AGUIEvent {
        let subagent = try members.optional("subagentRunId")
        switch type {
        case "TEXT_MESSAGE_START":
            return .textStart(
                message: try members.required("messageId"), role: try members.optional("role") ?? "assistant",
                subagent: subagent)
        case "TEXT_MESSAGE_CONTENT":
            return .textContent(
                message: try members.required("messageId"), delta: try members.required("delta"), subagent: subagent)
        case "TEXT_MESSAGE_END": return .textEnd(message: try members.required("messageId"))
        default:
            return .textChunk(
                message: try members.optional("messageId"), role: try members.optional("role"),
                delta: try members.optional("delta"), subagent: subagent)
        }
    }

    private static func toolCall(_ type: String, _ members: AGUIMembers) throws(AGUIEventError) -> AGUIEvent {
        switch type {
        case "TOOL_CALL_CHUNK":
            return .toolCallChunk(
                call: try members.optional("toolCallId"), name: try members.optional("toolCallName"),
                delta: try members.optional("delta"))
        case "TOOL_CALL_START":
            return .toolCallStart(call: try members.required("toolCallId"), name: try members.required("toolCallName"))
        case "TOOL_CALL_ARGS":
            return .toolCallArguments(call: try members.required("toolCallId"), delta: try members.required("delta"))
        case "TOOL_CALL_END": return .toolCallEnd(call: try members.required("toolCallId"))
        default: return .toolCallResult(call: try members.required("toolCallId"), content: try members.content())
        }
    }
}

/// The members of one event, each read with its check.
private struct AGUIMembers {
    let type: String
    let object: JSONObject

    func required(_ name: String) throws(AGUIEventError) -> String {
        guard let text = try optional(name) else { throw error("the member '\(name)' is missing") }
        return text
    }

    /// Nil when absent or null.
    func optional(_ name: String) throws(AGUIEventError) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else { throw error("the member '\(name)' must be a text, not \(value.kind)") }
        return text
    }

    /// A text, or the text parts of a list of parts.
    func content() throws(AGUIEventError) -> String {
        guard let value = object["content"], !value.isNull else { throw error("the member 'content' is missing") }
        guard let text = Self.text(of: value) else {
            throw error("the member 'content' must be a text or a list of parts, not \(value.kind)")
        }
        return text
    }

    static func text(of value: JSONValue) -> String? {
        if let text = value.string { return text }
        guard let parts = value.array else { return nil }
        return parts.compactMap { $0["text"]?.string }.joined(separator: "\n")
    }

    /// Absent means success; before 1.0 the outcome was a plain word.
    func outcome() throws(AGUIEventError) -> AGUIEvent.Outcome {
        guard let value = object["outcome"], !value.isNull else { return .success }
        switch value.string ?? value["type"]?.string {
        case "success": return .success
        case "cancelled": return .cancelled
        case "interrupt":
            let interrupts = value["interrupts"]?.array ?? []
            return .interrupt(messages: interrupts.compactMap { $0["message"]?.string ?? $0["reason"]?.string })
        case let word?: throw error("the outcome '\(word)' is none of success, interrupt and cancelled")
        case nil: throw error("the member 'outcome' must be an object with a 'type'")
        }
    }

    func messages() throws(AGUIEventError) -> [AGUIEvent.Message] {
        guard let messages = object["messages"]?.array else { throw error("the member 'messages' must be a list") }
        return messages.compactMap { message in
            guard let role = message["role"]?.string else { return nil }
            return AGUIEvent.Message(role: role, text: message["content"].flatMap { Self.text(of: $0) } ?? "")
        }
    }

    private func error(_ problem: String) -> AGUIEventError { AGUIEventError(type: type, problem: problem) }
}
