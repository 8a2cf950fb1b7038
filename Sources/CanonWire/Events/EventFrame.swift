/// How a stored event looks on a socket.
public enum EventFrame: Sendable, CaseIterable {
    /// The superset frame: the event's members at the top level, under `payload` and under `data`, so that every
    /// client finds them where it looks.
    case superset
    /// The demo endpoint's flat shape: `{type, timestamp, agent, run_id, message, tool?}`.
    case flat

    /// The UTF-8 text of the frame.
    /// - Parameters:
    ///   - event: what the log stored.
    ///   - epoch: the store's epoch, without which `seq` means nothing.
    ///   - from: the number of the first event that the frame stands for, when deltas were joined into `event`.
    public func encode(_ event: LogEvent, epoch: String, from: Int64? = nil) -> [UInt8] {
        let from = from == event.seq ? nil : from
        return switch self {
        case .superset: Self.encodeSuperset(event, epoch: epoch, from: from)
        case .flat: Self.encodeFlat(event, epoch: epoch, from: from)
        }
    }

    private static func encodeSuperset(_ event: LogEvent, epoch: String, from: Int64?) -> [UInt8] {
        // The stored text of the members is copied three times and never parsed again. The braces are taken off as bytes:
        // as characters, the whole text would be looked through to find the last one.
        let inner = event.fields.utf8.count > 2 ? String(Substring(event.fields.utf8.dropFirst().dropLast())) : ""
        var identity: JSONObject = [:]
        if let agent = event.agent { identity["agent_name"] = .string(agent) }
        if let run = event.run { identity["run_id"] = .string(run.value) }
        if let parent = event.parentRun { identity["parent_run_id"] = .string(parent.value) }

        var writer = JSONWriter(reservingCapacity: 512 + 3 * inner.utf8.count)
        writer.raw("{\"type\":" as StaticString)
        writer.string(event.type.rawValue)
        writer.members(
            [
                "event_id": .string(event.eventID.value), "seq": .int(event.seq), "epoch": .string(epoch),
                "timestamp": .double(event.timestamp.seconds), "user_id": .string(event.user.value),
                "thread_id": .string(event.thread.value),
            ], leadingComma: true)
        if let from { writer.members(["seq_from": .int(from)], leadingComma: true) }
        writer.members(identity, leadingComma: true)
        if event.type.isCritical { writer.raw(",\"critical\":true" as StaticString) }
        if !inner.isEmpty {
            writer.raw("," as StaticString)
            writer.raw(inner)
        }
        for name in [",\"payload\":{", ",\"data\":{"] as [StaticString] {
            writer.raw(name)
            writer.raw(inner)
            writer.members(identity, leadingComma: !inner.isEmpty)
            writer.raw("}" as StaticString)
        }
        writer.raw("}" as StaticString)
        return writer.bytes
    }

    private static func encodeFlat(_ event: LogEvent, epoch: String, from: Int64?) -> [UInt8] {
        let fields = (try? JSONValue.parse(event.fields.utf8))?.object ?? [:]
        var frame: JSONObject = [
            "type": .string(event.type.rawValue), "timestamp": .string(event.timestamp.iso8601),
            "agent": event.agent.map { .string($0) } ?? .null, "run_id": event.run.map { .string($0.value) } ?? .null,
            "message": fields["message"] ?? fields["delta"] ?? "", "thread_id": .string(event.thread.value),
            "seq": .int(event.seq), "epoch": .string(epoch), "event_id": .string(event.eventID.value),
        ]
        if let from { frame["seq_from"] = .int(from) }
        for name in ["message_id", "delta", "error", "reason"] {
            if let value = fields[name] { frame[name] = value }
        }
        if let tool = fields["tool_name"] { frame["tool"] = tool }
        return JSONValue.object(frame).encoded
    }
}
