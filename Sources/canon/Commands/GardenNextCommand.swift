import ArgumentParser
import CanonAudit
import CanonWire
import Foundation

/// `canon garden next`: the worst concept, as a tracking file.
struct GardenNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Write a tracking file about the concept that does most harm.",
        discussion: """
            Harm is a sum of counts in live code: consumers on wrong paths + 10 x (implementations - 1) + 10 x state that users \
            share + such state that a person has to look at. A concept that is tracked already is not written again.

            The kind is regression when a closed claim of canon-claims.yaml, a closed tracking file or a sampled commit says that it \
            was done before; else incomplete-migration when some consumers are bound and a layer keeps old names alive; else \
            duplicate.

            Ends with status 0 when a file was written or no concept does harm, 1 when the concept has an open file already, 2 for \
            a command line or manifest that cannot be used, 3 when something could not be read (the file says what).

            EXAMPLES
              canon garden next
              canon garden next services/chat --concept rooms
              canon garden next --commit v1.4 --output /tmp/ssot
              canon garden next --history-seconds 0     without asking git
            """
    )

    @Argument(help: "The folder with the program.", completion: .directory) var path = "."
    @Option(help: "This concept instead of the worst one.") var concept: String?
    @Option(help: "The folder for the file; default: docs/ssot in the program's folder.", completion: .directory)
    var output: String?
    @Option(
        help: "Closed issues (YAML); default: canon-claims.yaml in the program's folder, if it is there.",
        completion: .file(extensions: ["yaml"]))
    var claims: String?
    @Option(help: "How many commits are measured to see whether it was done before, 2 to 500; 0: none.") var samples = 6
    @Option(help: "How long git may look for the first commits of the causes, in seconds, 0 to 3600; 0: not at all.")
    var historySeconds = 30
    @Option(help: "How many lines a list in the file has at most; 0: all of them.") var lines = TrackingDraft.usualMost
    @Option(help: "How to answer: terminal or json.") var format = ReportFormat.terminal
    @OptionGroup var source: SourceOptions

    func validate() throws {
        guard samples == 0 || (2...500).contains(samples) else {
            throw ValidationError("--samples is 0, or 2 to 500; \(samples) is not")
        }
        guard lines >= 0 else { throw ValidationError("--lines is 0 or more; \(lines) is not") }
        guard (0...3600).contains(historySeconds) else {
            throw ValidationError("--history-seconds is 0 to 3600; \(historySeconds) is not")
        }
    }

    func run() async throws {
        let reading = try GardenReading(root: path, source: source)
        let folder = GardenFolder(root: path, named: output)
        let entries = try folder.entries()
        for entry in entries {
            if case .failure(let problem) = entry.content {
                Terminal.errors.writeLine("note: \(GardenFolder.damaged(entry.path, problem))")
            }
        }
        guard let name = try subject(reading) else {
            say(nothing: reading)
            return try reading.requireComplete()
        }
        if let open = GardenFolder.open(entries)[name] {
            throw CommandFailure(
                "\(name.shortened) is tracked by \(open.path.escapingControls) already; bring it up to date: canon garden update "
                    + GardenAction.shell(open.path) + target)
        }
        let survey = try reading.survey(name, besides: [folder.path])
        var draft = try draft(survey, reading, entries, folder)
        draft.target = target
        try GardenFolder.create(draft.file, draft.text)
        say(draft)
        try reading.requireComplete()
    }

    /// Nil when nothing does harm.
    private func subject(_ reading: GardenReading) throws -> String? {
        let ranking = ConceptHarm.ranking(reading.report, in: reading.audit.context)
        if let concept {
            let found = try reading.concept(concept)
            guard let harm = ranking.first(where: { $0.concept == concept }) else {
                throw GardenReading.withoutCanonical(found)
            }
            return harm.total > 0 ? concept : nil
        }
        for lost in reading.audit.context.concepts where lost.canonical == nil {
            Terminal.errors.writeLine("note: \(GardenReading.withoutCanonical(lost))")
        }
        guard let worst = ranking.first else {
            throw CommandFailure("no concept could be measured", status: ExitStatus.usage)
        }
        return worst.total > 0 ? worst.concept : nil
    }

    /// What commands take to find the same program.
    private var target: String {
        (path == "." ? "" : " --root \(GardenAction.shell(path))")
            + (source.config.map { " --config \(GardenAction.shell($0))" } ?? "")
    }

    // MARK: Draft

    private func draft(
        _ survey: ConceptSurvey, _ reading: GardenReading, _ entries: [GardenFolder.Entry], _ folder: GardenFolder
    ) throws -> TrackingDraft {
        let before = Precedents(
            reader: reading.reader, manifest: reading.audit.input.manifest, concept: survey.name)
        var precedents = try before.claims(claims) + Precedents.files(entries, concept: survey.name)
        var note: String?
        var origins: [RootCause: TrackingDraft.Origin] = [:]
        if let repository = reading.reader.repository, let tip = reading.report.commit {
            if samples > 0 { precedents += try sampled(before, tip) }
            if historySeconds > 0 {
                let causes = Array(survey.causes.prefix(lines == 0 ? survey.causes.count : lines))
                origins = FirstCommits(repository: repository, tip: tip).origins(
                    of: causes, within: Double(historySeconds))
                if repository.isShallow {
                    note = "this clone is shallow, so older ones are not known"
                } else if origins.count < causes.count {
                    note =
                        "\(origins.count) of \(causes.count) were found within \(historySeconds) s (--history-seconds)"
                }
            } else {
                note = "git was not asked (--history-seconds 0)"
            }
        } else {
            note = "not known outside of a git repository"
        }
        let kind = GardenKind(
            bound: survey.harm.consumers - survey.harm.wrongPaths, layers: survey.facts.layers,
            wasDone: !precedents.isEmpty)
        var number = 1
        var title = GardenNames.title(kind, survey.name)
        let taken = Set(entries.map { ($0.path as NSString).lastPathComponent })
        while taken.contains(title + ".md") {
            number += 1
            title = GardenNames.title(kind, survey.name, number: number)
        }
        var draft = TrackingDraft(
            survey: survey, kind: kind, title: title, day: ManifestFile.today, file: "\(folder.path)/\(title).md")
        draft.most = lines == 0 ? nil : lines
        draft.origins = origins
        draft.precedents = precedents
        draft.historyNote = note
        return draft
    }

    private func sampled(_ before: Precedents, _ tip: String) throws -> [String] {
        var bar = ProgressBar("Commits", on: Terminal(descriptor: STDERR_FILENO, quiet: source.quiet))
        defer { bar.finish() }
        do {
            return try before.history(until: tip, samples: samples) { bar.update(done: $0, of: $1) }
        } catch let failure as CommandFailure {
            Terminal.errors.writeLine("note: the history says nothing: \(failure.description)")
            return []
        }
    }

    // MARK: Answer

    private func say(nothing reading: GardenReading) {
        switch format {
        case .json: GardenJSON.print(GardenJSON.object(["file": .null]))
        case .terminal:
            guard !source.quiet else { return }
            let what = concept.map { "\($0.escapingControls) does" } ?? "no concept does"
            Terminal.output.writeLine("\(what) no harm that the audit can measure.")
        }
    }

    private func say(_ draft: TrackingDraft) {
        let harm = draft.survey.harm
        switch format {
        case .json:
            let tests = draft.survey.tests
            GardenJSON.print(
                GardenJSON.object([
                    "file": .string(draft.file), "concept": .string(draft.survey.name),
                    "kind": .string(draft.kind.rawValue), "harm": GardenJSON.harm(harm),
                    "tests": [
                        "protects": .int(Int64(tests.protecting.count)),
                        "will_break": .int(Int64(tests.breaking.count)),
                        "gap": .int(Int64(tests.gaps.count)),
                    ],
                ]))
        case .terminal:
            let output = Terminal.output
            output.writeLine(draft.file.escapingControls)
            guard !source.quiet else { return }
            output.writeLine(
                "\(draft.survey.name.escapingControls): \(draft.kind.rawValue); harm \(harm.sum) (wrong paths + 10 x further "
                    + "implementations + 10 x shared state + shared state in review)")
        }
    }
}
