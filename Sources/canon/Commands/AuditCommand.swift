import ArgumentParser

/// `canon audit`: which implementations stand where one should.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract:
            "Find second implementations, stray import paths, shared state, and whatever else stands where one should.",
        discussion: """
            Nothing is executed. Without a manifest (the audit: section of canon.yaml) the most fragmented concepts are found \
            by themselves; canon audit --init writes a manifest to start from.

            The name of a subcommand wins over a folder of the same name: write ./map for the folder.
            """,
        subcommands: [
            AuditRunCommand.self, AuditExplainCommand.self, AuditCompareCommand.self, AuditAcceptCommand.self,
            AuditPruneCommand.self, AuditRegistryCommand.self, AuditMapCommand.self, AuditRulesCommand.self,
            AuditReplayCommand.self, AuditWhereCommand.self, AuditHistoryCommand.self, AuditDoublesCommand.self,
        ],
        defaultSubcommand: AuditRunCommand.self
    )
}
