import CCanonFiles
public import CanonWire

/// `search_text`: the lines that hold a text.
public struct SearchTextTool: Tool {
    public let name = "search_text"
    public let summary = "Finds the lines of the workspace's text files that contain a literal text."
    public let parameters = schema(
        [
            "query": ["type": "string", "description": "The text, taken literally. One line."],
            "ignore_case": ["type": "boolean", "description": "Fold the letters A to Z. Default false."],
            "whole_word": [
                "type": "boolean", "description": "Only where the text is no part of a longer name. Default false.",
            ],
            "path": [
                "type": "string",
                "description": "Only here: a folder, a file, or a pattern such as *.py or src/**/*.swift.",
            ],
        ], required: ["query"])

    /// Lines in a result.
    static let limit = 200

    private let workspace: Workspace?

    /// - Parameter workspace: nil makes every call fail with the remedy.
    public init(workspace: Workspace?) { self.workspace = workspace }

    public func call(_ arguments: JSONObject) async throws -> ToolResult {
        let checked = try ToolArguments(arguments, of: self)
        let query = try checked.text("query", maximumBytes: 1000)
        let search = Search(
            text: Array(query.utf8), foldsCase: try checked.flag("ignore_case", default: false),
            wholeWord: try checked.flag("whole_word", default: false))
        let path = try checked.optionalText("path", maximumBytes: 1000)
        if query.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == 0 }) {
            throw ToolFailure(
                "The argument 'query' of search_text must be one line of text. Search for one of its lines.")
        }
        guard let workspace else { throw WorkspaceTools.missing }
        let found = try await BlockingWork.run(seconds: workspace.limits.searchSeconds) { deadline in
            try Self.run(search, in: workspace, at: path, deadline: deadline)
        }
        return Self.result(query, found, limits: workspace.limits)
    }

    private struct Search: Sendable {
        let text: [UInt8]
        let foldsCase: Bool
        let wholeWord: Bool

        /// The next place of the text at or after `offset`.
        func next(in bytes: UnsafeRawBufferPointer, from offset: Int) -> Int? {
            guard let base = bytes.baseAddress else { return nil }
            var offset = offset
            while offset < bytes.count {
                let rest = bytes.count - offset
                let place =
                    foldsCase
                    ? canon_find_folding(base + offset, rest, text, text.count)
                    : canon_find(base + offset, rest, text, text.count)
                guard let place else { return nil }
                let hit = place - base
                if !wholeWord || isWord(hit, in: bytes) { return hit }
                offset = hit + 1
            }
            return nil
        }

        private func isWord(_ hit: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
            let end = hit + text.count
            if hit > 0, isNameByte(text[0]), isNameByte(bytes[hit - 1]) { return false }
            return !(end < bytes.count && isNameByte(text[text.count - 1]) && isNameByte(bytes[end]))
        }
    }

    private struct Row: Sendable {
        let fileIndex: Int
        let file: String
        let line: Int
        let column: Int
        let text: String
    }

    private struct Found: Sendable {
        var rows: [Row] = []
        var lines = 0
        var files = 0
        var coverage = ScanCoverage()
    }

    private static func run(
        _ search: Search, in workspace: Workspace, at path: String?, deadline: Deadline
    ) throws(ToolFailure) -> Found {
        let scope = try workspace.scope(of: path)
        let (partials, coverage) = try WorkspaceScan.run(
            workspace, at: scope.start, deadline: deadline, selects: scope.selects, initial: Found()
        ) { found, file in
            var lines = LineCursor(file.bytes)
            var offset = 0
            var linesHere = 0
            while let hit = search.next(in: file.bytes, from: offset) {
                lines.move(to: hit)
                linesHere += 1
                offset = lines.range.upperBound + 1
                // Each thread's files ascend, so that its first rows are all that the merged list can need.
                guard found.rows.count < limit else { continue }
                found.rows.append(
                    Row(
                        fileIndex: file.index, file: file.path, line: lines.number,
                        column: column(of: hit, in: file.bytes, line: lines.range),
                        text: excerpt(file.bytes, line: lines.range, focus: hit)))
            }
            found.lines += linesHere
            if linesHere > 0 { found.files += 1 }
        }
        let rows = partials.flatMap(\.rows).sorted { ($0.fileIndex, $0.line) < ($1.fileIndex, $1.line) }
        return Found(
            rows: Array(rows.prefix(limit)), lines: partials.reduce(0) { $0 + $1.lines },
            files: partials.reduce(0) { $0 + $1.files }, coverage: coverage)
    }

    private static func result(_ query: String, _ found: Found, limits: Workspace.Limits) -> ToolResult {
        let rows = found.rows.map { row -> JSONValue in
            [
                "file": .string(row.file), "line": .int(Int64(row.line)), "column": .int(Int64(row.column)),
                "text": .string(row.text),
            ]
        }
        var lines = found.rows.map { "\($0.file):\($0.line):\($0.column): \($0.text)" }
        if lines.isEmpty { lines = ["'\(query)' was not found."] }
        if found.lines > rows.count { lines.append("\(grouped(found.lines - rows.count)) more lines are not listed.") }
        lines.append(found.coverage.sentences(limits: limits))
        return ToolResult(
            value: [
                "query": .string(query), "matches": .array(rows), "matching_lines": .int(Int64(found.lines)),
                "matching_files": .int(Int64(found.files)), "truncated": .bool(found.lines > rows.count),
                "coverage": found.coverage.json(limits: limits),
            ], text: lines.joined(separator: "\n"))
    }
}
