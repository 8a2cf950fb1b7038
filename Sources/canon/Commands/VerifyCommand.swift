import ArgumentParser

/// `canon verify`: what was called done, against what runs.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Say of issues that were called done what became of them.",
        discussion: """
            A claim says that a commit left one implementation of a concept. It is held against the code before that commit, \
            at it, at the commit that was deployed and at HEAD, and against what runs; see `canon verify run --help`.
            """,
        subcommands: [VerifyRunCommand.self, VerifyClaimsCommand.self, VerifyImportCommand.self],
        defaultSubcommand: VerifyRunCommand.self
    )
}
