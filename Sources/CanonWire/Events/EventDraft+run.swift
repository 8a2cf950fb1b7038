/// The events of a run, each built in one place with every name under which a client reads its members.
extension EventDraft {
    /// - Parameters:
    ///   - message: the id under which the message is stored.
    ///   - clientMessage: the id the client gave it, for retries.
    public static func userMessage(_ text: String, message: MessageID, clientMessage: String?) -> EventDraft {
        var fields: JSONObject = [
            "message_id": .string(message.value), "role": "user", "content": .string(text), "message": .string(text),
        ]
        if let clientMessage { fields["client_msg_id"] = .string(clientMessage) }
        return EventDraft(type: .userMessage, fields: fields)
    }

    public static func agentStarted(agent: String, task: String, parentRun: RunID? = nil) -> EventDraft {
        EventDraft(
            type: .agentStarted, parentRun: parentRun, agent: agent,
            fields: [
                "status": "started", "message": .string("\(agent) started"), "task_description": .string(task),
                "agent_id": .string(agent), "agent_type": .string(agent),
            ])
    }

    public static func agentThinking(
        agent: String, reasoning: String, step: Int, totalSteps: Int?
    ) -> EventDraft {
        var fields: JSONObject = [
            "reasoning": .string(reasoning), "thought": .string(reasoning), "message": .string(reasoning),
            "step_number": .int(Int64(step)),
        ]
        if let totalSteps {
            fields["total_steps"] = .int(Int64(totalSteps))
            fields["progress_percentage"] = .int(Int64(100 * (step - 1) / max(1, totalSteps)))
        }
        return EventDraft(type: .agentThinking, agent: agent, fields: fields)
    }

    public static func toolExecuting(
        agent: String, execution: String, tool: String, arguments: JSONObject
    ) -> EventDraft {
        EventDraft(
            type: .toolExecuting, agent: agent,
            fields: [
                "tool_name": .string(tool), "tool_args": .object(arguments), "parameters": .object(arguments),
                "execution_id": .string(execution), "status": "executing", "message": .string("Running \(tool)"),
            ])
    }

    /// - Parameter milliseconds: how long the tool ran.
    public static func toolCompleted(
        agent: String, execution: String, tool: String, results: JSONValue, success: Bool, milliseconds: Int64
    ) -> EventDraft {
        let outcome = success ? "finished" : "failed"
        return EventDraft(
            type: .toolCompleted, agent: agent,
            fields: [
                "tool_name": .string(tool), "results": results, "result": results, "success": .bool(success),
                "execution_id": .string(execution), "duration_ms": .int(milliseconds),
                "execution_time_ms": .int(milliseconds), "duration": .double(Double(milliseconds) / 1000),
                "execution_time": .double(Double(milliseconds) / 1000), "status": success ? "completed" : "failed",
                "message": .string("\(tool) \(outcome)"),
            ])
    }

    /// A piece of text that extends the message with the id `message`.
    public static func streamChunk(agent: String, message: MessageID, delta: String) -> EventDraft {
        EventDraft(
            type: .streamChunk, agent: agent,
            fields: ["message_id": .string(message.value), "delta": .string(delta)])
    }

    public static func agentCompleted(
        agent: String, message: MessageID, answer: String, milliseconds: Int64
    ) -> EventDraft {
        EventDraft(
            type: .agentCompleted, agent: agent,
            fields: [
                "status": "completed", "success": true, "message_id": .string(message.value),
                "final_response": .string(answer), "message": .string(answer),
                "result": ["final_response": .string(answer)], "duration_ms": .int(milliseconds),
            ])
    }

    /// - Parameters:
    ///   - reason: a stable word for programs, such as `timeout`, `orphaned` or `backend_unavailable`.
    ///   - message: what happened and what to do, for a person.
    public static func agentError(
        agent: String, reason: String, message: String, milliseconds: Int64? = nil
    ) -> EventDraft {
        var fields: JSONObject = [
            "status": "error", "success": false, "reason": .string(reason), "error": .string(message),
            "error_message": .string(message), "message": .string(message),
        ]
        if let milliseconds { fields["duration_ms"] = .int(milliseconds) }
        return EventDraft(type: .agentError, agent: agent, fields: fields)
    }

    public static func agentCancelled(agent: String, milliseconds: Int64? = nil) -> EventDraft {
        var fields: JSONObject = ["status": "cancelled", "success": false, "message": "Stopped"]
        if let milliseconds { fields["duration_ms"] = .int(milliseconds) }
        return EventDraft(type: .agentCancelled, agent: agent, fields: fields)
    }
}
