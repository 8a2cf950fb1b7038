import CanonWire

/// A draft in the form in which it is stored: its members are text.
struct StoredDraft: Sendable {
    let type: EventType
    let eventID: EventID
    let timestamp: Timestamp
    let parentRun: RunID?
    let agent: String?
    let fields: String
    /// The message that the event is part of, if it names one.
    let message: MessageID?

    init(_ draft: EventDraft) {
        type = EventType(rawValue: draft.type.rawValue.withoutNUL)
        eventID = draft.eventID
        timestamp = draft.timestamp
        parentRun = draft.parentRun
        agent = draft.agent?.withoutNUL
        fields = draft.fields.encodedText
        message = draft.fields["message_id"]?.string.map { MessageID($0.withoutNUL) }
    }

    /// About what the event takes in memory and in the log, in bytes.
    var size: Int { 128 + fields.utf8.count }

    func event(_ seq: Int64, of run: RunID?, in key: ThreadKey) -> LogEvent {
        LogEvent(
            user: key.user, thread: key.thread, seq: seq, eventID: eventID, type: type, timestamp: timestamp, run: run,
            parentRun: parentRun, agent: agent, fields: fields)
    }
}

extension String {
    /// SQLite's text ends at U+0000; what stands behind it would be lost, and two ids could become one.
    var withoutNUL: String {
        guard utf8.contains(0) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }
}

extension RunStatus {
    /// How a run ends by an event of this type; nil when it goes on.
    init?(terminal type: EventType) {
        switch type {
        case .agentCompleted: self = .completed
        case .agentError: self = .failed
        case .agentCancelled: self = .cancelled
        default: return nil
        }
    }
}
