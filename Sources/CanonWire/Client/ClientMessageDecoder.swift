/// The one decoder of everything that clients send, with one order of precedence for each member:
/// body = `payload` ?? `data` ?? the message itself;
/// text = the first that is not empty of `content`, `message`, `text`, `user_request`, `query`, `request.query`.
public struct ClientMessageDecoder: Sendable {
    /// Bytes of UTF-8 that a message's text may have.
    public let maximumTextBytes: Int
    /// How deep arrays and objects may nest.
    public let maximumDepth: Int

    /// How many threads one `resume` may name.
    public static let maximumCursors = 256

    public init(maximumTextBytes: Int = 32 * 1024, maximumDepth: Int = JSONValue.defaultDepthLimit) {
        self.maximumTextBytes = maximumTextBytes
        self.maximumDepth = maximumDepth
    }

    /// - Throws: `WireError` that names the member and what was expected.
    public func decode(_ bytes: some Collection<UInt8>) throws(WireError) -> ClientEnvelope {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(bytes, depthLimit: maximumDepth)
        } catch {
            throw WireError(.jsonParseError, "The message is not JSON: \(error).")
        }
        guard let object = value.object else {
            throw WireError(
                .invalidField, "The message is \(value.kind); expected an object such as {\"type\":\"ping\"}.")
        }
        return try decode(object)
    }

    private func decode(_ object: JSONObject) throws(WireError) -> ClientEnvelope {
        if object["jsonrpc"] != nil { return jsonRPC(object) }
        if AGUIRunInput.isOne(object) { return try run(object) }
        let type = try typeName(of: object)
        do throws(WireError) {
            var members = MessageMembers(envelope: object, body: try body(of: object))
            let message = try message(type, &members)
            let isUserMessage = if case .user = message { true } else { false }
            return ClientEnvelope(
                message: message, type: type,
                claimedUser: (object["user_id"] ?? members.body["user_id"])?.string,
                claimedRun: isUserMessage && (object["run_id"] ?? members.body["run_id"])?.string != nil,
                clientMessageID: members.clientMessageID)
        } catch {
            var error = error
            error.requestType = type
            error.clientMessageID = MessageMembers(envelope: object, body: object).clientMessageID
            throw error
        }
    }

    private func typeName(of object: JSONObject) throws(WireError) -> String {
        guard let value = object["type"] ?? object["message_type"] else {
            throw WireError(.invalidField, "The message has no \"type\".", field: "type")
        }
        guard let type = value.string, !type.isEmpty else {
            throw WireError(
                .invalidField, "\"type\" is \(value.kind); expected a name such as \"user_message\".", field: "type")
        }
        return type
    }

    private func body(of object: JSONObject) throws(WireError) -> JSONObject {
        for name in ["payload", "data"] {
            guard let value = object[name], !value.isNull else { continue }
            // A ping may carry anything; every other body has members.
            if let body = value.object { return body }
            if MessageType(wire: object["type"]?.string ?? "") == .ping || object["message_type"] != nil {
                return object
            }
            throw WireError(.invalidField, "\"\(name)\" is \(value.kind); expected an object.", field: name)
        }
        return object
    }

    private func run(_ object: JSONObject) throws(WireError) -> ClientEnvelope {
        let type = "RunAgentInput"
        do throws(WireError) {
            let input = try AGUIRunInput(object, maximumTextBytes: maximumTextBytes)
            return ClientEnvelope(
                message: .run(input), type: type, claimedUser: nil, claimedRun: false,
                clientMessageID: input.clientMessageID)
        } catch {
            var error = error
            error.requestType = type
            throw error
        }
    }

    private func jsonRPC(_ object: JSONObject) -> ClientEnvelope {
        ClientEnvelope(
            message: .jsonRPC(method: object["method"]?.string, id: object["id"].flatMap { $0.isNull ? nil : $0 }),
            type: "jsonrpc", claimedUser: nil, claimedRun: false, clientMessageID: nil)
    }

    private func message(_ name: String, _ members: inout MessageMembers) throws(WireError) -> ClientMessage {
        switch MessageType.meaning(of: name) {
        case .type(let type): return try message(type, &members)
        case .chunked:
            throw WireError(.notSupported, "Messages in chunks are not supported: send one message of at most 1 MiB.")
        case .serverOnly:
            throw WireError(.forbidden, "\"\(name)\" is an event that only the server sends.", field: "type")
        case nil: return .unknown(type: name)
        }
    }

    private func message(_ type: MessageType, _ members: inout MessageMembers) throws(WireError) -> ClientMessage {
        switch type {
        case .userMessage, .chat, .agentRequest, .startAgent: return .user(try userMessage(type, members))
        case .stopAgent:
            return .stop(
                run: try members.identifier(["run_id", "runId"]),
                thread: try members.identifier(["thread_id", "threadId"]))
        case .resume: return .resume(try resume(members))
        case .sessionRestore:
            return .sessionRestore(
                thread: try members.requiredIdentifier(["thread_id", "threadId"]),
                lastMarker: members.text(["lastMessageId", "last_message_id", "last_event_id"]))
        case .connect: return .connect
        case .disconnect: return .disconnect
        case .ping: return .ping(members.pingBody)
        case .heartbeat: return .heartbeat
        case .pong, .heartbeatAck, .eventConfirmation: return .acknowledgement
        case .userTyping, .typingStarted, .typingStopped:
            return .typing(type: type, thread: try members.identifier(["thread_id", "threadId"]))
        case .agentTask:
            return .agentTask(id: members.text(["task_id", "id"]), try userMessage(type, members))
        case .auth:
            guard let token = members.text(["token", "access_token"]) else {
                throw WireError(.invalidField, "\"auth\" needs \"token\".", field: "token")
            }
            return .authenticate(token: token)
        case .createThread, .switchThread, .renameThread, .deleteThread, .listThreads, .getThreadHistory:
            return .thread(try threadRequest(type, members))
        }
    }

    private func userMessage(_ type: MessageType, _ members: MessageMembers) throws(WireError)
        -> ClientMessage.UserMessage
    {
        let text = try members.messageText()
        guard text.utf8.count <= maximumTextBytes else {
            throw WireError(
                .tooLong, "The text has \(text.utf8.count) bytes; at most \(maximumTextBytes) are taken.",
                field: "content")
        }
        return ClientMessage.UserMessage(
            text: text, thread: try members.identifier(["thread_id", "threadId"]),
            clientMessageID: try members.validClientMessageID(), type: type)
    }

    private func resume(_ members: MessageMembers) throws(WireError) -> ClientMessage.Resume {
        guard let value = members.value("threads") else {
            throw WireError(
                .invalidField, "\"resume\" needs \"threads\": {\"<thread id>\": <last seq>}.", field: "threads")
        }
        guard let threads = value.object else {
            throw WireError(
                .invalidField, "\"threads\" is \(value.kind); expected an object of sequence numbers.", field: "threads"
            )
        }
        guard threads.members.count <= Self.maximumCursors else {
            throw WireError(
                .tooLong,
                "\"threads\" names \(threads.members.count) threads; at most \(Self.maximumCursors) are taken at once.",
                field: "threads")
        }
        var cursors: [ClientMessage.Resume.Cursor] = []
        for (id, value) in threads.members {
            guard let seq = value.int, seq >= 0 else {
                throw WireError(
                    .invalidField, "The sequence number of a thread is \(value.kind); expected a whole number from 0.",
                    field: "threads.\(id)")
            }
            // An id that could not exist is answered like one that does not: `not_found`.
            cursors.append(.init(thread: ThreadID(id), seq: seq))
        }
        return ClientMessage.Resume(cursors: cursors, epoch: members.text(["epoch"]))
    }

    private func threadRequest(
        _ type: MessageType, _ members: MessageMembers
    ) throws(WireError) -> ClientMessage.ThreadRequest {
        let id = ["thread_id", "threadId"]
        switch type {
        case .createThread: return .create(try members.identifier(id), title: members.text(["title", "name"]))
        case .switchThread: return .follow(try members.requiredIdentifier(id))
        case .deleteThread: return .delete(try members.requiredIdentifier(id))
        case .getThreadHistory: return .history(try members.requiredIdentifier(id))
        case .renameThread:
            guard let title = members.text(["title", "name", "new_title"]) else {
                throw WireError(.invalidField, "\"rename_thread\" needs \"title\".", field: "title")
            }
            return .rename(try members.requiredIdentifier(id), title: title)
        default: return .list
        }
    }
}
