/// Counting what belongs to a concept, and its score.
extension ClaimJudge {
    private func noConcept() -> Measured {
        switch concepts {
        case .unknown(let reason, let remedy): Measured(gap: .evidence, reason: reason, remedy: remedy)
        case .known:
            Measured(
                gap: .evidence, reason: "no concept of the manifest is named",
                remedy: "declare the concept in the audit: section of canon.yaml")
        }
    }

    func implementations(_ quantity: ClaimQuantity, document: Int) -> Measured {
        let phrase = quantity.words.joined(separator: " ")
        guard let concept = Self.concept(in: phrase, concepts) ?? (quantity.words.isEmpty ? subject(of: document) : nil)
        else {
            return noConcept()
        }
        var measured = Measured(figures: [
            ClaimFigure(concept.implementations, "distinct objects that implement \(concept.name)")
        ])
        let words = ClaimWords.words(of: concept.name)
        let question = ReplayQuestion(
            match: Self.glob(words), moduleMatch: Self.glob(Array(words.prefix(1))), module: replayModule)
        if case .known(let names) = evidence.replay(question) {
            let objects = Set(names.map(\.object)).sorted()
            measured.figures += [
                ClaimFigure(names.map(\.name), "names that the replay of the imports finds (\(question.match))"),
                ClaimFigure(objects, "distinct objects behind these names"),
                ClaimFigure(
                    Set(names.filter { $0.role == "implementation" }.map(\.object)).sorted(),
                    "implementations among these objects"),
            ]
        }
        return measured
    }

    func ofConcept(_ quantity: ClaimQuantity, document: Int) -> Measured {
        let phrase = quantity.words.joined(separator: " ")
        guard let concept = Self.concept(in: phrase, concepts) ?? subject(of: document) else { return noConcept() }
        let things = quantity.unit == .factories ? concept.factories : concept.importPaths
        let what = quantity.unit == .factories ? "factories of" : "modules through which others import"
        var measured = Measured(figures: [ClaimFigure(things, "\(what) \(concept.name)")])
        let words = SearchPattern.words(ClaimWords.words(of: concept.name))
        if quantity.unit == .factories, let named = survey.pathMatches[.words(["factory"])],
            let text = survey.textMatches[words]
        {
            let about = Set(text.map(\.path))
            let files = named.filter { about.contains($0.path) && $0.scope == .live && TreeSurvey.isSource($0.path) }
            measured.figures.append(
                ClaimFigure(
                    files.map(\.path),
                    "live source files whose path holds \"factory\" and whose text holds \(words.description)"))
        }
        return measured
    }

    private static let scoreWords: Set<String> = [
        "compliance", "compliant", "score", "ssot", "conformance", "consolidation",
    ]
    private static let businessWords: Set<String> = [
        "value", "revenue", "customer", "customers", "users", "business", "market", "time", "growth", "satisfaction",
    ]

    func percentage(_ quantity: ClaimQuantity, document: Int) -> Measured {
        let words = Set(quantity.words + quantity.label)
        if words.contains("coverage") {
            return Measured(
                gap: .evidence, reason: "tests are never run here", remedy: "keep the coverage report with the document"
            )
        }
        if !words.isDisjoint(with: Self.scoreWords) {
            guard
                let concept = Self.concept(in: (quantity.words + quantity.label).joined(separator: " "), concepts)
                    ?? subject(of: document)
            else { return noConcept() }
            guard let score = concept.score else {
                return Measured(
                    gap: .evidence, reason: "\(concept.name) was not measured",
                    remedy: "canon audit --concept \(concept.name)")
            }
            var figures = [
                ClaimFigure(
                    score,
                    "% is the score of \(concept.name): 100 / \(concept.implementations.count) implementing objects × \(concept.bound) of "
                        + "\(concept.consumers) consumers bound to the canonical one")
            ]
            if concept.consumers > 0 {
                figures.append(
                    ClaimFigure(
                        Double(concept.bound) / Double(concept.consumers) * 100,
                        "% of the consumers are bound to the canonical object"))
            }
            return Measured(figures: figures)
        }
        if !words.isDisjoint(with: Self.businessWords) {
            return Measured(gap: .outside, reason: "that is not in the tree")
        }
        return Measured(
            reason: "what it is a share of is not said",
            remedy: "name both sides of the comparison and the command that made it")
    }
}
