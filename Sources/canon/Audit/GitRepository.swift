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
        // <mode> SP <type> SP <object> TAB <file>
        try Self.lines(of: run(["ls-tree", "-r", "-z", "--full-tree", commit + ":" + prefix()])) { line in
            line.isRegularFile ? line.entry(blob: line.field(2)) : nil
        }
    }

    /// The path of the audited folder within the repository, with `/` at its end unless it is the root.
    private func prefix() throws -> String {
        let prefix = try run(["rev-parse", "--show-prefix"]).trimmed
        return prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
    }

    /// The regular files of the index below the audited folder, in the order of their paths: what the next commit would hold.
    func staged() throws -> [Entry] {
        // <mode> SP <object> SP <stage> TAB <file>; other stages than 0 are a merge under way.
        let entries = try Self.lines(of: run(["ls-files", "-s", "-z"])) { line in
            line.isRegularFile && line.field(2).elementsEqual([0x30]) ? line.entry(blob: line.field(1)) : nil
        }
        let isSorted = zip(entries, entries.dropFirst()).allSatisfy { Self.isBefore($0, $1) }
        return isSorted ? entries : entries.sorted(by: Self.isBefore)
    }

    /// By the bytes of the paths.
    static func isBefore(_ a: Entry, _ b: Entry) -> Bool {
        let order = a.path.utf8.withContiguousStorageIfAvailable { a in
            b.path.utf8.withContiguousStorageIfAvailable { b in
                guard let left = a.baseAddress, let right = b.baseAddress else { return a.count < b.count }
                let order = memcmp(left, right, min(a.count, b.count))
                return order < 0 || order == 0 && a.count < b.count
            }
        }
        return (order ?? nil) ?? a.path.utf8.lexicographicallyPrecedes(b.path.utf8)
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
        /// What HEAD has there, when that is a regular file.
        var before: Entry?
        /// What the index has there, likewise.
        var now: Entry?
    }

    /// What the index changes beside HEAD, below the audited folder; a file that was renamed is one that came and one that went.
    func stagedChanges() throws -> [Change] {
        // :<mode before> SP <mode now> SP <object before> SP <object now> SP <kind> NUL <path> NUL …
        let output = try run([
            "diff-index", "--cached", "--raw", "--no-abbrev", "-z", "--no-renames", "--relative", "HEAD", "--",
        ])
        let parts = output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return stride(from: 0, to: parts.count - 1, by: 2).map { number in
            let fields = parts[number].dropFirst().split(separator: " ")
            let path = parts[number + 1]
            guard fields.count == 5 else { return Change(kind: "U", path: path) }
            func entry(_ mode: Substring, _ blob: Substring) -> Entry? {
                mode.hasPrefix("100") ? Entry(path: path, blob: String(blob)) : nil
            }
            return Change(
                kind: fields[4].first ?? "U", path: path, before: entry(fields[0], fields[2]),
                now: entry(fields[1], fields[3]))
        }
    }

    // MARK: Listings

    /// A line in which git names a file: fields with blanks between them, a tab, the path.
    private struct ListingLine {
        private let head: UnsafeRawBufferPointer.SubSequence
        private let path: UnsafeRawBufferPointer.SubSequence

        init?(_ line: UnsafeRawBufferPointer.SubSequence) {
            guard let tab = line.firstIndex(of: 0x09) else { return nil }
            head = line[..<tab]
            path = line[(tab + 1)...]
        }

        var isRegularFile: Bool { head.starts(with: Self.regular) }
        private static let regular = Array("100".utf8)

        /// From 0; empty when there are fewer.
        func field(_ number: Int) -> UnsafeRawBufferPointer.SubSequence {
            var start = head.startIndex
            for _ in 0..<number {
                guard let blank = head[start...].firstIndex(of: 0x20) else { return head[head.endIndex...] }
                start = blank + 1
            }
            return head[start..<(head[start...].firstIndex(of: 0x20) ?? head.endIndex)]
        }

        func entry(blob: UnsafeRawBufferPointer.SubSequence) -> Entry? {
            guard !blob.isEmpty else { return nil }
            return Entry(path: String(decoding: path, as: UTF8.self), blob: String(decoding: blob, as: UTF8.self))
        }
    }

    /// Reads lines that end with NUL.
    private static func lines(of output: [UInt8], _ entry: (ListingLine) -> Entry?) -> [Entry] {
        output.withUnsafeBytes { bytes in
            var entries: [Entry] = []
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: 0) ?? bytes.count
                if let line = ListingLine(bytes[start..<end]), let entry = entry(line) { entries.append(entry) }
                start = end + 1
            }
            return entries
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
        let (output, errors) = try Self.start(process) {
            let pipes = (Pipe(), Pipe())
            process.standardOutput = pipes.0
            process.standardError = pipes.1
            process.standardInput = FileHandle.nullDevice
            return pipes
        }
        // Little is written to standard error, so that reading one after the other does not block.
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, Array(bytes), String(decoding: complaint, as: UTF8.self))
    }

    static func failure(_ complaint: String) -> CommandFailure {
        CommandFailure("git: \(complaint.shortened)", status: ExitStatus.unknown)
    }

    static func start(_ process: Process) throws { try start(process) {} }

    /// Starts a process.
    ///
    /// One after the other: a process that is started while the pipes of another one are open here would hold them open as long as it
    /// lives, and whoever waits for their end would wait for both.
    ///
    /// - Parameter connect: makes the pipes of the process.
    static func start<Ends>(_ process: Process, connecting connect: () -> Ends) throws -> Ends {
        starting.lock()
        defer { starting.unlock() }
        let ends = connect()
        do {
            try process.run()
        } catch {
            throw CommandFailure("git cannot be started: is it installed and on the PATH?", status: ExitStatus.unknown)
        }
        return ends
    }

    private static let starting = NSLock()

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
