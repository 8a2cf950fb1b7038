import CanonWire

/// Builds the `messages` and `tools` of a chat completion request.
enum ChatMessages {
    /// Bytes of earlier messages that are sent along; the newest ones count.
    private static let historyLimit = 128 * 1024

    static func opening(_ request: AgentRequest, instructions: String?) -> [JSONValue] {
        var messages: [JSONValue] = []
        if let instructions, !instructions.isEmpty {
            messages.append(["role": "system", "content": .string(instructions)])
        }
        for message in recent(request.history) {
            messages.append(["role": .string(message.role.rawValue), "content": .string(message.text)])
        }
        messages.append(["role": "user", "content": .string(request.text)])
        return messages
    }

    /// The newest messages that fit, oldest first.
    static func recent(_ history: [AgentMessage]) -> [AgentMessage] {
        var size = 0
        let newest = history.reversed().prefix { message in
            size += message.text.utf8.count
            return size <= historyLimit
        }
        return newest.reversed()
    }

    /// The model's turn in which it asked for tools.
    static func assistant(_ round: ChatRound) -> JSONValue {
        [
            "role": "assistant", "content": round.text.isEmpty ? .null : .string(round.text),
            "tool_calls": .array(
                round.toolCalls.map { call in
                    [
                        "id": .string(call.id), "type": "function",
                        "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
                    ]
                }),
        ]
    }

    static func toolResult(_ text: String, call: ChatRound.ToolCall) -> JSONValue {
        ["role": "tool", "tool_call_id": .string(call.id), "content": .string(text)]
    }

    static func definitions(of tools: [any Tool]) -> JSONValue {
        .array(
            tools.map { tool in
                [
                    "type": "function",
                    "function": [
                        "name": .string(tool.name), "description": .string(tool.summary),
                        "parameters": .object(tool.parameters),
                    ],
                ]
            })
    }
}
