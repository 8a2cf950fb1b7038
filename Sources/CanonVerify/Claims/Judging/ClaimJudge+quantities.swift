extension ClaimJudge {
    /// The words that say what is counted, without those that say nothing.
    static func searchWords(_ quantity: ClaimQuantity) -> [String] {
        var words = quantity.words.filter { $0 != "based" && $0 != "related" && $0 != "specific" }
        while let last = words.last, ClaimWords.trailing.contains(last) { words.removeLast() }
        if let last = words.popLast() { words.append(ClaimWords.singular(last)) }
        return words
    }

    static func quantityPatterns(_ quantity: ClaimQuantity) -> [SearchPattern] {
        var patterns: [SearchPattern] = []
        switch quantity.unit {
        case .files, .testFiles, .folders, .tests:
            let words = searchWords(quantity)
            if !words.isEmpty { patterns.append(.words(words)) }
            if !quantity.label.isEmpty { patterns.append(.words(quantity.label)) }
        case .factories: patterns.append(.words(["factory"]))
        default: break
        }
        let place = locationWords(quantity)
        if !place.isEmpty { patterns.append(.words(place)) }
        return patterns
    }

    /// Words of a place that could be a folder.
    static func locationWords(_ quantity: ClaimQuantity) -> [String] {
        quantity.location.filter { !generalPlaces.contains($0) }
    }

    private static let generalPlaces: Set<String> = [
        "test", "tests", "file", "files", "suite", "codebase", "code", "repository", "repo", "project", "tree", "the",
        "last",
        "hour", "hours", "day", "single", "service", "infrastructure", "module", "modules", "directory", "directories",
        "all",
    ]

    /// A number is reproduced when one sensible way to count gives it; every way is shown.
    func judge(_ quantity: ClaimQuantity, _ statement: ClaimStatement, document: Int) -> ClaimJudgement {
        let measured = measure(quantity, statement, document: document)
        if measured.figures.isEmpty {
            return .open(measured.gap, measured.reason, remedy: measured.remedy)
        }
        let fitting = measured.figures.firstIndex { quantity.holds(for: $0.value) }
        let all = measured.figures.map { "\($0.text) \($0.definition)" }.joined(separator: "; ")
        var judgement: ClaimJudgement
        if quantity.isVague, measured.figures.contains(where: { $0.value >= quantity.value }) {
            judgement = .open(
                .definition, "which of them are meant is not said: \(all)", remedy: "name what was counted")
        } else if let fitting, measured.isDefined || quantity.bound == .exactly {
            // A bound that some number or other keeps says nothing when it is open which number is meant.
            let figure = measured.figures[fitting]
            let bound = quantity.bound == .exactly ? "" : " (\(quantity.text))"
            var others = measured.figures
            others.remove(at: fitting)
            // The other ways to count are no less right.
            let rest = others.map { "\($0.text) \($0.definition)" }.joined(separator: "; ")
            judgement = .holds(
                "\(figure.text) \(figure.definition)\(bound)" + (rest.isEmpty ? "" : "; counted otherwise: \(rest)"))
        } else if measured.isDefined {
            judgement = .fails(all)
        } else {
            judgement = .open(.definition, "\(measured.reason): \(all)", remedy: measured.remedy)
        }
        judgement.figures = measured.figures
        return judgement
    }

    /// What was measured for a quantity.
    struct Measured {
        var figures: [ClaimFigure] = []
        /// Whether the statement says what was counted, so that other figures contradict it.
        var isDefined = true
        /// Why there are no figures, or why they decide nothing.
        var gap = ClaimGap.definition
        var reason = ""
        var remedy: String?
    }

    private func measure(_ quantity: ClaimQuantity, _ statement: ClaimStatement, document: Int) -> Measured {
        switch quantity.unit {
        case .files, .testFiles:
            if let issue = Self.issue(quantity.label) { return measure(commitsOf: issue, quantity) }
            if quantity.unit == .testFiles, Self.searchWords(quantity).isEmpty,
                let named = namedTests(statement, document: document)
            {
                return named.files
            }
            return files(quantity)
        case .folders: return folders(quantity, document: document)
        case .tests: return tests(quantity, statement, document: document)
        case .testClasses: return testClasses(quantity)
        case .syntaxErrors: return syntaxErrors(quantity)
        case .implementations, .classes: return implementations(quantity, document: document)
        case .factories, .importPaths: return ofConcept(quantity, document: document)
        case .fixes, .commits:
            if let issue = Self.issue(quantity.label) { return measure(commitsOf: issue, quantity) }
            return Measured(
                reason: "which \(quantity.noun) are meant is not said", remedy: "name the issue or the range of commits"
            )
        case .lines: return lines(quantity)
        case .percent: return percentage(quantity, document: document)
        case .functions:
            return Measured(reason: "of which file or class is not said", remedy: "name the file")
        case .testResults:
            return Measured(
                gap: .evidence, reason: "tests are never run here",
                remedy: "keep the JUnit report of that run with the document")
        case .occurrences:
            return Measured(
                gap: .evidence, reason: "that is in a log, not in the tree",
                remedy: "canon logs over the log of that time")
        case .duration:
            return Measured(
                gap: .evidence, reason: "nothing is run here", remedy: "canon load or canon probe against the service")
        case .judgements:
            return Measured(
                reason: "what counts as one of these \(quantity.noun) is not said",
                remedy: "name the command or rule that counted, and its commit")
        case .money: return Measured(gap: .outside, reason: "money is not in the tree")
        }
    }

    private static func issue(_ label: [String]) -> Int? {
        guard label.first == "issue", label.count > 1 else { return nil }
        return Int(label[1])
    }

    func measure(commitsOf issue: Int, _ quantity: ClaimQuantity) -> Measured {
        switch evidence.commits(namingIssue: issue) {
        case .unknown(let reason, let remedy): return Measured(gap: .evidence, reason: reason, remedy: remedy)
        case .known(let commits):
            guard !commits.isEmpty else {
                return Measured(
                    gap: .evidence, reason: "no commit of the history names #\(issue)", remedy: "name the commits")
            }
            if quantity.unit == .files {
                return Measured(figures: [
                    ClaimFigure(
                        Set(commits.flatMap(\.files)).sorted(), "files changed by the commits that name #\(issue)")
                ])
            }
            return Measured(
                figures: [ClaimFigure(commits.map(\.id), "commits that name #\(issue)")],
                isDefined: quantity.unit == .commits,
                reason: "what counts as one of the \(quantity.noun) is not said", remedy: "name the commits")
        }
    }
}
