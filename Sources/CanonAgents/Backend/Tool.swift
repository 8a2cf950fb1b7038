public import CanonWire

/// Something an agent can do for an answer. The same tools serve the built-in analyst and remote models.
public protocol Tool: Sendable {
    /// Snake case, as models expect, such as `find_definition`.
    var name: String { get }
    /// One sentence for a model or a person.
    var summary: String { get }
    /// JSON Schema of the arguments: `{"type":"object","properties":{…},"required":[…]}`.
    var parameters: JSONObject { get }

    /// Does it. An answer such as "nothing found" is a result; a `ToolFailure` means that it could not be done.
    func call(_ arguments: JSONObject) async throws -> ToolResult
}

public struct ToolResult: Sendable, Equatable {
    /// For programs and for `results` of `tool_completed`.
    public let value: JSONValue
    /// The same for a person or a model, as text.
    public let text: String

    public init(value: JSONValue, text: String) {
        self.value = value
        self.text = text
    }
}

public struct ToolFailure: Error, Sendable, Equatable {
    public let message: String

    public init(_ message: String) { self.message = message }
}
