/// The members of a client's message: looked up in its body, then on its envelope.
struct MessageMembers {
    let envelope: JSONObject
    let body: JSONObject

    private static let clientIDNames = ["client_msg_id", "message_id", "optimistic_id"]
    private static let textNames = ["content", "message", "text", "user_request", "query"]

    func value(_ name: String) -> JSONValue? {
        for object in [body, envelope] {
            if let value = object[name], !value.isNull { return value }
        }
        return nil
    }

    /// The first of the names that holds a string with something in it.
    func text(_ names: [String]) -> String? {
        for name in names {
            if let text = value(name)?.string, !text.isEmpty { return text }
        }
        return nil
    }

    /// What `pong` returns: the body, whatever it is, or the whole message when it has no body of its own.
    var pingBody: JSONValue {
        for name in ["payload", "data"] {
            if let value = envelope[name], !value.isNull { return value }
        }
        var rest = envelope
        rest["type"] = nil
        return .object(rest)
    }

    /// The client's own id of its message: on the envelope, else in the body.
    var clientMessageID: String? {
        for object in [envelope, body] {
            for name in Self.clientIDNames {
                if let id = object[name]?.string, !id.isEmpty { return id }
            }
        }
        return nil
    }

    func validClientMessageID() throws(WireError) -> String? {
        for object in [envelope, body] {
            for name in Self.clientIDNames {
                guard let value = object[name], !value.isNull else { continue }
                guard let id = value.string else {
                    throw WireError(.invalidField, "\"\(name)\" is \(value.kind); expected a string.", field: name)
                }
                if id.isEmpty { continue }
                guard id.utf8.count <= 200 else {
                    throw WireError(
                        .invalidField, "\"\(name)\" has \(id.utf8.count) bytes; at most 200 are taken.", field: name)
                }
                return id
            }
        }
        return nil
    }

    func identifier<Kind>(_ names: [String]) throws(WireError) -> Identifier<Kind>? {
        for name in names {
            guard let value = value(name) else { continue }
            guard let text = value.string else {
                throw WireError(.invalidField, "\"\(name)\" is \(value.kind); expected a string.", field: name)
            }
            if text.isEmpty { continue }
            guard let id = Identifier<Kind>(untrusted: text) else {
                throw WireError(
                    .invalidField,
                    "\"\(name)\" is no id: 1 to 200 characters of printable ASCII without spaces, quotes and slashes.",
                    field: name)
            }
            return id
        }
        return nil
    }

    func requiredIdentifier<Kind>(_ names: [String]) throws(WireError) -> Identifier<Kind> {
        guard let id: Identifier<Kind> = try identifier(names) else {
            throw WireError(.invalidField, "\"\(names[0])\" is missing.", field: names[0])
        }
        return id
    }

    /// The first text that is not empty. A text member of another kind is an error, not passed over: the user wrote something.
    func messageText() throws(WireError) -> String {
        for object in [body, envelope] {
            for name in Self.textNames {
                guard let value = object[name], !value.isNull else { continue }
                guard let text = value.string else {
                    throw WireError(.invalidField, "\"\(name)\" is \(value.kind); expected a string.", field: name)
                }
                if !text.allSatisfy(\.isWhitespace) { return text }
            }
            guard let request = object["request"], !request.isNull else { continue }
            switch request {
            case .string(let text) where !text.allSatisfy(\.isWhitespace): return text
            case .object(let object):
                if let text = object["query"]?.string, !text.allSatisfy(\.isWhitespace) { return text }
            case .string: break
            default:
                throw WireError(
                    .invalidField, "\"request\" is \(request.kind); expected an object or a string.", field: "request")
            }
        }
        throw WireError(
            .invalidField,
            "The message has no text: expected one of \"content\", \"message\", \"text\", \"user_request\", \"query\".",
            field: "content")
    }
}
