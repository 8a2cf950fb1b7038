extension ClaimJudge {
    func judge(message: String) -> ClaimJudgement {
        guard !Self.literals(of: message).isEmpty else {
            return .open(.definition, "holds no words that a program would have as they are")
        }
        if let place = place(of: message) { return .holds("the program holds this text", [place]) }
        // A part of it somewhere is worth showing.
        let parts = Self.literals(of: message)
        let partly = parts.compactMap { part in
            survey.textMatches[.literal(part)]?.first { TreeSurvey.isSource($0.path) }.map {
                EvidencePlace(path: $0.path, line: 0, text: part)
            }
        }
        return .fails(
            "no source file holds " + (parts.count > 1 ? "these words together: " : "")
                + parts.map { "\"\($0)\"" }.joined(separator: ", "), partly)
    }

    /// The words of the message that every listed name has, as a glob: what the program looked for.
    static func question(names: [String], message: String, module: String?) -> ReplayQuestion? {
        let last = names.map { ClaimWords.letters(of: $0.split(separator: ".").last.map(String.init) ?? $0) }
        let modules = names.map { ClaimWords.letters(of: $0.split(separator: ".").dropLast().joined(separator: ".")) }
        let common = ClaimWords.words(of: message).map(ClaimWords.singular).filter { word in
            word.count > 2 && last.allSatisfy { $0.contains(word) }
        }
        guard !common.isEmpty else { return nil }
        let inModules = common.filter { word in modules.allSatisfy { $0.contains(word) } }
        return ReplayQuestion(
            match: glob(common), moduleMatch: inModules.isEmpty ? "*" : glob(inModules), module: module)
    }

    static func glob(_ words: [String]) -> String { "*" + words.joined(separator: "*") + "*" }

    func judge(names: [String], message: String, isCut: Bool) -> ClaimJudgement {
        let place = place(of: message)
        let origin = place.map { [$0] } ?? []
        guard
            let question = Self.question(
                names: names, message: message, module: place.map { Self.module(of: $0.path) } ?? replayModule)
        else { return judge(eachOf: names, "the names have no word of the message in common", origin) }
        switch evidence.replay(question) {
        case .unknown(let reason, let remedy): return judge(eachOf: names, reason, remedy: remedy, origin)
        case .known(let replayed):
            let found = replayed.map(\.name)
            let objects = Set(replayed.map(\.object)).count
            let figures = [
                ClaimFigure(found, "names that the replay of the imports finds (\(question.match))"),
                ClaimFigure(Array(Set(replayed.map(\.object))).sorted(), "distinct objects behind these names"),
                ClaimFigure(
                    Array(Set(replayed.filter { $0.role == "implementation" }.map(\.object))).sorted(),
                    "implementations among these objects"),
            ]
            let missing = names.filter { !found.contains($0) }
            let more = found.filter { !names.contains($0) }
            var judgement: ClaimJudgement
            if missing.isEmpty, more.isEmpty || isCut {
                let order = isCut ? Array(found.prefix(names.count)) == names : found == names
                judgement = .holds(
                    "the replay of the imports finds "
                        + (isCut ? "these among \(found.count) names" : "exactly these \(found.count) names")
                        + (order ? ", in this order" : ", in another order") + ": \(String.counted(objects, "object"))",
                    origin)
            } else {
                judgement = .fails(
                    "the replay of the imports finds \(found.count) names"
                        + (missing.isEmpty ? "" : ", and not \(missing.prefix(3).joined(separator: ", "))")
                        + (more.isEmpty ? "" : ", but also \(more.prefix(3).joined(separator: ", "))"), origin)
            }
            judgement.figures = figures
            return judgement
        }
    }

    /// Without a replay each name can at least be looked up.
    private func judge(
        eachOf names: [String], _ reason: String, remedy: String? = nil, _ origin: [EvidencePlace]
    ) -> ClaimJudgement {
        let missing = names.filter { name in
            if case .known(nil) = evidence.resolve(name) { true } else { false }
        }
        guard missing.isEmpty else {
            return .fails(
                "\(missing.count) of \(names.count) names are not there: \(missing.prefix(3).joined(separator: ", "))",
                origin)
        }
        return .open(
            .evidence, "the names are there, but whether the program lists them: \(reason)", remedy: remedy, origin)
    }

    /// Where a log line came from: the line, the function around it, and where the message of the same section really stands.
    func judge(
        origin module: String, function: String?, line: Int?, _ statement: ClaimStatement, document: Int
    ) -> ClaimJudgement {
        let path: String
        switch evidence.resolve(module) {
        case .unknown(let reason, let remedy): return .open(.evidence, reason, remedy: remedy)
        case .known(let symbol):
            guard let found = symbol?.place?.path else { return .fails("there is no \(module)") }
            path = found
        }
        var places: [EvidencePlace] = []
        var problems: [String] = []
        if let line {
            if let text = lineText(path, line) {
                places.append(EvidencePlace(path: path, line: line, text: text.trimmed))
            } else {
                problems.append("\(path) has no line \(line)")
            }
        }
        if let function {
            switch evidence.declarations(in: path) {
            case .unknown(let reason, let remedy): return .open(.evidence, reason, remedy: remedy, places)
            case .known(let declarations):
                let found = declarations.filter { $0.name == function && $0.kind == .function }
                if found.isEmpty {
                    problems.append("\(path) has no function \(function)")
                } else if let line,
                    !found.contains(where: { ($0.place.line...max($0.place.line, $0.endLine)).contains(line) })
                {
                    problems.append("line \(line) is not within \(function)")
                }
            }
        }
        for other in statements[document] where other.section == statement.section {
            guard case .names(_, let message, _) = other.kind, let written = place(of: message), written.path != path
            else {
                continue
            }
            problems.append("the message stands in \(written.path):\(written.line)")
            places.append(written)
        }
        return problems.isEmpty
            ? .holds("the place is there", places) : .fails(problems.joined(separator: "; "), places)
    }
}
