/// Counting tests, and files that do not parse.
extension ClaimJudge {
    /// "3 test files with 15 tests" above a list of files with their tests: what is there of those.
    func namedTests(_ statement: ClaimStatement, document: Int) -> (files: Measured, tests: Measured)? {
        let sections = documents[document].sections
        func isBelow(_ section: Int) -> Bool {
            var current: Int? = section
            while let index = current {
                if index == statement.section { return true }
                current = sections[index].parent
            }
            return false
        }
        var names: [String] = []
        for other in statements[document] where isBelow(other.section) {
            if case .quantity(let quantity) = other.kind, quantity.unit == .tests, let file = quantity.file,
                !names.contains(file)
            {
                names.append(file)
            }
        }
        guard !names.isEmpty else { return nil }
        var there: [String] = []
        var tests: [String] = []
        for name in names {
            switch survey.find(name) {
            case .file(let path): there.append(path)
            case .ending(let paths): there.append(paths[0])
            case .folder, .missing: continue
            }
            tests += (evidence.declarations(in: there[there.count - 1]).value ?? []).filter {
                $0.isTest && $0.kind == .function
            }.map(\.name)
        }
        return (
            Measured(figures: [ClaimFigure(there, "of the \(names.count) files that the document names are there")]),
            Measured(figures: [ClaimFigure(tests, "tests in those of the named files that are there")])
        )
    }

    func tests(_ quantity: ClaimQuantity, _ statement: ClaimStatement, document: Int) -> Measured {
        if let file = quantity.file {
            let path: String
            switch survey.find(file) {
            case .file(let found): path = found
            case .ending(let found): path = found[0]
            case .folder, .missing: return Measured(figures: [ClaimFigure(0, "tests: there is no \(file)")])
            }
            switch evidence.declarations(in: path) {
            case .unknown(let reason, let remedy): return Measured(gap: .evidence, reason: reason, remedy: remedy)
            case .known(let declarations):
                let tests = declarations.filter { $0.isTest && $0.kind == .function }.map(\.name)
                return Measured(figures: [ClaimFigure(tests, "tests in \(path)")])
            }
        }
        let words = Self.searchWords(quantity)
        if words.isEmpty, let named = namedTests(statement, document: document) { return named.tests }
        guard !words.isEmpty else {
            return Measured(reason: "which tests are meant is not said", remedy: "name the file or folder")
        }
        let pattern = SearchPattern.words(words)
        let files = (survey.pathMatches[pattern] ?? []).filter { TreeSurvey.isTestFile($0.path) }
        var tests: [String] = []
        for file in files {
            switch evidence.declarations(in: file.path) {
            case .unknown(let reason, let remedy): return Measured(gap: .evidence, reason: reason, remedy: remedy)
            case .known(let declarations):
                tests += declarations.filter { $0.isTest && $0.kind == .function }.map(\.name)
            }
        }
        let text = (survey.textMatches[pattern] ?? []).filter { TreeSurvey.isTestFile($0.path) }
        return Measured(figures: [
            ClaimFigure(tests, "tests in files of tests whose path holds \(pattern.description)"),
            ClaimFigure(files.map(\.path), "such files"),
            ClaimFigure(text.map(\.path), "files of tests whose text holds it"),
        ])
    }

    func testClasses(_ quantity: ClaimQuantity) -> Measured {
        let (files, place) = inPlace(survey.files.filter { TreeSurvey.isTestFile($0.path) }, quantity)
        guard !place.isEmpty else {
            return Measured(reason: "in which files is not said", remedy: "name the file or folder")
        }
        var classes: [String] = []
        for file in files {
            switch evidence.declarations(in: file.path) {
            case .unknown(let reason, let remedy): return Measured(gap: .evidence, reason: reason, remedy: remedy)
            case .known(let declarations): classes += declarations.filter { $0.isTest && $0.kind == .type }.map(\.name)
            }
        }
        return Measured(figures: [
            ClaimFigure(classes, "test classes in \(String.counted(files.count, "file")) of tests\(place)")
        ])
    }

    func syntaxErrors(_ quantity: ClaimQuantity) -> Measured {
        switch evidence.unparsable() {
        case .unknown(let reason, let remedy): return Measured(gap: .evidence, reason: reason, remedy: remedy)
        case .known(let grammars):
            var measured = Measured()
            for grammar in grammars {
                let tests = grammar.paths.filter { survey.scope(of: $0) == .test }
                measured.figures += [
                    ClaimFigure(tests, "files in the scope test that do not parse as \(grammar.name)"),
                    ClaimFigure(grammar.paths, "files of any scope that do not parse as \(grammar.name)"),
                ]
            }
            return measured
        }
    }
}
