extension ServerFrame {
    /// A run of a snapshot that had not ended.
    public struct OpenRun: Sendable, Equatable {
        public let run: RunID
        public let agent: String
        /// The message that its deltas extend; nil when it has none yet.
        public let message: MessageID?
        /// The joined text of its deltas so far.
        public let text: String

        public init(run: RunID, agent: String, message: MessageID?, text: String) {
            self.run = run
            self.agent = agent
            self.message = message
            self.text = text
        }

        var json: JSONValue {
            [
                "run_id": .string(run.value), "agent_name": .string(agent),
                "message_id": message.map { .string($0.value) } ?? .null, "text": .string(text),
            ]
        }
    }

    /// A thread as it stands: it replaces everything that a client has of it up to and including `seq`; live events
    /// follow from the next number on.
    /// - Parameters:
    ///   - messages: the conversation, oldest first, each as `/api/threads/{id}/messages` shows it.
    ///   - isTruncated: whether the oldest messages did not fit.
    ///   - openRuns: oldest first; `open_run` is the last of them.
    public static func snapshot(
        _ thread: ThreadID, at seq: Int64, epoch: String, messages: [JSONValue], isTruncated: Bool,
        openRuns: [OpenRun]
    ) -> ServerFrame {
        ServerFrame([
            "type": "snapshot", "thread_id": .string(thread.value), "at": .int(seq), "epoch": .string(epoch),
            "messages": .array(messages), "truncated": .bool(isTruncated), "open_run": openRuns.last?.json ?? .null,
            "open_runs": .array(openRuns.map(\.json)),
        ])
    }
}
