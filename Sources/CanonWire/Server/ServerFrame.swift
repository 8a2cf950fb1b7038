/// Frames that the gateway says itself. They stand in no log, so they carry no `seq`.
public struct ServerFrame: Sendable, Equatable {
    public let object: JSONObject

    public init(_ object: JSONObject) { self.object = object }

    /// UTF-8 JSON.
    public var encoded: [UInt8] { JSONValue.object(object).encoded }

    /// The envelope of the platform: `{type, data, timestamp, server_id, correlation_id}`.
    private static func enveloped(_ type: String, _ data: JSONObject, at time: Timestamp) -> ServerFrame {
        ServerFrame([
            "type": .string(type), "data": .object(data), "timestamp": .double(time.seconds), "server_id": nil,
            "correlation_id": nil,
        ])
    }
}

// MARK: The connection's own life

extension ServerFrame {
    public static func connectionEstablished(
        connection: ConnectionID, user: UserID, epoch: String, version: String, at time: Timestamp = .now()
    ) -> ServerFrame {
        enveloped(
            "connection_established",
            [
                "mode": "main", "user_id": .string(user.value), "connection_id": .string(connection.value),
                "message": "Connected", "epoch": .string(epoch), "version": .string(version),
                "golden_path_events": .array(EventType.goldenPath.map { .string($0.rawValue) }),
                "features": ["resume": true, "idempotent_send": true, "stop_agent": true, "threads": true],
                "timestamp": .string(time.iso8601),
            ], at: time)
    }

    /// The welcome in the flat shape of `/api/demo/ws`.
    public static func demoConnectionEstablished(connection: ConnectionID, epoch: String) -> ServerFrame {
        ServerFrame([
            "type": "connection_established", "connection_id": .string(connection.value), "message": "Connected",
            "epoch": .string(epoch),
        ])
    }

    public static func pong(_ body: JSONValue) -> ServerFrame {
        ServerFrame(["type": "pong", "data": body, "payload": body])
    }

    /// - Parameter heads: the number of the last event of each thread that concerns the connection.
    public static func heartbeat(
        connection: ConnectionID, heads: [(ThreadID, Int64)], received: Int64, delivered: Int64,
        at time: Timestamp = .now()
    ) -> ServerFrame {
        let heads = JSONValue.object(JSONObject(heads.map { (key: $0.0.value, value: .int($0.1)) }))
        var frame = enveloped(
            "heartbeat",
            [
                "connection_id": .string(connection.value), "timestamp": .double(time.seconds), "heads": heads,
                "stats": ["messages_processed": .int(received), "agent_events_processed": .int(delivered)],
            ], at: time
        ).object
        frame["heads"] = heads
        return ServerFrame(frame)
    }

    public static func heartbeatAcknowledged(at time: Timestamp = .now()) -> ServerFrame {
        enveloped("heartbeat_ack", ["status": "healthy"], at: time)
    }

    public static func system(_ data: JSONObject, at time: Timestamp = .now()) -> ServerFrame {
        enveloped("system_message", data, at: time)
    }

    public static func goingAway(resumeAfterMilliseconds: Int64) -> ServerFrame {
        ServerFrame(["type": "going_away", "resume_after_ms": .int(resumeAfterMilliseconds)])
    }

    /// What an administrator tells everybody.
    public static func broadcast(_ event: JSONObject, at time: Timestamp = .now()) -> ServerFrame {
        ServerFrame([
            "type": "broadcast", "event": .object(event), "data": .object(event), "timestamp": .double(time.seconds),
        ])
    }

    public static func authenticated(user: UserID, expiresAt: Timestamp?) -> ServerFrame {
        ServerFrame([
            "type": "auth_completed", "user_id": .string(user.value),
            "expires_at": expiresAt.map { .double($0.seconds) } ?? .null,
        ])
    }
}

// MARK: Answers to what a client sent

extension ServerFrame {
    public static func error(_ error: WireError, at time: Timestamp = .now()) -> ServerFrame {
        var frame: JSONObject = [
            "type": "error_message", "error_code": .string(error.code.rawValue),
            "error_message": .string(error.message),
        ]
        if let field = error.field { frame["field"] = .string(field) }
        if let delay = error.retryAfterMilliseconds { frame["retry_after_ms"] = .int(delay) }
        if let type = error.requestType { frame["request_type"] = .string(type) }
        if let id = error.clientMessageID { frame["client_msg_id"] = .string(id) }
        frame["timestamp"] = .double(time.seconds)
        frame["details"] = [:]
        return ServerFrame(frame)
    }

    public static func unknownType(_ type: String, user: UserID, at time: Timestamp = .now()) -> ServerFrame {
        ServerFrame([
            "type": "ack", "received_type": .string(type), "timestamp": .double(time.seconds),
            "user_id": .string(user.value), "status": "acknowledged",
        ])
    }

    /// The receipt of a message: it is stored, and this run answers it.
    public static func accepted(clientMessageID: String?, run: RunID, thread: ThreadID, duplicate: Bool) -> ServerFrame
    {
        ServerFrame([
            "type": "ack", "client_msg_id": clientMessageID.map { .string($0) } ?? .null, "run_id": .string(run.value),
            "thread_id": .string(thread.value), "duplicate": .bool(duplicate), "status": "stored",
        ])
    }

    /// The receipt of `stop_agent`.
    public static func stopping(runs: [RunID]) -> ServerFrame {
        ServerFrame([
            "type": "ack", "received_type": "stop_agent", "status": runs.isEmpty ? "no_open_run" : "stopping",
            "run_ids": .array(runs.map { .string($0.value) }),
        ])
    }

    public static func jsonRPCResult(method: String?, id: JSONValue) -> ServerFrame {
        ServerFrame([
            "jsonrpc": "2.0", "result": ["status": "processed", "method": method.map { .string($0) } ?? .null],
            "id": id,
        ])
    }
}

// MARK: Threads and resuming

extension ServerFrame {
    /// Events `from` to `to` follow, then live ones.
    public static func resumed(_ thread: ThreadID, from: Int64, to: Int64, epoch: String) -> ServerFrame {
        ServerFrame([
            "type": "resumed", "thread_id": .string(thread.value), "from": .int(from), "to": .int(to),
            "epoch": .string(epoch),
        ])
    }

    /// Nothing was missed: live events follow after `at`.
    public static func nothingMissed(_ thread: ThreadID, at seq: Int64, epoch: String) -> ServerFrame {
        ServerFrame([
            "type": "none", "thread_id": .string(thread.value), "at": .int(seq), "epoch": .string(epoch),
        ])
    }

    public static func notFound(_ thread: ThreadID) -> ServerFrame {
        ServerFrame(["type": "not_found", "thread_id": .string(thread.value)])
    }

    public static func threadUpdated(_ thread: ThreadID, head: Int64, title: String? = nil) -> ServerFrame {
        var frame: JSONObject = ["type": "thread_updated", "thread_id": .string(thread.value), "head": .int(head)]
        if let title { frame["title"] = .string(title) }
        return ServerFrame(frame)
    }

    public static func threadDeleted(_ thread: ThreadID) -> ServerFrame {
        ServerFrame(["type": "thread_deleted", "thread_id": .string(thread.value)])
    }

    public static func threadList(_ threads: [JSONValue]) -> ServerFrame {
        ServerFrame(["type": "thread_list", "threads": .array(threads), "data": ["threads": .array(threads)]])
    }

    public static func threadHistory(_ thread: ThreadID, head: Int64, messages: [JSONValue]) -> ServerFrame {
        ServerFrame([
            "type": "thread_history", "thread_id": .string(thread.value), "head": .int(head),
            "messages": .array(messages), "data": ["thread_id": .string(thread.value), "messages": .array(messages)],
        ])
    }
}
