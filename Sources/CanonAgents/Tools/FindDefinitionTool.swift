public import CanonWire

/// `find_definition`: where a name is defined.
public struct FindDefinitionTool: Tool {
    public let name = "find_definition"
    public let summary =
        "Finds where a class, function, type, constant or variable is defined in the workspace's Python, Swift, "
        + "JavaScript, TypeScript, Go, Rust, Java, C and C++ files, and quotes the line."
    public let parameters = schema(
        [
            "name": ["type": "string", "description": "The name, such as WebSocketManager. One identifier."],
            "path": [
                "type": "string",
                "description": "Only here: a folder, a file, or a pattern such as *.py or src/**/*.swift.",
            ],
        ], required: ["name"])

    /// Definitions in a result.
    static let limit = 50

    private let workspace: Workspace?

    /// - Parameter workspace: nil makes every call fail with the remedy.
    public init(workspace: Workspace?) { self.workspace = workspace }

    public func call(_ arguments: JSONObject) async throws -> ToolResult {
        let checked = try ToolArguments(arguments, of: self)
        let wanted = try Self.identifier(in: try checked.text("name", maximumBytes: 200))
        let path = try checked.optionalText("path", maximumBytes: 1000)
        guard let workspace else { throw WorkspaceTools.missing }
        let found = try await BlockingWork.run(seconds: workspace.limits.searchSeconds) { deadline in
            try Self.find(wanted, in: workspace, at: path, deadline: deadline)
        }
        return Self.result(
            wanted, found.definitions, total: found.total, coverage: found.coverage, limits: workspace.limits)
    }

    /// The last part of `Type.member` or `Namespace::name`, without `()`.
    private static func identifier(in text: String) throws(ToolFailure) -> String {
        var name = text[...]
        if name.hasSuffix("()") { name = name.dropLast(2) }
        if let last = name.split(whereSeparator: { $0 == "." || $0 == ":" || $0 == "#" }).last { name = last }
        guard !name.isEmpty, name.utf8.allSatisfy({ isNameByte($0) }) else {
            throw ToolFailure(
                "The argument 'name' of find_definition must be one identifier, such as WebSocketManager; "
                    + "'\(text)' is none. Use search_text for other text.")
        }
        return String(name)
    }

    private struct Partial: Sendable {
        /// The first definitions of each match, in the order of the thread's files.
        var found: [Definition.Match: [(file: Int, definition: Definition)]] = [:]
        var total = 0
    }

    private static func find(
        _ name: String, in workspace: Workspace, at path: String?, deadline: Deadline
    ) throws(ToolFailure) -> (definitions: [Definition], total: Int, coverage: ScanCoverage) {
        let scope = try workspace.scope(of: path)
        let bytes = Array(name.utf8)
        let (partials, coverage) = try WorkspaceScan.run(
            workspace, at: scope.start, deadline: deadline,
            selects: { Dialect(path: $0) != nil && scope.selects($0) }, initial: Partial()
        ) { partial, file in
            guard let dialect = Dialect(path: file.path) else { return }
            var finder = DefinitionFinder(file.bytes, dialect: dialect)
            finder.find(bytes, file: file.path) { definition in
                partial.total += 1
                // Each thread's files ascend, so that its first ones are all that the merged list can need.
                guard partial.found[definition.match, default: []].count < limit else { return }
                partial.found[definition.match, default: []].append((file.index, definition))
            }
        }
        var definitions: [Definition] = []
        for match in Definition.Match.allCases {
            let all = partials.flatMap { $0.found[match] ?? [] }.sorted { left, right in
                let isLeftSecondary = left.definition.kind.isSecondary
                if isLeftSecondary != right.definition.kind.isSecondary { return !isLeftSecondary }
                return (left.file, left.definition.line) < (right.file, right.definition.line)
            }
            definitions += all.prefix(limit - definitions.count).map(\.definition)
        }
        return (definitions, partials.reduce(0) { $0 + $1.total }, coverage)
    }

    private static func result(
        _ name: String, _ definitions: [Definition], total: Int, coverage: ScanCoverage, limits: Workspace.Limits
    ) -> ToolResult {
        let rows = definitions.map { definition -> JSONValue in
            [
                "name": .string(definition.name), "kind": .string(definition.kind.rawValue),
                "file": .string(definition.file), "line": .int(Int64(definition.line)),
                "text": .string(definition.text), "match": .string(definition.match.text),
            ]
        }
        var lines = definitions.map { "\($0.file):\($0.line): \($0.kind.rawValue) \($0.name): \($0.text)" }
        if lines.isEmpty { lines = ["No definition of a name that contains '\(name)' was found."] }
        if total > definitions.count { lines.append("\(grouped(total - definitions.count)) more are not listed.") }
        lines.append(coverage.sentences(limits: limits))
        return ToolResult(
            value: [
                "query": .string(name), "definitions": .array(rows), "total": .int(Int64(total)),
                "truncated": .bool(total > definitions.count), "coverage": coverage.json(limits: limits),
            ], text: lines.joined(separator: "\n"))
    }
}
