extension StatementReader {
    /// Whether a sentence says what is, what is meant to be, or what should be: by its box, its label, what leads in to its list,
    /// the headings above it, and its own words, in this order.
    func mood(_ passage: Passage, at token: Int) -> ClaimStatement.Mood {
        if let context = passage.context { return context }
        return passage.future.contains(passage.sentence(around: token).lowerBound) ? .plan : .fact
    }

    func context(of passage: Passage) -> ClaimStatement.Mood? {
        let line = document.lines[passage.line]
        if case .item(_, .open) = line.kind { return .plan }
        if !passage.isCell {
            let label = Set(passage.label.map(\.lower))
            if label.count <= 3 {
                if !label.isDisjoint(with: ClaimWords.goalHeadings) { return .goal }
                if !label.isDisjoint(with: ["plan", "next", "recommendation", "proposal", "planned", "proposed"]) {
                    return .plan
                }
            }
            if isBelowLeadIn(passage.line) { return .goal }
        }
        if case .item(_, .ticked) = line.kind { return .fact }
        return sectionMood(line.section)
    }

    static func sentences(_ tokens: [ClaimToken]) -> [Range<Int>] {
        let ends: Set<String> = [".", "!", "?", ";"]
        var sentences: [Range<Int>] = []
        var start = 0
        for index in 0...tokens.count {
            guard index == tokens.count || tokens[index].kind == .mark && ends.contains(tokens[index].text) else {
                continue
            }
            sentences += Array(repeating: start..<index, count: min(index + 1, tokens.count) - start)
            start = index + 1
        }
        return sentences
    }

    static func future(_ tokens: [ClaimToken], _ sentences: [Range<Int>]) -> Set<Int> {
        var future: Set<Int> = []
        for index in tokens.indices {
            let word = tokens[index].lower
            let isTo =
                ["need", "needs", "going", "have", "has"].contains(word) && index + 1 < tokens.count
                && tokens[index + 1].lower == "to"
            if ClaimWords.future.contains(word) || isTo { future.insert(sentences[index].lowerBound) }
        }
        return future
    }

    /// What the headings make of a section: the innermost that says something decides.
    func sectionMood(_ section: Int) -> ClaimStatement.Mood? {
        for heading in document.chain(of: section) {
            let words = ClaimWords.words(of: heading.title)
            let set = Set(words)
            if !set.isDisjoint(with: ClaimWords.exampleHeadings) { return .example }
            if !set.isDisjoint(with: ClaimWords.goalHeadings), !words.contains("vs") { return .goal }
            if !set.isDisjoint(with: ClaimWords.factHeadings) { return nil }
            // A title is about the whole document: it names the plan, and is none.
            if heading.level > 1, !set.isDisjoint(with: ClaimWords.planHeadings), !words.contains("vs") { return .plan }
        }
        return nil
    }

    /// "This should not be closed until:" above a list.
    private func isBelowLeadIn(_ line: Int) -> Bool {
        guard case .item = document.lines[line].kind, let lead = leadIn(above: line) else { return false }
        return !Set(ClaimWords.words(of: lead)).isDisjoint(with: ClaimWords.leadIns)
    }

    /// The last paragraph line before a list when it ends in a colon.
    func leadIn(above line: Int) -> String? {
        var index = line - 1
        while index >= 0 {
            let candidate = document.lines[index]
            switch candidate.kind {
            case .item, .blank: break
            case .text(let indent) where indent > 0 && isWithinList(index): break
            case .text:
                let text = candidate.source.text(candidate.content).filter { $0 != "*" && $0 != "_" }
                return text.hasSuffix(":") ? text : nil
            case .heading, .mark, .row, .code: return nil
            }
            index -= 1
        }
        return nil
    }

    private func isWithinList(_ line: Int) -> Bool {
        var index = line - 1
        while index >= 0 {
            switch document.lines[index].kind {
            case .item: return true
            case .text: index -= 1
            case .blank, .heading, .mark, .row, .code: return false
            }
        }
        return false
    }
}
