import CanonAudit
import Foundation

/// Reads a repository through `git`, and changes nothing: no lock is taken, no hook and no monitor of the repository is started.
struct GitRepository: Sendable {
    /// A file of a commit.
    struct Entry: Sendable, Equatable {
        /// Relative to the audited folder, with `/`.
        var path: String
        /// The id of its content.
        var blob: String
    }

    /// The audited folder, which may lie within the repository.
    let folder: String
    /// The same below the root of the repository; nil for the root itself.
    let folderInRepository: String?

    /// Nil when the folder is in no repository. Looked for without starting a process, which most runs then need not do.
    init?(containing folder: String) {
        let start = URL(fileURLWithPath: folder).standardizedFileURL.path
        var place = start
        while true {
            if FileManager.default.fileExists(atPath: place + "/.git") { break }
            guard place != "/", let slash = place.lastIndex(of: "/") else { return nil }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        self.folder = folder
        let below = start.dropFirst(place.count).drop { $0 == "/" }
        folderInRepository = below.isEmpty ? nil : String(below)
    }

    // MARK: Revisions

    /// The full id of a commit.
    func commit(named revision: String) throws -> String {
        guard !revision.hasPrefix("-") else {
            throw CommandFailure("\(revision.shortened) is no revision", status: ExitStatus.usage)
        }
        let output = try run(["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"]) { _ in
            CommandFailure(
                "there is no commit '\(revision.shortened)' in this repository; a shallow clone may lack it (git fetch --unshallow)",
                status: ExitStatus.usage)
        }
        return output.trimmed
    }

    /// Where the work tree's commit and another one parted.
    func mergeBase(with commit: String) throws -> String {
        try run(["merge-base", "HEAD", commit]) { _ in
            CommandFailure(
                "HEAD and \(commit.prefix(12)) have no common commit; a shallow clone may lack it (git fetch --unshallow)",
                status: ExitStatus.usage)
        }.trimmed
    }

    /// The commit of the work tree; nil before the first one.
    var head: String? { try? run(["rev-parse", "--verify", "--quiet", "HEAD"]).trimmed }

    /// The newest commit on the line of first parents that is as old as a day, in UTC; nil when all are younger.
    func commit(of tip: String, onFirstParentsUntil day: CalendarDate) throws -> String? {
        let found = try run(["rev-list", "-1", "--first-parent", "--before=\(day)T23:59:59Z", tip, "--"]).trimmed
        return found.isEmpty ? nil : found
    }

    /// Whether the history ends before its beginning, because it was cut when it was cloned.
    var isShallow: Bool { (try? run(["rev-parse", "--is-shallow-repository"]).trimmed) == "true" }

    /// Whether the work tree differs from its commit: tracked files, and files that nobody ignores.
    var isDirty: Bool? {
        guard let output = try? run(["status", "--porcelain", "--untracked-files=normal", "--", "."]) else {
            return nil
        }
        return !output.isEmpty
    }

    // MARK: Files

    /// The regular files of a commit below the audited folder, in the order of their paths. Links and submodules hold no code.
    func files(of commit: String) throws -> [Entry] {
        try run(["ls-tree", "-r", "-z", "--full-tree", commit + ":" + prefix()]).split(separator: 0).compactMap {
            line in
            // <mode> SP <type> SP <object> TAB <file>
            guard let tab = line.firstIndex(of: 0x09) else { return nil }
            let fields = line[..<tab].split(separator: 0x20)
            guard fields.count == 3, fields[0].starts(with: Array("100".utf8)) else { return nil }
            return Entry(
                path: String(decoding: line[(tab + 1)...], as: UTF8.self),
                blob: String(decoding: fields[2], as: UTF8.self))
        }
    }

    /// The path of the audited folder within the repository, with `/` at its end unless it is the root.
    private func prefix() throws -> String {
        let prefix = try run(["rev-parse", "--show-prefix"]).trimmed
        return prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
    }

    /// The regular files of the index below the audited folder: what the next commit would hold.
    func staged() throws -> [Entry] {
        try indexEntries().sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private func indexEntries() throws -> [Entry] {
        try run(["ls-files", "-s", "-z"]).split(separator: 0).compactMap { line in
            // <mode> SP <object> SP <stage> TAB <file>; other stages than 0 are a merge under way.
            guard let tab = line.firstIndex(of: 0x09) else { return nil }
            let fields = line[..<tab].split(separator: 0x20)
            guard fields.count == 3, fields[0].starts(with: Array("100".utf8)), fields[2].elementsEqual([0x30]) else {
                return nil
            }
            return Entry(
                path: String(decoding: line[(tab + 1)...], as: UTF8.self),
                blob: String(decoding: fields[1], as: UTF8.self))
        }
    }

    /// The content ids of tracked files whose content on disk is the one of the index.
    func unchangedBlobs() throws -> [String: String] {
        var blobs: [String: String] = [:]
        for entry in try indexEntries() { blobs[entry.path] = entry.blob }
        for path in try changedOnDisk() { blobs[path] = nil }
        return blobs
    }

    /// Tracked files whose content on disk is another one than that of the index.
    func changedOnDisk() throws -> [String] {
        try run(["diff-files", "--name-only", "-z", "--relative"]).split(separator: 0).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// A file that the next commit changes.
    struct Change: Equatable {
        /// `A`, `M`, `D`, `T` or `U` (git-diff, --name-status).
        var kind: Character
        var path: String
    }

    /// What the index changes beside HEAD, below the audited folder; a file that was renamed is one that came and one that went.
    func stagedChanges() throws -> [Change] {
        // <kind> NUL <path> NUL …
        let fields = try run([
            "diff-index", "--cached", "--name-status", "-z", "--no-renames", "--relative", "HEAD", "--",
        ])
        .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return stride(from: 0, to: fields.count - 1, by: 2).map {
            Change(kind: fields[$0].first ?? "U", path: fields[$0 + 1])
        }
    }

    // MARK: Process

    /// Runs `git` to its end.
    ///
    /// - Parameter failure: what to tell when it fails, from what it wrote to standard error.
    func run(_ arguments: [String], failure: (String) -> CommandFailure = GitRepository.failure) throws -> [UInt8] {
        let (status, output, complaint) = try finished(arguments)
        guard status == 0 else { throw failure(complaint) }
        return output
    }

    /// The output of a question that may have no answer; nil when there is none, which `git` says with status 1 and no word.
    func answer(_ arguments: [String]) throws -> String? {
        let (status, output, complaint) = try finished(arguments)
        if status == 0 { return output.trimmed }
        guard status == 1, complaint.isEmpty else { throw Self.failure(complaint) }
        return nil
    }

    private func finished(_ arguments: [String]) throws -> (status: Int32, output: [UInt8], complaint: String) {
        let process = Self.process(arguments, in: folder)
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try Self.start(process)
        // Little is written to standard error, so that reading one after the other does not block.
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, Array(bytes), String(decoding: complaint, as: UTF8.self))
    }

    static func failure(_ complaint: String) -> CommandFailure {
        CommandFailure("git: \(complaint.shortened)", status: ExitStatus.unknown)
    }

    static func start(_ process: Process) throws {
        do {
            try process.run()
        } catch {
            throw CommandFailure("git cannot be started: is it installed and on the PATH?", status: ExitStatus.unknown)
        }
    }

    static func process(_ arguments: [String], in folder: String) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["git", "-C", folder, "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["GIT_OPTIONAL_LOCKS"] = "0"
        environment["GIT_TERMINAL_PROMPT"] = "0"
        environment["LC_ALL"] = "C"
        process.environment = environment
        return process
    }
}

extension [UInt8] {
    /// As text without the line's end.
    fileprivate var trimmed: String {
        String(decoding: self, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
