/// What a new tracking file says: facts, each with its place, and nothing else.
public struct TrackingDraft: Sendable {
    /// The commit that brought something.
    public struct Origin: Hashable, Sendable {
        public var commit: String
        public var day: String
        public var subject: String
        /// What the file was called before is not known, so that it may be older.
        public var isAtThisPath = false

        public init(commit: String, day: String, subject: String) {
            self.commit = commit
            self.day = day
            self.subject = subject
        }
    }

    public var survey: ConceptSurvey
    public var kind: GardenKind
    public var title: String
    public var day: CalendarDate
    /// By root cause; one that is not here is not known.
    public var origins: [RootCause: Origin] = [:]
    /// What says that it was done before.
    public var precedents: [String] = []
    /// How command lines name the file, and how they find the program: ` --root services/chat`.
    public var file: String
    public var target = ""
    /// Why the first commits are not known, when none could be asked for.
    public var historyNote: String?

    public init(survey: ConceptSurvey, kind: GardenKind, title: String, day: CalendarDate, file: String) {
        self.survey = survey
        self.kind = kind
        self.title = title
        self.day = day
        self.file = file
    }

    /// So many lines of a list stand in the file, and the rest is counted; nil: all of them.
    public var most: Int? = usualMost
    public static let usualMost = 25

    public var text: String {
        ([head, impact, evidence, rootCauses, tests] + (survey.facts.plan.map { [plan($0)] } ?? []) + [steps, figures])
            .joined(separator: "\n")
    }

    // MARK: Head

    private var firstOpen: GardenBox? { boxes.first { survey.facts.holds($0) != true } }

    private var boxes: [GardenBox] { GardenBox.allCases.filter { $0.isRequired || survey.facts.plan != nil } }

    private var head: String {
        let action = GardenAction.text(firstOpen, survey.facts, file: file, target: target)
        var lines = [
            "# \(title)", "", TrackingMarkers.header(kind, survey.name), "",
            "- \(TrackingMarkers.stateLabel)open \(TrackingMarkers.state)",
            "- \(TrackingMarkers.nextLabel)\(TrackingMarkers.oneLine(action)) \(TrackingMarkers.next)",
            "- **Concept:** \(MarkdownText.escaped(survey.name)); canonical: \(Self.code(survey.concept.canonical.value))"
                + (survey.concept.canonical.value == survey.canonical
                    ? "" : ", which is \(Self.code(survey.canonical))"),
            "- **Kind:** \(kind.rawValue): \(kind.meaning)",
        ]
        for precedent in precedents { lines.append("  - \(MarkdownText.escaped(precedent))") }
        if let priority = survey.priority { lines.append("- **Priority:** \(priority.rawValue)") }
        if let owner = survey.concept.owner { lines.append("- **Owner:** \(MarkdownText.escaped(owner))") }
        lines.append(
            "- **Harm:** wrong paths + \(ConceptHarm.weight) x (implementations - 1) + \(ConceptHarm.weight) x shared state "
                + "+ shared state in review = \(survey.harm.sum)")
        lines.append("- **Measured:** \(day), commit \(GardenFigures.commit(survey.facts))")
        for gap in survey.facts.incomplete.prefix(5) {
            lines.append("- **Not read:** \(Self.code("\(gap.path)")) \(MarkdownText.escaped(gap.text))")
        }
        lines += [
            "",
            "Write what you like. The boxes, the state, the next action and the figures are kept up to date by",
            "`canon garden update \(GardenAction.shell(file))\(target)`; it leaves every other line as it is.", "",
        ]
        return lines.joined(separator: "\n")
    }

    private var impact: String {
        var text = "## Impact\n\n"
        text +=
            survey.concept.impact.map { MarkdownText.escaped($0) + "\n" }
            ?? "Not stated: the concept has no `impact` in the manifest.\n"
        if survey.concept.isOnGoldenPath { text += "\nThe manifest has it on the golden path.\n" }
        return text
    }

    // MARK: Evidence

    private var evidence: String {
        let harm = survey.harm
        var text = "## Evidence\n\n### Implementations: \(harm.implementations)\n\n"
        text += list(survey.implementations) { item in
            "\(Self.place(item.path, item.line)) \(Self.code(item.symbol)), \(AuditFigures.counted(item.lines, "line")), "
                + "imported by \(AuditFigures.counted(item.consumers, "live module"))"
                + (item.symbol == survey.canonical
                    ? ", canonical" : item.isCanonical ? ", behind the canonical object" : "")
        }
        text += "\n### Consumers on wrong paths: \(harm.wrongPaths) of \(harm.consumers)\n\n"
        text += list(survey.strays) { stray in
            "\(Self.place(stray.evidence)) \(Self.code(stray.evidence.text))"
                + (stray.more > 0 ? ", and \(AuditFigures.counted(stray.more, "further statement"))" : "")
        }
        text +=
            "\n### State that users share: \(harm.sharedState), and \(harm.sharedStateInReview) that a person has to look at\n\n"
        text += list(survey.sharedState) { finding in
            "\(Self.place(finding.path, finding.line)) \(MarkdownText.escaped(finding.message)) (`\(finding.fingerprint)`"
                + (finding.confidence == .review ? ", in review)" : ")")
        }
        return text
    }

    private var rootCauses: String {
        var text = "## Root causes\n\nRanked by the live modules that import them. What is not known is left blank.\n\n"
        guard !survey.causes.isEmpty else { return text + "None was found.\n" }
        if let note = historyNote { text += "First commits: \(MarkdownText.escaped(note)).\n\n" }
        if origins.values.contains(where: \.isAtThisPath) {
            text += "At this path: what the file was called before could not be read, so it may be older.\n\n"
        }
        text += "| # | What | Where | Imported by | First commit |\n|---|---|---|---|---|\n"
        for (index, cause) in survey.causes.prefix(most ?? survey.causes.count).enumerated() {
            let origin = origins[cause].map {
                "`\($0.commit.prefix(12))` \($0.day)\($0.isAtThisPath ? " at this path" : ""): "
                    + MarkdownText.escaped($0.subject)
            }
            text +=
                "| \(index + 1) | \(cause.kind.rawValue) \(Self.code(cause.symbol)) | \(Self.place(cause.path, cause.line)) | "
                + "\(cause.consumers) | \(origin ?? "") |\n"
        }
        return text + more(survey.causes.count)
    }

    // MARK: Tests

    private var tests: String {
        let tests = survey.tests
        var text = "## Tests\n\nTest files that import the concept, or name it in a text that a call takes.\n\n"
        text += "### Protects: \(TestSplit.count(tests.protecting))\n\n"
        text += "They use the canonical object in the registered way, so they have to pass before and after.\n\n"
        text += files(tests.protecting)
        text += "\n### Will break: \(TestSplit.count(tests.breaking))\n\nThey use what is to go.\n\n"
        text += files(tests.breaking)
        text += "\n### Gap: \(TestSplit.count(tests.gaps))\n\nThey prove nothing as they are.\n\n"
        text += files(tests.gaps)
        if !tests.uncalled.isEmpty {
            text +=
                "\nMethods that live consumers call, and of which no protecting test calls one of that name: "
                + tests.uncalled.map { Self.code($0) }.joined(separator: ", ") + "\n"
        }
        if !tests.doubles.isEmpty {
            text += "\n### Doubles: \(tests.doubles.count)\n\n"
            text += list(tests.doubles) { "\(Self.place($0)) \(Self.code($0.text))" }
        }
        return text
    }

    private func files(_ files: [TestSplit.File]) -> String {
        list(files) { file in
            "\(Self.place(file.path, file.line)) \(AuditFigures.counted(file.tests, "test")): "
                + (file.line > 0 ? Self.code(file.reason) : MarkdownText.escaped(file.reason))
        }
    }

    // MARK: Plan, steps, figures

    private func plan(_ plan: GardenPlan) -> String {
        let amount =
            "\(AuditFigures.counted(plan.statements, "statement")) in \(AuditFigures.counted(plan.files, "file"))"
        var text = "## Plan\n\n"
        if plan.unfit.isEmpty {
            text += "`\(plan.command)` changes \(amount) and deletes \(AuditFigures.counted(plan.deleted, "file")).\n"
        } else {
            text +=
                "`\(plan.command)` stops: \(AuditFigures.counted(plan.unfit.count, "call site"))"
                + "\(plan.unfit.count == 1 ? " does" : " do") not fit the canonical object. Without the files of these "
                + "(`--skip-unfit`) it changes \(amount).\n"
        }
        func section(_ title: String, _ items: [Evidence]) {
            guard !items.isEmpty else { return }
            text += "\n### \(title): \(items.count)\n\n"
            text += list(items) { "\(Self.place($0)) \(MarkdownText.escaped($0.text))" }
        }
        section("Does not fit", plan.unfit)
        section("Stays as it is", plan.left)
        section("Can be removed", plan.removable)
        section("Cannot be removed yet", plan.blocked)
        section("Could not be read", plan.unread)
        return text
    }

    private var steps: String {
        var text = "## Steps\n"
        for (step, title) in GardenBox.steps.enumerated() {
            text += "\n### Step \(step): \(title)\n\n"
            for box in boxes where box.step == step {
                text += box.line(isTicked: survey.facts.holds(box) == true) + "\n"
            }
        }
        return text
    }

    private var figures: String {
        "## Figures\n\n"
            + (GardenFigures.header + [GardenFigures(day: day, facts: survey.facts).row, TrackingMarkers.figures, ""])
            .joined(separator: "\n")
    }

    // MARK: Writing

    private func list<Item>(_ items: [Item], _ text: (Item) -> String) -> String {
        guard !items.isEmpty else { return "None.\n" }
        return items.prefix(most ?? items.count).map { "- \(text($0))\n" }.joined() + more(items.count)
    }

    private func more(_ count: Int) -> String {
        guard let most, count > most else { return "" }
        return "\n… and \(count - most) more; a file written with `--lines 0` has all of them\n"
    }

    private static func place(_ evidence: Evidence) -> String { place(evidence.path, evidence.line) }
    private static func place(_ path: String, _ line: Int) -> String { code(line > 0 ? "\(path):\(line)" : path) }
    private static func code(_ text: String) -> String { "`\(MarkdownText.code(text))`" }
}
