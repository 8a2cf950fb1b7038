/// Tells the events of a thread's log as events of the AG-UI protocol 1.0 (https://ag-ui.com/spec/1.0/schema.json).
///
/// The view is lossless: each log event is also told whole, in a CUSTOM event `canon.event`. And whatever it is given, it
/// makes a legal sequence: a run begins with RUN_STARTED also when the view begins in the middle of it, ends with exactly
/// one of RUN_FINISHED and RUN_ERROR, and leaves no text message open. The protocol tells one run at a time, so events of
/// another run, a sub-run or none are told by their CUSTOM event alone.
public struct AGUIView: Sendable {
    public enum Scope: Sendable, Equatable {
        /// One run, under the id that the client gave it. Nothing of other runs is told, except its sub-runs.
        case run(RunID, shownAs: String)
        /// The whole thread: each run under its own id, and `metadata` says to which thread and run an event belongs.
        case thread
    }

    /// What has to be closed before the run may end.
    private struct Run {
        let id: RunID
        let shownAs: String
        /// The text message that is open.
        var message: String?
        /// Whether any text was told.
        var hasText = false
        /// Calls that have no result yet, oldest first.
        var calls: [Call] = []
    }

    private struct Call {
        let id: String
        let tool: String
    }

    public static let protocolVersion = "1.0"
    public static let customEvent = "canon.event"

    private let scope: Scope
    private let thread: ThreadID
    private let epoch: String
    private var active: Run?
    /// Open runs that are told by CUSTOM events alone: sub-runs, and those that began beside another.
    private var others: Set<RunID> = []
    /// The run that was asked for has been told to its end.
    public private(set) var isFinished = false

    /// - Parameter epoch: the store's epoch, without which `seq` means nothing.
    public init(_ scope: Scope, of thread: ThreadID, epoch: String) {
        self.scope = scope
        self.thread = thread
        self.epoch = epoch
    }

    /// Tells one event, in the order of the log.
    /// - Parameter from: the number of the first event that it stands for, when deltas were joined into it.
    public mutating func events(for event: LogEvent, from: Int64? = nil) -> [JSONObject] {
        guard !isFinished, let place = place(of: event) else { return [] }
        switch place {
        case .beside:
            if event.type.isTerminal, let run = event.run { others.remove(run) }
            return [custom(event, from)]
        case .inside(var run, let isNew):
            var told = isNew ? [started(run, at: event.timestamp)] : []
            told.append(custom(event, from))
            let fields = Self.fields(of: event)
            told += Self.content(of: event, fields, in: &run).map { stamp($0, run, event.timestamp) }
            if event.type.isTerminal {
                told += end(run, event, fields)
                active = nil
                if scope != .thread { isFinished = true }
            } else {
                active = run
            }
            return told
        }
    }

    /// Ends the run for a reason that stands in no log, such as a lost right to read it.
    public mutating func fail(_ message: String, code: String, at time: Timestamp = .now()) -> [JSONObject] {
        guard !isFinished, case .run(let id, let shownAs) = scope else { return [] }
        var run = active ?? Run(id: id, shownAs: shownAs)
        var told = active == nil ? [started(run, at: time)] : []
        told += Self.close(&run).map { stamp($0, run, time) }
        told.append(
            stamp(["type": "RUN_ERROR", "message": .string(message), "code": .string(code)], run, time))
        active = nil
        isFinished = true
        return told
    }

    /// Events were passed over, for which a snapshot stands: what is open is closed, and a run that is not open any more
    /// is over.
    public mutating func skip(openRuns: Set<RunID>, at time: Timestamp = .now()) -> [JSONObject] {
        others.formIntersection(openRuns)
        guard var run = active else { return [] }
        var told = Self.close(&run).map { stamp($0, run, time) }
        run.calls = []
        active = run
        if !openRuns.contains(run.id) {
            told.append(finished(run, nil, at: time))
            active = nil
        }
        return told
    }

    /// A frame of the gateway itself, as `canon.<its type>`.
    public static func custom(_ frame: ServerFrame) -> JSONObject {
        let type = frame.object["type"]?.string ?? "frame"
        return ["type": "CUSTOM", "name": .string("canon.\(type)"), "value": .object(frame.object)]
    }

    // MARK: Where an event belongs

    private enum Place {
        case inside(Run, isNew: Bool)
        /// Told by its CUSTOM event alone.
        case beside
    }

    /// Nil: it is not told here.
    private mutating func place(of event: LogEvent) -> Place? {
        if let run = event.run, let active, active.id == run { return .inside(active, isNew: false) }
        switch scope {
        case .run(let id, let shownAs):
            if event.run == id { return .inside(Run(id: id, shownAs: shownAs), isNew: true) }
            guard let run = event.run else { return nil }
            if let parent = event.parentRun, parent == id || others.contains(parent) { others.insert(run) }
            return others.contains(run) ? .beside : nil
        case .thread:
            guard let run = event.run else { return .beside }
            if active != nil || event.parentRun != nil || others.contains(run) {
                if !event.type.isTerminal { others.insert(run) }
                return .beside
            }
            return .inside(Run(id: run, shownAs: run.value), isNew: true)
        }
    }

    // MARK: Events

    private func started(_ run: Run, at time: Timestamp) -> JSONObject {
        stamp(
            [
                "type": "RUN_STARTED", "threadId": .string(thread.value), "runId": .string(run.shownAs),
                "protocolVersion": .string(Self.protocolVersion),
            ], run, time)
    }

    private func end(_ run: Run, _ event: LogEvent, _ fields: JSONObject) -> [JSONObject] {
        switch event.type {
        case .agentError:
            let message = ["error_message", "message", "error"].lazy.compactMap { fields[$0]?.string }.first
            var error: JSONObject = ["type": "RUN_ERROR", "message": .string(message ?? "The run failed.")]
            if let reason = fields["reason"]?.string { error["code"] = .string(reason) }
            return [stamp(error, run, event.timestamp)]
        case .agentCancelled: return [finished(run, "cancelled", at: event.timestamp)]
        default: return [finished(run, "success", at: event.timestamp)]
        }
    }

    private func finished(_ run: Run, _ outcome: String?, at time: Timestamp) -> JSONObject {
        var object: JSONObject = [
            "type": "RUN_FINISHED", "threadId": .string(thread.value), "runId": .string(run.shownAs),
        ]
        if let outcome { object["outcome"] = ["type": .string(outcome)] }
        return stamp(object, run, time)
    }

    private func custom(_ event: LogEvent, _ from: Int64?) -> JSONObject {
        let frame = EventFrame.superset.encode(event, epoch: epoch, from: from)
        let value = try? JSONValue.parse(frame, depthLimit: 3 * JSONValue.defaultDepthLimit)
        var custom: JSONObject = [
            "type": "CUSTOM", "name": .string(Self.customEvent), "value": value ?? .null,
            "timestamp": .int(event.timestamp.milliseconds),
        ]
        if scope == .thread { custom["metadata"] = metadata(event.run?.value) }
        return custom
    }

    private func stamp(_ event: JSONObject, _ run: Run, _ time: Timestamp) -> JSONObject {
        var event = event
        event["timestamp"] = .int(time.milliseconds)
        if scope == .thread { event["metadata"] = metadata(run.shownAs) }
        return event
    }

    private func metadata(_ run: String?) -> JSONValue {
        ["threadId": .string(thread.value), "runId": run.map { .string($0) } ?? .null]
    }

    private static func fields(of event: LogEvent) -> JSONObject {
        (try? JSONValue.parse(event.fields.utf8, depthLimit: 2 * JSONValue.defaultDepthLimit))?.object ?? [:]
    }
}

// MARK: What is inside a run

extension AGUIView {
    private static func content(of event: LogEvent, _ fields: JSONObject, in run: inout Run) -> [JSONObject] {
        switch event.type {
        case .streamChunk:
            let message = fields["message_id"]?.string ?? "\(run.id.value).answer"
            return text(fields["delta"]?.string ?? "", message, in: &run)
        case .agentThinking: return reasoning(event, fields)
        case .toolExecuting: return call(event, fields, in: &run)
        case .toolCompleted: return result(event, fields, in: &run)
        case .agentCompleted:
            // An agent that did not stream is heard at its end.
            guard !run.hasText, let answer = fields["final_response"]?.string else { return close(&run) }
            let message = fields["message_id"]?.string ?? event.eventID.value
            return text(answer, message, in: &run) + close(&run)
        case .agentError, .agentCancelled: return close(&run)
        default: return []
        }
    }

    private static func text(_ delta: String, _ message: String, in run: inout Run) -> [JSONObject] {
        guard !delta.isEmpty else { return [] }
        var told: [JSONObject] = []
        if run.message != message {
            told += close(&run)
            told.append(["type": "TEXT_MESSAGE_START", "messageId": .string(message), "role": "assistant"])
            run.message = message
        }
        run.hasText = true
        told.append(["type": "TEXT_MESSAGE_CONTENT", "messageId": .string(message), "delta": .string(delta)])
        return told
    }

    /// Ends the text message that is open.
    private static func close(_ run: inout Run) -> [JSONObject] {
        guard let message = run.message else { return [] }
        run.message = nil
        return [["type": "TEXT_MESSAGE_END", "messageId": .string(message)]]
    }

    private static func reasoning(_ event: LogEvent, _ fields: JSONObject) -> [JSONObject] {
        let names = ["reasoning", "thought", "message"]
        guard let thought = names.lazy.compactMap({ fields[$0]?.string }).first(where: { !$0.isEmpty }) else {
            return []
        }
        let message = JSONValue.string(event.eventID.value)
        return [
            ["type": "REASONING_START", "messageId": message],
            ["type": "REASONING_MESSAGE_START", "messageId": message, "role": "reasoning"],
            ["type": "REASONING_MESSAGE_CONTENT", "messageId": message, "delta": .string(thought)],
            ["type": "REASONING_MESSAGE_END", "messageId": message],
            ["type": "REASONING_END", "messageId": message],
        ]
    }

    private static func call(_ event: LogEvent, _ fields: JSONObject, in run: inout Run) -> [JSONObject] {
        let call = Call(
            id: fields["execution_id"]?.string ?? event.eventID.value, tool: fields["tool_name"]?.string ?? "tool")
        // Said twice, it is still one call.
        guard !run.calls.contains(where: { $0.id == call.id }) else { return [] }
        run.calls.append(call)
        return start(call, fields["tool_args"] ?? fields["parameters"] ?? [:])
    }

    private static func start(_ call: Call, _ arguments: JSONValue?) -> [JSONObject] {
        var told: [JSONObject] = [
            ["type": "TOOL_CALL_START", "toolCallId": .string(call.id), "toolCallName": .string(call.tool)]
        ]
        if let arguments {
            let text = JSONText.of(arguments)
            told.append(["type": "TOOL_CALL_ARGS", "toolCallId": .string(call.id), "delta": .string(text)])
        }
        told.append(["type": "TOOL_CALL_END", "toolCallId": .string(call.id)])
        return told
    }

    private static func result(_ event: LogEvent, _ fields: JSONObject, in run: inout Run) -> [JSONObject] {
        let tool = fields["tool_name"]?.string
        let execution = fields["execution_id"]?.string
        // A producer that gives no id means the call of this tool that has waited longest.
        let known = run.calls.firstIndex { call in execution.map { $0 == call.id } ?? (call.tool == tool) }
        var told: [JSONObject] = []
        let call: Call
        if let known {
            call = run.calls.remove(at: known)
        } else {
            call = Call(id: execution ?? event.eventID.value, tool: tool ?? "tool")
            told += start(call, nil)
        }
        let results = fields["results"] ?? fields["result"] ?? .null
        told.append([
            "type": "TOOL_CALL_RESULT", "messageId": .string(event.eventID.value), "toolCallId": .string(call.id),
            "content": .string(results.string ?? JSONText.of(results)), "role": "tool",
        ])
        return told
    }

    private enum JSONText {
        static func of(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) }
    }
}
