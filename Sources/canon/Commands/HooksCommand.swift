import ArgumentParser
import Foundation

/// `canon hooks`: the audit before every commit.
struct HooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks",
        abstract: "Let git run the audit before every commit.",
        discussion: """
            The hook looks at what is staged and fails when that adds a finding. Repositories that use the pre-commit \
            framework name the hook `canon-audit` of this repository instead.

            EXAMPLES
              canon hooks install           in the repository of the current folder
              canon hooks uninstall
              git commit --no-verify        once without the hook

            EXIT STATUS
              0 done; 1 refused, because there is another hook; 2 no repository; 3 git cannot be asked
            """,
        subcommands: [Install.self, Uninstall.self]
    )

    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write the pre-commit hook of a repository.")

        @Argument(help: "A folder of the repository.", completion: .directory) var path = "."
        @Option(name: .customLong("fail-on"), help: "The lowest severity that stops a commit.")
        var gate: String?
        @Flag(help: "Say nothing when all went well.") var quiet = false

        func validate() throws {
            if let gate, !PreCommitHook.severities.contains(gate) {
                throw ValidationError("--fail-on is one of \(PreCommitHook.severities.joined(separator: ", "))")
            }
        }

        func run() throws {
            let hook = try PreCommitHook(repositoryOf: path)
            let isNew = try hook.install(gate: gate)
            if !quiet { Terminal.output.writeLine("\(hook.path): \(isNew ? "installed" : "is up to date")") }
        }
    }

    struct Uninstall: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete the hook that canon hooks install wrote.")

        @Argument(help: "A folder of the repository.", completion: .directory) var path = "."
        @Flag(help: "Say nothing when all went well.") var quiet = false

        func run() throws {
            let hook = try PreCommitHook(repositoryOf: path)
            let wasThere = try hook.uninstall()
            if !quiet { Terminal.output.writeLine("\(hook.path): \(wasThere ? "deleted" : "there was none")") }
        }
    }
}

/// The file that git runs before a commit.
struct PreCommitHook {
    static let severities = ["info", "low", "medium", "high", "critical"]
    /// How a hook of ours is told from others.
    private static let mark = "# Written by canon hooks install; canon hooks uninstall deletes it."

    let path: String

    /// - Throws: `CommandFailure` when the folder is in no repository.
    init(repositoryOf folder: String) throws {
        guard let repository = GitRepository(containing: folder) else {
            throw CommandFailure(
                "\(folder.escapingControls) is in no git repository; git init makes one", status: ExitStatus.usage)
        }
        // The place that git itself looks at: worktrees and core.hooksPath move it.
        let output = try repository.run(["rev-parse", "--git-path", "hooks"])
        let folder = URL(
            fileURLWithPath: String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines),
            relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
        path = folder.appendingPathComponent("pre-commit").standardizedFileURL.path
    }

    /// - Returns: false when it was there as it should be.
    /// - Throws: `CommandFailure` when there is another hook, which is left alone.
    func install(gate: String?) throws -> Bool {
        let text = Self.text(gate: gate)
        if let present = try present() {
            if present == text { return false }
            guard present.contains(Self.mark) else {
                throw CommandFailure(
                    "\(path): there is another hook, which was left alone. Add this line to it: "
                        + "\(Self.command(gate: gate)) || exit 1")
            }
        }
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        } catch {
            throw CommandFailure(
                "\(path): cannot be written: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
        return true
    }

    /// - Returns: false when there was none.
    /// - Throws: `CommandFailure` when the hook there is not ours.
    func uninstall() throws -> Bool {
        guard let present = try present() else { return false }
        guard present.contains(Self.mark) else {
            throw CommandFailure("\(path): this hook was not written by canon, so it was left alone")
        }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw CommandFailure(
                "\(path): cannot be deleted: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
        return true
    }

    private func present() throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path): cannot be read", status: ExitStatus.unknown)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func command(gate: String?) -> String {
        "canon audit --staged --quiet" + (gate.map { " --fail-on \($0)" } ?? "")
    }

    static func text(gate: String?) -> String {
        """
        #!/bin/sh
        \(mark)
        if ! command -v canon >/dev/null 2>&1; then
            echo "pre-commit: canon is not on the PATH; install it, or commit with --no-verify" >&2
            exit 1
        fi
        exec \(command(gate: gate))

        """
    }
}
