import ArgumentParser

/// `canon audit doubles`: doubles of tests beside the classes that they stand for.
struct AuditDoublesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doubles",
        abstract: "Show how doubles of tests differ from their classes, and add what they lack.",
        discussion: """
            For each double that mock-drift reports: every public method, as the class has it and as the double does, and where \
            production calls it. --fix adds the methods that are missing, as methods that raise NotImplementedError with the \
            contract that they do not keep; it shows the diff, and writes with --apply. Other arguments, a missing async, and \
            methods that the class has not are for people: what a double should do then, no program knows.

            canon audit --rule mock-drift --explain, and --fix, are the same for all doubles.

            Ends with status 1 while something differs, or when a file had to be left as it is.

            EXAMPLES
              canon audit doubles
              canon audit doubles --double FakeBank
              canon audit doubles --fix
              canon audit doubles --fix --apply
            """
    )

    @OptionGroup var options: AuditOptions
    @Option(help: "Only doubles of this name: FakeBank, or tests.doubles.FakeBank.") var double: String?
    @Flag(help: "Show what would be added to doubles that lack methods.") var fix = false
    @Flag(help: "With --fix: write it.") var apply = false

    func validate() throws {
        if apply, !fix { throw ValidationError("--apply goes with --fix") }
        if fix, options.commit != nil { throw ValidationError("--fix works on files on disk, not on a commit") }
    }

    func run() async throws { try DoublesRun(options: options, double: double, fix: fix, apply: apply).run() }
}
