import ArgumentParser
import Foundation

/// `canon hooks`: the audit before every commit.
struct HooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks",
        abstract: "Let git run the audit before every commit.",
        discussion: """
            The hook looks at what is staged, not at the work tree, and fails when that adds a finding. A hook that is there \
            already is kept and runs first; uninstall puts it back as it was. Repositories that use the pre-commit framework \
            name the hook `canon-audit` of this repository instead.

            EXAMPLES
              canon hooks install           in the repository of the current folder
              canon hooks status
              canon hooks uninstall
              git commit --no-verify        once without the hook

            EXIT STATUS
              0 done, and for status: installed; 1 refused, and for status: not as it should be; 2 no repository; 3 git cannot \
            be asked
            """,
        subcommands: [Install.self, Uninstall.self, Status.self]
    )

    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Write the pre-commit hook of a repository.")

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
            let what =
                switch try hook.install(gate: gate) {
                case .written: "installed"
                case .chained: "installed; the hook that was there is kept as \(hook.earlierPath) and runs first"
                case .upToDate: "is up to date"
                }
            if !quiet { Terminal.output.writeLine("\(hook.path): \(what)") }
        }
    }

    struct Uninstall: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "uninstall",
            abstract: "Delete the hook that canon hooks install wrote, and put the one before it back.")

        @Argument(help: "A folder of the repository.", completion: .directory) var path = "."
        @Flag(help: "Say nothing when all went well.") var quiet = false

        func run() throws {
            let hook = try PreCommitHook(repositoryOf: path)
            let what =
                switch try hook.uninstall() {
                case .deleted: "deleted"
                case .restored: "is the hook again that stood there before"
                case .nothing: "there was none"
                }
            if !quiet { Terminal.output.writeLine("\(hook.path): \(what)") }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Say whether the hook is there and as it should be; status 1 when it is not.")

        @Argument(help: "A folder of the repository.", completion: .directory) var path = "."
        @Flag(help: "Say nothing, but end with the status.") var quiet = false

        func run() throws {
            let hook = try PreCommitHook(repositoryOf: path)
            let (isRight, what) = Self.words(try hook.state)
            if !quiet {
                Terminal.output.writeLine("\(hook.path): \(what)")
                if let move = hook.move {
                    Terminal.output.writeLine(
                        "core.hooksPath is \(move.folder.escapingControls) (\(move.scope)), so git looks there"
                            + (move.isShared ? ", in every repository" : ""))
                }
            }
            guard isRight else { throw ExitStatus.failed }
        }

        static func words(_ state: PreCommitHook.State) -> (isRight: Bool, text: String) {
            switch state {
            case .absent: (false, "not installed; canon hooks install writes it")
            case .installed(let gate, let hasEarlier):
                (
                    true,
                    "installed" + (gate.map { ", stops at \($0)" } ?? "")
                        + (hasEarlier ? ", after the hook that stood there before" : "")
                )
            case .outdated(let gate):
                (
                    false,
                    "out of date; canon hooks install\(gate.map { " --fail-on \($0)" } ?? "") writes it anew"
                )
            case .notExecutable: (false, "not executable, so git does not run it; canon hooks install mends it")
            case .foreign: (false, "another hook; canon hooks install keeps it and runs it first")
            }
        }
    }
}
