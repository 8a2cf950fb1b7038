/// What a front end asks for over the AG-UI protocol 1.0 (`RunAgentInput`), as far as this server acts on it.
///
/// The conversation is read from the log, so of `messages` only the last one of the user counts; `state`, `context` and
/// `forwardedProps` are taken and passed over.
public struct AGUIRunInput: Equatable, Sendable {
    public let thread: ThreadID
    /// The client's own id of the run: a request that repeats it is the same request.
    public let run: String
    public let text: String
    /// What the request asks for that this server does not do, in words for a person.
    public let unsupported: String?

    /// The `client_msg_id` under which the message is stored.
    public var clientMessageID: String { Self.prefix + run }

    private static let prefix = "agui:"
    private static let maximumRunBytes = 190
    private static let maximumMessages = 10_000

    /// Whether an object without a `type` is meant as one.
    public static func isOne(_ object: JSONObject) -> Bool {
        object["type"] == nil && object["threadId"] != nil && object["messages"] != nil
    }

    /// - Parameter maximumTextBytes: bytes of UTF-8 that the message may have.
    /// - Throws: `WireError` that names the member at fault.
    public init(_ object: JSONObject, maximumTextBytes: Int) throws(WireError) {
        thread = try Self.id(object, "threadId")
        let runID: Identifier<RunKind> = try Self.id(object, "runId")
        guard runID.value.utf8.count <= Self.maximumRunBytes else {
            throw Self.invalid("runId", "'runId' may have at most \(Self.maximumRunBytes) bytes.")
        }
        run = runID.value
        for name in ["parentRunId", "protocolVersion"] {
            if let value = object[name], !value.isNull, value.string == nil {
                throw Self.invalid(name, "'\(name)' is \(value.kind); expected a string.")
            }
        }
        let tools = try Self.list(object, "tools")
        _ = try Self.list(object, "context")
        let resumed = try Self.list(object, "resume")
        text = try Self.text(object, maximumTextBytes)
        if !tools.isEmpty {
            unsupported = "This server runs no tools of the client: send 'tools' as an empty list."
        } else if !resumed.isEmpty {
            unsupported = "No run of this server waits for an answer: leave 'resume' out."
        } else {
            unsupported = nil
        }
    }

    private static func id<Kind>(_ object: JSONObject, _ name: String) throws(WireError) -> Identifier<Kind> {
        guard let value = object[name], !value.isNull else { throw invalid(name, "'\(name)' is missing.") }
        guard let id = value.string.flatMap({ Identifier<Kind>(untrusted: $0) }) else {
            throw invalid(
                name,
                "'\(name)' is no id: 1 to 200 characters of printable ASCII without spaces, quotes and slashes.")
        }
        return id
    }

    /// Absent or null counts as empty.
    private static func list(_ object: JSONObject, _ name: String) throws(WireError) -> [JSONValue] {
        guard let value = object[name], !value.isNull else { return [] }
        guard let list = value.array else { throw invalid(name, "'\(name)' is \(value.kind); expected a list.") }
        return list
    }

    private static func text(_ object: JSONObject, _ maximumBytes: Int) throws(WireError) -> String {
        guard object["messages"] != nil else { throw invalid("messages", "'messages' is missing.") }
        let messages = try list(object, "messages")
        guard messages.count <= maximumMessages else {
            throw invalid("messages", "'messages' holds at most \(maximumMessages) messages.")
        }
        for (index, message) in messages.enumerated() where message["role"]?.string == nil {
            throw invalid("messages[\(index)].role", "'messages[\(index)]' needs a 'role'.")
        }
        guard let index = messages.lastIndex(where: { $0["role"] == "user" }) else {
            throw invalid("messages", "'messages' holds no message with the role 'user'.")
        }
        let field = "messages[\(index)].content"
        let text: String
        switch messages[index]["content"] {
        case .string(let content): text = content
        case .array(let parts): text = try joined(parts, field)
        default: throw invalid(field, "'\(field)' must be a text or a list of parts.")
        }
        guard !text.allSatisfy(\.isWhitespace) else { throw invalid(field, "'\(field)' has no text.") }
        guard text.utf8.count <= maximumBytes else {
            throw WireError(
                .tooLong, "The text has \(text.utf8.count) bytes; at most \(maximumBytes) are taken.", field: field)
        }
        return text
    }

    private static func joined(_ parts: [JSONValue], _ field: String) throws(WireError) -> String {
        var texts: [String] = []
        for (index, part) in parts.enumerated() {
            guard part["type"] == "text", let text = part["text"]?.string else {
                throw invalid(
                    "\(field)[\(index)]", "'\(field)[\(index)]' is no text part; only text is understood here.")
            }
            texts.append(text)
        }
        return texts.joined(separator: "\n")
    }

    private static func invalid(_ field: String, _ message: String) -> WireError {
        WireError(.invalidField, message, field: field)
    }
}
