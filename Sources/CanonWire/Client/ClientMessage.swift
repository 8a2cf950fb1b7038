/// What a client asks for, whatever spelling it used.
public enum ClientMessage: Equatable, Sendable {
    /// A message that starts a run.
    case user(UserMessage)
    /// The same, as the AG-UI protocol writes it.
    case run(AGUIRunInput)
    /// Without a run id: the open runs of the thread, or of the threads that the connection follows.
    case stop(run: RunID?, thread: ThreadID?)
    case resume(Resume)
    case sessionRestore(thread: ThreadID, lastMarker: String?)
    case connect
    case disconnect
    /// The value is the request's body, which `pong` returns.
    case ping(JSONValue)
    case heartbeat
    /// Needs no answer: `pong`, `heartbeat_ack`, `event_confirmation`.
    case acknowledgement
    case typing(type: MessageType, thread: ThreadID?)
    case agentTask(id: String?, UserMessage)
    case authenticate(token: String)
    case thread(ThreadRequest)
    case jsonRPC(method: String?, id: JSONValue?)
    case unknown(type: String)

    public struct UserMessage: Equatable, Sendable {
        public let text: String
        /// Nil: a new thread.
        public let thread: ThreadID?
        /// The id under which the client may send the same message again.
        public let clientMessageID: String?
        public let type: MessageType

        public init(text: String, thread: ThreadID?, clientMessageID: String?, type: MessageType) {
            self.text = text
            self.thread = thread
            self.clientMessageID = clientMessageID
            self.type = type
        }
    }

    public struct Resume: Equatable, Sendable {
        public struct Cursor: Equatable, Sendable {
            public let thread: ThreadID
            /// The last number the client has seen; 0: none.
            public let seq: Int64

            public init(thread: ThreadID, seq: Int64) {
                self.thread = thread
                self.seq = seq
            }
        }

        public let cursors: [Cursor]
        public let epoch: String?

        public init(cursors: [Cursor], epoch: String?) {
            self.cursors = cursors
            self.epoch = epoch
        }
    }

    public enum ThreadRequest: Equatable, Sendable {
        case create(ThreadID?, title: String?)
        case follow(ThreadID)
        case rename(ThreadID, title: String)
        case delete(ThreadID)
        case list
        case history(ThreadID)
    }
}

/// A decoded message with what was noticed about its envelope.
public struct ClientEnvelope: Equatable, Sendable {
    public let message: ClientMessage
    /// The `type` as it was written.
    public let type: String
    /// Ids the client claimed that are never believed: its user's (`user_id`) and its own `run_id` on a message.
    public let claimedUser: String?
    public let claimedRun: Bool
    public let clientMessageID: String?
}
