public import CanonWire

/// The arguments of a tool call, checked one by one; every error names the argument.
public struct ToolArguments {
    private let tool: String
    private let arguments: JSONObject

    /// - Throws: `ToolFailure` when there is an argument that the tool does not have.
    public init(_ arguments: JSONObject, of tool: any Tool) throws(ToolFailure) {
        self.tool = tool.name
        self.arguments = arguments
        let known = tool.parameters["properties"]?.object?.members.map(\.key) ?? []
        for (key, _) in arguments.members where !known.contains(key) {
            let names = known.map { "'\($0)'" }.joined(separator: ", ")
            throw ToolFailure(
                "\(tool.name) has no argument '\(key)'. "
                    + (known.isEmpty ? "It takes none." : "Its arguments are \(names)."))
        }
    }

    /// A text that must be there and hold something.
    public func text(_ name: String, maximumBytes: Int) throws(ToolFailure) -> String {
        guard let text = try optionalText(name, maximumBytes: maximumBytes) else {
            throw ToolFailure("\(tool) needs the argument '\(name)', a text that is not empty.")
        }
        return text
    }

    /// A text, or nil when it is absent, null or empty.
    public func optionalText(_ name: String, maximumBytes: Int) throws(ToolFailure) -> String? {
        guard let value = arguments[name], !value.isNull else { return nil }
        guard let text = value.string else { throw wrongKind(name, value, expected: "a text") }
        if text.isEmpty { return nil }
        guard text.utf8.count <= maximumBytes else {
            throw ToolFailure(
                "The argument '\(name)' of \(tool) is \(grouped(text.utf8.count)) bytes long; "
                    + "at most \(grouped(maximumBytes)) are allowed.")
        }
        return text
    }

    func flag(_ name: String, default fallback: Bool) throws(ToolFailure) -> Bool {
        guard let value = arguments[name], !value.isNull else { return fallback }
        guard let flag = value.bool else { throw wrongKind(name, value, expected: "true or false") }
        return flag
    }

    func number(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(ToolFailure) -> Int {
        guard let value = arguments[name], !value.isNull else { return fallback }
        guard let number = value.int else { throw wrongKind(name, value, expected: "a whole number") }
        guard let number = Int(exactly: number), range.contains(number) else {
            throw ToolFailure(
                "The argument '\(name)' of \(tool) is \(number); it must be between \(range.lowerBound) and "
                    + "\(grouped(range.upperBound)).")
        }
        return number
    }

    private func wrongKind(_ name: String, _ value: JSONValue, expected: String) -> ToolFailure {
        ToolFailure("The argument '\(name)' of \(tool) must be \(expected), not \(value.kind).")
    }
}

/// Builds the JSON Schema of a tool's arguments.
func schema(_ properties: JSONObject, required: [String] = []) -> JSONObject {
    [
        "type": "object", "properties": .object(properties),
        "required": .array(required.map { .string($0) }), "additionalProperties": false,
    ]
}
