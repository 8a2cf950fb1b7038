import CCanonFiles
public import CanonWire

/// `workspace_overview`: what a workspace consists of.
public struct WorkspaceOverviewTool: Tool {
    public let name = "workspace_overview"
    public let summary =
        "Counts the workspace's files, folders and lines by language, and names its largest folders and entry points."
    public let parameters = schema([:])

    private let workspace: Workspace?

    /// - Parameter workspace: nil makes every call fail with the remedy.
    public init(workspace: Workspace?) { self.workspace = workspace }

    public func call(_ arguments: JSONObject) async throws -> ToolResult {
        _ = try ToolArguments(arguments, of: self)
        guard let workspace else { throw WorkspaceTools.missing }
        let overview = try await BlockingWork.run(seconds: workspace.limits.searchSeconds) { deadline in
            try Overview(of: workspace, deadline: deadline)
        }
        return overview.result
    }
}

/// The figures of a workspace.
private struct Overview: Sendable {
    private struct Tally: Sendable {
        var files = 0
        var lines = 0

        mutating func add(_ other: Tally) {
            files += other.files
            lines += other.lines
        }
    }

    private struct Partial: Sendable {
        var languages: [String: Tally] = [:]
        var folders: [String: Tally] = [:]
    }

    private let workspace: Workspace
    private let languages: [(name: String, tally: Tally)]
    private let folders: [(name: String, tally: Tally)]
    private let entryPoints: [String]
    private let folderCount: Int
    private let coverage: ScanCoverage

    private static let otherLanguage = "Other"

    init(of workspace: Workspace, deadline: Deadline) throws(ToolFailure) {
        var walk = WorkspaceWalk(workspace, deadline: deadline)
        try walk.run()
        let (partials, coverage) = WorkspaceScan.run(
            workspace, walk: walk, deadline: deadline, selects: { _ in true }, initial: Partial()
        ) { partial, file in
            var lines =
                file.bytes.isEmpty ? 0 : canon_count(file.bytes.baseAddress, file.bytes.count, UInt8(ascii: "\n"))
            if let last = file.bytes.last, last != UInt8(ascii: "\n") { lines += 1 }
            let tally = Tally(files: 1, lines: lines)
            partial.languages[languageName(of: file.path) ?? Self.otherLanguage, default: Tally()].add(tally)
            partial.folders[Self.topFolder(of: file.path), default: Tally()].add(tally)
        }
        self.workspace = workspace
        self.coverage = coverage
        folderCount = walk.folders
        languages = Self.merged(partials.map(\.languages))
        folders = Self.merged(partials.map(\.folders))
        entryPoints = Array(
            walk.files.filter { Self.isEntryPoint($0) }
                .sorted { ($0.split(separator: "/").count, $0) < ($1.split(separator: "/").count, $1) }.prefix(20))
    }

    private static func merged(_ parts: [[String: Tally]]) -> [(name: String, tally: Tally)] {
        var all: [String: Tally] = [:]
        for part in parts { for (name, tally) in part { all[name, default: Tally()].add(tally) } }
        return all.map { (name: $0.key, tally: $0.value) }
            .sorted { ($1.tally.lines, $1.tally.files, $0.name) < ($0.tally.lines, $0.tally.files, $1.name) }
    }

    private static func topFolder(of path: String) -> String {
        guard let slash = path.utf8.firstIndex(of: UInt8(ascii: "/")) else { return "." }
        return String(path[..<slash])
    }

    private static let entryNames: Set<String> = [
        "pyproject.toml", "setup.py", "requirements.txt", "package.json", "Package.swift", "go.mod", "Cargo.toml",
        "pom.xml", "build.gradle", "build.gradle.kts", "Makefile", "CMakeLists.txt", "Dockerfile",
        "docker-compose.yml", "docker-compose.yaml", "compose.yaml", "main.py", "__main__.py", "app.py", "manage.py",
        "main.go", "main.rs", "lib.rs", "main.swift", "index.js", "index.ts", "main.c", "main.cpp",
    ]

    /// Where a reader begins: at most three folders deep.
    private static func isEntryPoint(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard parts.count <= 3, let name = parts.last else { return false }
        return entryNames.contains(String(name)) || name.uppercased().hasPrefix("README")
    }

    private var lines: Int { languages.reduce(0) { $0 + $1.tally.lines } }

    /// Per cent of all lines, with one digit.
    private func share(_ tally: Tally) -> Double {
        lines == 0 ? 0 : (Double(tally.lines) / Double(lines) * 1000).rounded() / 10
    }

    var result: ToolResult {
        let languageRows = languages.map { language -> JSONValue in
            [
                "language": .string(language.name), "files": .int(Int64(language.tally.files)),
                "lines": .int(Int64(language.tally.lines)), "percent": .double(share(language.tally)),
            ]
        }
        let folderRows = folders.prefix(10).map { folder -> JSONValue in
            [
                "folder": .string(folder.name), "files": .int(Int64(folder.tally.files)),
                "lines": .int(Int64(folder.tally.lines)),
            ]
        }
        return ToolResult(
            value: [
                "workspace": .string(workspace.name), "files": .int(Int64(coverage.filesFound)),
                "folders": .int(Int64(folderCount)), "lines": .int(Int64(lines)), "bytes": .int(coverage.bytesSearched),
                "languages": .array(languageRows), "largest_folders": .array(Array(folderRows)),
                "entry_points": .array(entryPoints.map { .string($0) }),
                "coverage": coverage.json(limits: workspace.limits),
            ], text: text)
    }

    private var text: String {
        var parts = [
            "The workspace \(workspace.name) has \(counted(coverage.filesFound, "file")) in "
                + "\(counted(folderCount, "folder")) with \(counted(lines, "line")) of text.",
            "Languages:",
        ]
        parts += languages.prefix(12).map {
            "- \($0.name): \(counted($0.tally.files, "file")), \(counted($0.tally.lines, "line")) "
                + "(\(shortNumber(share($0.tally))) %)"
        }
        parts.append("Largest folders:")
        parts += folders.prefix(10).map {
            "- \($0.name): \(counted($0.tally.files, "file")), \(counted($0.tally.lines, "line"))"
        }
        parts.append("Entry points: \(entryPoints.isEmpty ? "none found" : entryPoints.joined(separator: ", ")).")
        parts.append(coverage.sentences(limits: workspace.limits))
        return parts.joined(separator: "\n")
    }
}
