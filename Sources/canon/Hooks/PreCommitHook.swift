import Foundation

/// The file that git runs before a commit. A hook that stood there before is kept beside it, and runs first.
struct PreCommitHook {
    static let severities = ["info", "low", "medium", "high", "critical"]
    /// How a hook of ours is told from others.
    private static let mark = "# Written by canon hooks install; canon hooks uninstall deletes it."
    private static let earlierName = "pre-commit.before-canon"

    /// Where git looks for it.
    let path: String
    /// Where the hook is kept that stood there before.
    let earlierPath: String
    /// What moves the hooks out of the repository's own folder; nil when nothing does.
    let move: Move?

    /// `core.hooksPath`, as it was set.
    struct Move: Equatable {
        var folder: String
        /// `local`, `worktree`, `global`, `system` or `command`.
        var scope: String

        /// Other repositories run the same hooks.
        var isShared: Bool { scope == "global" || scope == "system" }
    }

    /// What stands at ``path``.
    enum State: Equatable {
        case absent
        case installed(gate: String?, hasEarlier: Bool)
        /// Written by another version, or changed since.
        case outdated(gate: String?)
        /// Git passes over it.
        case notExecutable
        case foreign
    }

    /// - Throws: `CommandFailure` when the folder is in no repository.
    init(repositoryOf folder: String) throws {
        guard let repository = GitRepository(containing: folder) else {
            throw CommandFailure(
                "\(folder.escapingControls) is in no git repository; git init makes one", status: ExitStatus.usage)
        }
        // The place that git itself looks at: worktrees and core.hooksPath move it.
        let output = try repository.run(["rev-parse", "--git-path", "hooks"])
        let hooks = URL(
            fileURLWithPath: String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines),
            relativeTo: URL(fileURLWithPath: folder, isDirectory: true)
        ).standardizedFileURL
        path = hooks.appendingPathComponent("pre-commit").path
        earlierPath = hooks.appendingPathComponent(Self.earlierName).path
        // <scope> TAB <value>
        let setting = try repository.answer(["config", "--show-scope", "--get", "core.hooksPath"])
        move = setting.flatMap { line in
            let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
            return parts.count == 2 ? Move(folder: parts[1], scope: parts[0]) : nil
        }
    }

    // MARK: State

    var state: State {
        get throws {
            guard let text = try present() else { return .absent }
            guard text.contains(Self.mark) else { return .foreign }
            let gate = Self.gate(in: text)
            guard text == Self.text(gate: gate) else { return .outdated(gate: gate) }
            guard FileManager.default.isExecutableFile(atPath: path) else { return .notExecutable }
            return .installed(gate: gate, hasEarlier: Self.exists(earlierPath))
        }
    }

    /// Nil when nothing is there; a link that leads nowhere is something.
    private func present() throws -> String? {
        guard Self.exists(path) else { return nil }
        guard FileManager.default.fileExists(atPath: path) else { return "" }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path): cannot be read", status: ExitStatus.unknown)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func exists(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)) != nil
    }

    private static func gate(in text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let option = words.firstIndex(of: "--fail-on"), option + 1 < words.count else { return nil }
        return severities.first { $0 == words[option + 1] }
    }

    // MARK: Changes

    enum Installation: Equatable {
        case written
        /// Written, and what stood there runs first.
        case chained
        case upToDate
    }

    /// - Throws: `CommandFailure` when the hook would not be this repository's, or hides one that is kept already.
    func install(gate: String?) throws -> Installation {
        if let move, move.isShared {
            throw CommandFailure(
                "core.hooksPath is \(move.folder.escapingControls) for all repositories of this machine (\(move.scope)), so "
                    + "the hook would run in each of them. Give this one its own folder, git config core.hooksPath "
                    + ".git/hooks, or add this line to the hook there: \(Self.command(gate: gate)) || exit 1")
        }
        let state = try state
        if case .installed(gate, _) = state { return .upToDate }
        guard state == .foreign else {
            try write(gate: gate)
            return .written
        }
        guard !Self.exists(earlierPath) else {
            throw CommandFailure(
                "\(path): there is another hook, and \(Self.earlierName) beside it is one that stood there before. Join the two "
                    + "in pre-commit, delete the other one, then run canon hooks install again")
        }
        try moveItem(path, to: earlierPath)
        do {
            try write(gate: gate)
        } catch {
            try moveItem(earlierPath, to: path)
            throw error
        }
        return .chained
    }

    enum Removal: Equatable {
        case deleted
        /// The hook that stood there before stands there again.
        case restored
        case nothing
    }

    /// - Throws: `CommandFailure` when the hook there is not ours.
    func uninstall() throws -> Removal {
        let state = try state
        guard state != .foreign else {
            throw CommandFailure("\(path): this hook was not written by canon, so it was left alone")
        }
        if Self.exists(earlierPath) {
            // Takes the place of ours, as it was: a file keeps its bytes and its mode, a link stays one.
            try moveItem(earlierPath, to: path)
            return .restored
        }
        guard state != .absent else { return .nothing }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw CommandFailure(
                "\(path): cannot be deleted: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
        return .deleted
    }

    private func write(gate: String?) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(Self.text(gate: gate).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        } catch {
            throw CommandFailure(
                "\(path): cannot be written: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
    }

    /// In one step: there is always a hook at one of the two places.
    private func moveItem(_ source: String, to target: String) throws {
        guard rename(source, target) == 0 else {
            throw CommandFailure(
                "\(source): cannot be moved to \(target): \(SystemError(code: errno))", status: ExitStatus.unknown)
        }
    }

    // MARK: Text

    private static func command(gate: String?) -> String {
        "canon audit --staged --quiet" + (gate.map { " --fail-on \($0)" } ?? "")
    }

    static func text(gate: String?) -> String {
        """
        #!/bin/sh
        \(mark)
        # The hook that stood here before runs first; more is for that one, this file is written anew with each version. Git runs no
        # hook that is not executable.
        earlier=$(dirname "$0")/\(earlierName)
        if [ -x "$earlier" ]; then
            "$earlier" "$@" || exit $?
        fi
        if ! command -v canon >/dev/null 2>&1; then
            echo "pre-commit: canon is not on the PATH; install it, or commit with --no-verify" >&2
            exit 1
        fi
        exec \(command(gate: gate))

        """
    }
}
