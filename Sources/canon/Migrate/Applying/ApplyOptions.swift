import ArgumentParser

/// What `canon migrate` takes to change files and not only to plan.
struct ApplyOptions: ParsableArguments {
    @Flag(help: "Change the files: all of them, or, when anything speaks against it, none.") var apply = false
    @Option(
        help: ArgumentHelp(
            "With --apply: run this in a copy of the changed tree first; nothing is changed unless it ends with 0.",
            valueName: "command"))
    var verify: String?
    @Option(help: "How long --verify may take, such as 90s or 2h.") var verifyTimeout = TimeSpan(argument: "30m")!
    @Flag(help: "Complete or undo a migration that was interrupted, and do nothing else.") var recover = false

    func validate() throws {
        if recover, apply || verify != nil { throw ValidationError("--recover goes with nothing else") }
        if verify != nil, !apply { throw ValidationError("--verify goes with --apply: a plan alone changes nothing") }
    }
}
