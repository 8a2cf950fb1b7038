extension ClaimJudge {
    /// That an issue is complete is contradicted when its title is about making a concept one, and the concept is not one.
    func judge(issue number: Int, title: String, status: ClaimStatement.IssueStatus) -> ClaimJudgement {
        var notes: [String] = []
        var places: [EvidencePlace] = []
        if status == .complete, let concept = Self.concept(in: title, concepts) {
            let name = Set(ClaimWords.words(of: concept.name) + [ClaimWords.letters(of: concept.name)])
            let rest = ClaimWords.words(of: title).filter {
                !name.contains($0) && !ClaimWords.consolidation.contains($0)
            }
            let all = ClaimWords.words(of: title).contains { ClaimWords.consolidation.contains($0) }
            let state =
                "\(concept.name) has \(String.counted(concept.implementations.count, "implementation"))"
                + (concept.score.map { " and the score \(ClaimFigure.text(of: $0))" } ?? "")
            if rest.isEmpty, all, concept.implementations.count > 1 || concept.score.map({ $0 < 100 }) ?? false {
                return .fails(
                    "it is not complete: \(state)",
                    concept.implementations.prefix(3).map { EvidencePlace(path: $0, line: 0) })
            }
            notes.append(state)
        }
        switch evidence.commits(namingIssue: number) {
        case .known(let commits):
            notes.append(
                commits.isEmpty
                    ? "no commit names #\(number)"
                    : "\(String.counted(commits.count, "commit")) name #\(number), the newest \(commits[0].id.prefix(12)) of \(commits[0].day)"
            )
            places += commits.prefix(3).map { EvidencePlace(path: String($0.id.prefix(12)), line: 0, text: $0.subject) }
        case .unknown(let reason, _): notes.append(reason)
        }
        return .open(
            .evidence, "whether #\(number) is \(status.rawValue) is not in the tree; " + notes.joined(separator: "; "),
            remedy: "canon verify with a claims file that gives the fix commit, the concept, and what is deployed",
            places)
    }

    func judge(canonical name: String?, path: String?, document: Int) -> ClaimJudgement {
        if let path {
            let exists = judge(path: path, line: nil)
            guard exists.verdict == .reproduced else { return exists }
            if let name {
                let stands = judge(definition: name, path: path)
                guard stands.verdict == .reproduced else { return stands }
            }
        }
        guard let concept = subject(of: document), let canonical = concept.canonical else {
            return .open(
                .evidence, "no manifest says which implementation is the canonical one",
                remedy: "declare the concept in the audit: section of canon.yaml")
        }
        let module = canonical.split(separator: ".").dropLast().joined(separator: ".")
        let last = canonical.split(separator: ".").last.map(String.init)
        let isPath = path.map { path in
            switch survey.find(path) {
            case .file(let found): Self.module(of: found) == module || module.hasSuffix("." + Self.module(of: found))
            case .ending(let found): found.contains { Self.module(of: $0) == module }
            case .folder, .missing: false
            }
        }
        let isName = name.map { $0 == last || $0 == canonical }
        if isPath ?? true, isName ?? true { return .holds("the manifest names \(canonical) as well") }
        var places: [EvidencePlace] = []
        if case .known(let symbol?) = evidence.resolve(canonical), let place = symbol.place { places.append(place) }
        return .fails("the manifest names \(canonical)", places)
    }
}
