import CanonWire

/// Reads the finished messages of a conversation out of events.
enum Conversation {
    /// The events that are, or end, a message.
    static let types: Set<EventType> = EventType.terminal.union([.userMessage])

    /// The message that `event` stands for.
    /// - Parameter deltas: the text events of the event's run; asked for only when the event lacks the whole answer.
    static func message(of event: LogEvent, deltas: () throws -> [LogEvent]) rethrows -> MessageRecord {
        let fields = object(of: event)
        switch event.type {
        case .userMessage:
            return record(
                event, .user, fields["content"]?.string ?? fields["message"]?.string ?? "",
                fields["message_id"]?.string,
                "completed")
        case .agentCompleted:
            if let answer = fields["final_response"]?.string {
                return record(event, .assistant, answer, fields["message_id"]?.string, "completed")
            }
            return unfinished(event, fields, try deltas(), "completed")
        case .agentError:
            return unfinished(event, fields, try deltas(), "error")
        default:
            return unfinished(event, fields, try deltas(), "cancelled")
        }
    }

    /// The text of deltas in their order.
    static func text(_ deltas: [LogEvent]) -> String {
        deltas.map { object(of: $0)["delta"]?.string ?? "" }.joined()
    }

    private static func unfinished(
        _ event: LogEvent, _ fields: JSONObject, _ deltas: [LogEvent], _ status: String
    ) -> MessageRecord {
        let text = text(deltas)
        let explanation = ["error_message", "error", "message"].lazy.compactMap { fields[$0]?.string }.first
        let message = fields["message_id"]?.string ?? deltas.last.flatMap { messageID(of: $0)?.value }
        return record(event, .assistant, text.isEmpty ? explanation ?? "" : text, message, status)
    }

    /// The message that an event is part of, if it names one.
    static func messageID(of event: LogEvent) -> MessageID? {
        object(of: event)["message_id"]?.string.map { MessageID($0.withoutNUL) }
    }

    private static func record(
        _ event: LogEvent, _ role: MessageRecord.Role, _ content: String, _ message: String?, _ status: String
    ) -> MessageRecord {
        // A message that was given no id is known by that of its event.
        MessageRecord(
            message: MessageID(message?.withoutNUL ?? event.eventID.value), role: role, content: content,
            run: event.run,
            seq: event.seq, timestamp: event.timestamp, status: status)
    }

    private static func object(of event: LogEvent) -> JSONObject {
        // Deeper than the limit for clients, because members stand one level down in an event.
        (try? JSONValue.parse(event.fields.utf8, depthLimit: 2 * JSONValue.defaultDepthLimit))?.object ?? [:]
    }
}
