extension StatementReader {
    /// Whether a sentence says what is, what is meant to be, or what should be: by its box, its label, what leads in to its list,
    /// the headings above it, and its own words, in this order.
    func mood(_ passage: Passage, at token: Int) -> ClaimStatement.Mood {
        let line = document.lines[passage.line]
        if case .item(_, .open) = line.kind { return .plan }
        if !passage.isCell {
            let label = Set(passage.label.map(\.lower))
            if !label.isDisjoint(with: ClaimWords.goalHeadings), label.count <= 3 { return .goal }
            if !label.isDisjoint(with: ["plan", "next", "recommendation", "proposal", "planned", "proposed"]), label.count <= 3 {
                return .plan
            }
            if isBelowLeadIn(passage.line) { return .goal }
        }
        if case .item(_, .ticked) = line.kind { return .fact }
        if let mood = sectionMood(line.section) { return mood }
        let sentence = sentence(passage.tokens, around: token)
        let words = passage.tokens[sentence].map(\.lower)
        if words.contains(where: ClaimWords.future.contains) { return .plan }
        for (word, next) in zip(words, words.dropFirst()) where ["need", "needs", "going", "have", "has"].contains(word) {
            if next == "to" { return .plan }
        }
        return .fact
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

    /// Tokens of the sentence around one of them.
    func sentence(_ tokens: [ClaimToken], around index: Int) -> Range<Int> {
        let ends: Set<String> = [".", "!", "?", ";"]
        let start = tokens[..<min(index, tokens.count)].lastIndex { $0.kind == .mark && ends.contains($0.text) } ?? -1
        let end = tokens[min(index, tokens.count)...].firstIndex { $0.kind == .mark && ends.contains($0.text) }
        return (start + 1)..<(end ?? tokens.count)
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
