public import CanonWire

/// `read_file`: lines of one file.
public struct ReadFileTool: Tool {
    public let name = "read_file"
    public let summary = "Reads lines of one file of the workspace, or lists a folder."
    public let parameters = schema(
        [
            "path": [
                "type": "string",
                "description":
                    "Relative to the workspace, with '/'. A name alone is enough when only one file has it.",
            ],
            "from": ["type": "integer", "minimum": 1, "description": "The first line. Default 1."],
            "count": ["type": "integer", "minimum": 1, "maximum": 2000, "description": "Lines. Default 200."],
        ], required: ["path"])

    /// Bytes of text in a result: it travels in an event to every device.
    static let textLimit = 32 * 1024

    private let workspace: Workspace?

    /// - Parameter workspace: nil makes every call fail with the remedy.
    public init(workspace: Workspace?) { self.workspace = workspace }

    public func call(_ arguments: JSONObject) async throws -> ToolResult {
        let checked = try ToolArguments(arguments, of: self)
        let path = try checked.text("path", maximumBytes: 4096)
        let from = try checked.number("from", default: 1, in: 1...1_000_000_000)
        let count = try checked.number("count", default: 200, in: 1...2000)
        guard let workspace else { throw WorkspaceTools.missing }
        return try await BlockingWork.run(seconds: workspace.limits.searchSeconds) { deadline in
            switch try Self.locate(path, in: workspace, deadline: deadline) {
            case .folder(let path, let names): return Self.listing(path: path, names: names)
            case .file(let file) where file.isBinary: return Self.binary(file)
            case .file(let file): return try Self.lines(of: file, from: from, count: count, limits: workspace.limits)
            }
        }
    }

    /// The file at the path, or the only file whose path ends in it.
    private static func locate(
        _ path: String, in workspace: Workspace, deadline: Deadline
    ) throws(ToolFailure) -> WorkspaceItem {
        do throws(ToolFailure) {
            return try workspace.item(at: path)
        } catch {
            let wanted = try WorkspacePath(path, root: workspace.path)
            guard workspace.isAbsent(wanted) else { throw error }
            var walk = WorkspaceWalk(workspace, deadline: deadline)
            try walk.run()
            let suffix = "/" + wanted.text
            let candidates = walk.files.filter { $0.hasSuffix(suffix) }
            guard let only = candidates.first else { throw error }
            if candidates.count == 1 { return try workspace.item(at: only) }
            let names = candidates.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
            let more = candidates.count > 10 ? " and \(grouped(candidates.count - 10)) more" : ""
            throw ToolFailure(
                "There is no '\(wanted.text)' at the top of the workspace, but \(grouped(candidates.count)) files end "
                    + "in it: \(names)\(more). Give one of these paths.")
        }
    }

    private static func lines(
        of file: WorkspaceFile, from: Int, count: Int, limits: Workspace.Limits
    ) throws(ToolFailure) -> ToolResult {
        let all = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // A final line end closes the last line; it does not open another.
        let lineCount = file.bytes.isEmpty ? 0 : all.count - (file.bytes.last == UInt8(ascii: "\n") ? 1 : 0)
        guard from <= max(1, lineCount) else {
            let known =
                file.isTruncated ? "\(grouped(lineCount)) lines in the part that is read" : counted(lineCount, "line")
            throw ToolFailure(
                "The argument 'from' of read_file is \(grouped(from)), but '\(file.path)' has \(known).")
        }
        var texts: [String] = []
        var size = 0
        for line in all[..<lineCount].dropFirst(from - 1).prefix(count) {
            let text = String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            size += text.utf8.count + 1
            if size > textLimit {
                // Even one line alone may be longer than a result: its beginning is better than nothing.
                if texts.isEmpty { texts.append(String(decoding: text.utf8.prefix(textLimit), as: UTF8.self) + "…") }
                break
            }
            texts.append(text)
        }
        let to = from + texts.count - 1
        var notes: [String] = []
        if to < lineCount || from > 1 {
            notes.append("Lines \(grouped(from)) to \(grouped(to)) of \(grouped(lineCount)).")
        }
        if file.isTruncated {
            notes.append(
                "The file has \(byteText(file.size)); only its first \(byteText(Int64(limits.readBytes))) is read.")
        }
        let width = String(to).count
        let numbered = texts.enumerated().map { index, text in
            let number = String(from + index)
            return String(repeating: " ", count: width - number.count) + number + "  " + text
        }
        return ToolResult(
            value: [
                "file": .string(file.path), "kind": "text", "from": .int(Int64(from)), "to": .int(Int64(to)),
                "lines": .int(Int64(lineCount)), "bytes": .int(file.size),
                "text": .string(texts.joined(separator: "\n")),
                "truncated": .bool(file.isTruncated || to < lineCount), "note": .string(notes.joined(separator: " ")),
            ], text: (["\(file.path):"] + numbered + notes).joined(separator: "\n"))
    }

    private static func binary(_ file: WorkspaceFile) -> ToolResult {
        ToolResult(
            value: ["file": .string(file.path), "kind": "binary", "bytes": .int(file.size)],
            text: "\(file.path) is a binary file of \(byteText(file.size)); it has no lines to show.")
    }

    private static func listing(path: String, names: [String]) -> ToolResult {
        let name = path.isEmpty ? "The workspace" : "\(path)/"
        let shown = names.prefix(200)
        let more = names.count > shown.count ? ["and \(grouped(names.count - shown.count)) more"] : []
        return ToolResult(
            value: [
                "file": .string(path), "kind": "folder", "entries": .array(shown.map { .string($0) }),
                "total": .int(Int64(names.count)), "truncated": .bool(names.count > shown.count),
            ],
            text: (["\(name) is a folder with \(counted(names.count, "entry")):"] + shown + more).joined(
                separator: "\n"))
    }
}
