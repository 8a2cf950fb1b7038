/// Counting files, folders and lines.
extension ClaimJudge {
    /// "in the codebase": all of it.
    private static let wholes: Set<String> = ["codebase", "repository", "repo", "project", "tree", "total"]

    func inPlace(_ files: [EvidenceFile], _ quantity: ClaimQuantity) -> (files: [EvidenceFile], place: String) {
        let words = Self.locationWords(quantity)
        guard !words.isEmpty, let within = survey.pathMatches[.words(words)], !within.isEmpty else {
            return (files, "")
        }
        let paths = Set(within.map(\.path))
        return (files.filter { paths.contains($0.path) }, " below \"\(words.joined(separator: " "))\"")
    }

    private func figure(_ files: [EvidenceFile], _ what: String, _ quantity: ClaimQuantity) -> ClaimFigure {
        let (files, place) = inPlace(files, quantity)
        return ClaimFigure(files.map(\.path), what + place)
    }

    func files(_ quantity: ClaimQuantity) -> Measured {
        var measured = Measured()
        let words = Self.searchWords(quantity)
        var pattern = SearchPattern.words(words)
        if words.isEmpty,
            !quantity.words.isEmpty
                || !quantity.label.isEmpty && survey.textMatches[.words(quantity.label)]?.isEmpty == false
        {
            // "1,047 files with logic" in the row "connection management"
            measured.isDefined = false
            measured.reason = "what makes a file count is not said"
            measured.remedy = "name the words or the command by which they were found"
            pattern = .words(quantity.label)
        }
        let isTest =
            quantity.unit == .testFiles || quantity.location.contains("test") || quantity.location.contains("tests")
        guard case .words(let used) = pattern, !used.isEmpty else {
            let all = isTest ? survey.files.filter { TreeSurvey.isTestFile($0.path) } : survey.files
            let source = survey.files.filter { TreeSurvey.isSource($0.path) && (!isTest || $0.scope == .test) }
            if quantity.location.allSatisfy({ !Self.wholes.contains($0) }), !quantity.isVague {
                measured.isDefined = false
                measured.reason = "which files are meant is not said"
                measured.remedy = "name the words or the folder by which they were found"
            }
            measured.figures = [
                figure(all, isTest ? "files named as files of tests" : "files", quantity),
                figure(source, isTest ? "source files in the scope test" : "source files", quantity),
            ]
            return measured
        }
        if let strange = used.first(where: { !survey.hasName($0) }) {
            measured.isDefined = false
            measured.reason = "\"\(strange)\" is no name of the tree"
            measured.remedy = "name the words by which they were found"
        }
        let text = survey.textMatches[pattern] ?? []
        let path = survey.pathMatches[pattern] ?? []
        let name = path.filter { file in
            !WordSearch([pattern]).found(in: Array(TreeSurvey.lastName(file.path).utf8)).isEmpty
        }
        let holds = "whose text holds \(pattern.description)"
        let pathHolds = "whose path holds the same"
        if isTest {
            measured.figures = [
                figure(
                    text.filter { TreeSurvey.isTestFile($0.path) }, "files named as files of tests \(holds)", quantity),
                figure(
                    path.filter { TreeSurvey.isTestFile($0.path) }, "files named as files of tests \(pathHolds)",
                    quantity),
                figure(
                    name.filter { TreeSurvey.isTestFile($0.path) },
                    "files named as files of tests whose own name holds it", quantity),
                figure(
                    text.filter { $0.scope == .test && TreeSurvey.isSource($0.path) },
                    "source files in the scope test \(holds)", quantity),
            ]
        } else {
            measured.figures = [
                figure(text, "files of any kind \(holds)", quantity),
                figure(text.filter { TreeSurvey.isSource($0.path) }, "source files \(holds)", quantity),
                figure(
                    text.filter { TreeSurvey.isSource($0.path) && $0.scope == .live }, "live source files \(holds)",
                    quantity),
                figure(path, "files \(pathHolds)", quantity),
            ]
        }
        return measured
    }

    func folders(_ quantity: ClaimQuantity, document: Int) -> Measured {
        var measured = Measured()
        let source = survey.files.filter { TreeSurvey.isSource($0.path) }
        measured.figures = [
            ClaimFigure(survey.folders, "folders"),
            ClaimFigure(Self.folders(of: source), "folders with source files"),
            ClaimFigure(Self.folders(of: source.filter { $0.scope == .live }), "folders with live source files"),
        ]
        var words = Self.searchWords(quantity)
        if words.isEmpty, let concept = subject(of: document) { words = ClaimWords.words(of: concept.name) }
        let pattern = SearchPattern.words(words)
        if let text = survey.textMatches[pattern], let path = survey.pathMatches[pattern] {
            let what = "with a source file whose"
            measured.figures += [
                ClaimFigure(
                    Self.folders(of: text.filter { TreeSurvey.isSource($0.path) }),
                    "folders \(what) text holds \(pattern.description)"),
                ClaimFigure(
                    Self.folders(of: path.filter { TreeSurvey.isSource($0.path) }),
                    "folders \(what) path holds the same"),
            ]
        }
        if Self.searchWords(quantity).isEmpty, !quantity.label.isEmpty {
            measured.isDefined = false
            measured.reason = "which folders are meant is not said"
            measured.remedy = "name the folder below which they were counted"
        }
        return measured
    }

    private static func folders(of files: [EvidenceFile]) -> [String] {
        Set(files.compactMap { file in file.path.lastIndex(of: "/").map { String(file.path[..<$0]) } }).sorted()
    }

    func lines(_ quantity: ClaimQuantity) -> Measured {
        guard let file = quantity.file, case .file(let path) = survey.find(file), let bytes = evidence.bytes(of: path)
        else {
            return Measured(reason: "of which file is not said", remedy: "name the file")
        }
        let count =
            bytes.count { $0 == UInt8(ascii: "\n") } + (bytes.last == UInt8(ascii: "\n") || bytes.isEmpty ? 0 : 1)
        return Measured(figures: [ClaimFigure(Double(count), "lines of \(path)")])
    }
}
