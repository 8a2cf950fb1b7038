/// One stored event of a thread: numbered, durable, and the same for every device that receives it.
public struct LogEvent: Sendable, Equatable {
    public let user: UserID
    public let thread: ThreadID
    /// Position in the thread's log: 1, 2, 3 and so on without holes.
    public let seq: Int64
    public let eventID: EventID
    public let type: EventType
    public let timestamp: Timestamp
    public let run: RunID?
    public let parentRun: RunID?
    public let agent: String?
    /// The event's own members as the text of a JSON object. Kept as text, because a replay only copies it.
    public let fields: String

    public init(
        user: UserID, thread: ThreadID, seq: Int64, eventID: EventID, type: EventType, timestamp: Timestamp,
        run: RunID?, parentRun: RunID?, agent: String?, fields: String
    ) {
        self.user = user
        self.thread = thread
        self.seq = seq
        self.eventID = eventID
        self.type = type
        self.timestamp = timestamp
        self.run = run
        self.parentRun = parentRun
        self.agent = agent
        self.fields = fields
    }
}

/// An event before the log has given it its place.
public struct EventDraft: Sendable, Equatable {
    public let type: EventType
    public let eventID: EventID
    public let timestamp: Timestamp
    public let parentRun: RunID?
    public let agent: String?
    /// The event's own members. Names of the envelope are removed, so that no producer can forge a `seq` or `user_id`.
    public let fields: JSONObject

    public init(
        type: EventType, eventID: EventID? = nil, timestamp: Timestamp = .now(), parentRun: RunID? = nil,
        agent: String? = nil, fields: JSONObject
    ) {
        self.type = type
        self.eventID = eventID ?? .make("evt_\(type.rawValue)", at: timestamp)
        self.timestamp = timestamp
        self.parentRun = parentRun
        self.agent = agent
        self.fields = JSONObject(fields.members.filter { !Self.envelopeMembers.contains($0.key) })
    }

    /// The members of a frame that say where an event stands; they never come from an event's own fields.
    static let envelopeMembers: Set<String> = [
        "type", "event_id", "seq", "seq_from", "epoch", "timestamp", "user_id", "thread_id", "run_id", "parent_run_id",
        "agent_name", "critical", "payload", "data",
    ]
}
