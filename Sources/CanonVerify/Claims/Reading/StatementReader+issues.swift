extension StatementReader {
    /// What is said of issues of a tracker; true when something was.
    mutating func readIssues(_ passage: Passage) -> Bool {
        let tokens = passage.tokens
        let line = document.lines[passage.line]
        // The title says it of the whole document: see `readDocumentIssue`.
        if case .heading(let level) = line.kind, level == 1 { return false }
        var found = false
        for index in tokens.indices.dropFirst() {
            guard case .number(let value) = tokens[index].kind, tokens[index - 1].isMark("#"), !tokens[index].isSpaced,
                value >= 1, value < 10_000_000
            else { continue }
            let all = passage.sentence(around: index)
            // What is said of an issue stands near it.
            let sentence = max(all.lowerBound, index - 40)..<max(min(all.upperBound, index + 40), index + 1)
            var words = tokens[sentence].map(\.lower)
            if let first = tokens.first, Self.ticks.contains(first.text) { words.append("✅") }
            if case .item(_, .ticked) = line.kind { words.append("✅") }
            // That an issue was opened says nothing of its end.
            if index + 1 < tokens.count, ["created", "opened", "filed", "linked"].contains(tokens[index + 1].lower) {
                continue
            }
            let status = Self.status(of: words) ?? itemHeadingStatus(passage)
            guard let status, mood(passage, at: index) == .fact else { continue }
            add(
                .issue(number: Int(value), title: title(tokens[..<sentence.upperBound], after: index), status: status),
                passage.line,
                tokens[index - 1].range.lowerBound..<tokens[sentence.upperBound - 1].range.upperBound, mood: .fact)
            found = true
        }
        return found
    }

    /// "Completed work" above a list of issues.
    private func itemHeadingStatus(_ passage: Passage) -> ClaimStatement.IssueStatus? {
        let line = document.lines[passage.line]
        guard case .item = line.kind else { return nil }
        let words = ClaimWords.words(of: document.sections[line.section].title)
        guard words.contains(where: ClaimWords.complete.contains) else { return nil }
        return Self.status(of: words + passage.tokens.map(\.lower))
    }

    /// - Parameter words: in lower case, marks among them.
    static func status(of words: [String]) -> ClaimStatement.IssueStatus? {
        let isDenied = words.indices.contains { index in
            ClaimWords.complete.contains(words[index]) && index > 0
                && ["not", "never", "isn't", "wasn't"].contains(words[index - 1])
        }
        if isDenied { return .open }
        let isComplete = words.contains { ClaimWords.complete.contains($0) || ticks.contains($0) }
        if words.contains(where: ClaimWords.open.contains) { return .open }
        guard isComplete else { return nil }
        return words.contains(where: ClaimWords.partial.contains) ? .partlyComplete : .complete
    }

    private func title(_ tokens: ArraySlice<ClaimToken>, after index: Int) -> String {
        var words: [String] = []
        for token in tokens[(index + 1)...] {
            if token.isMark("(") { break }
            if token.isMark(";") || token.isMark(".") { break }
            switch token.kind {
            case .word, .code, .term, .number: words.append(token.text)
            case .date, .link, .mark: break
            }
        }
        return words.joined(separator: " ")
    }

    /// The issue that the document itself is about: named in its title or by a link at its head, its status by a label, by the
    /// title, or by the first section.
    mutating func readDocumentIssue() {
        let second = document.sections.dropFirst().first { $0.level == 2 }?.line ?? document.lines.count
        let third = document.sections.filter { $0.level == 2 }.dropFirst().first?.line ?? document.lines.count
        guard document.sections.count > 1 else { return }
        let title = document.sections[1].line
        let head = passage(title, document.lines[title].content)
        var number: Int?
        for index in head.tokens.indices.dropFirst() where head.tokens[index - 1].isMark("#") {
            if case .number(let value) = head.tokens[index].kind, number == nil, value < 10_000_000 {
                number = Int(value)
            }
        }
        var status: ClaimStatement.IssueStatus?
        var place = (line: title, range: document.lines[title].content)
        var introduction: ClaimStatement.IssueStatus?
        var introductionPlace = place
        for index in document.lines.indices.prefix(max(second, third)) {
            guard [.text(indent: 0)].contains(document.lines[index].kind) else { continue }
            let passage = passage(index, document.lines[index].content)
            for token in passage.tokens where token.kind == .link && number == nil {
                let parts = token.text.split(separator: "/")
                if let last = parts.last, parts.dropLast().last == "issues" { number = Int(last) }
            }
            let body = passage.tokens.dropFirst(passage.body).map(\.lower)
            if passage.label.count == 1, passage.labelIs(["status"]), status == nil {
                status = Self.status(of: body)
                if status != nil { place = (index, passage.range) }
            } else if introduction == nil, passage.label.isEmpty || index >= second {
                introduction = Self.status(of: passage.tokens.map(\.lower)).flatMap { $0 == .open ? $0 : nil }
                introductionPlace = (index, passage.range)
            }
        }
        guard let number else { return }
        if status == nil { status = Self.status(of: head.tokens.map(\.lower)) }
        if status == nil, let introduction {
            status = introduction
            place = introductionPlace
        }
        guard let status else { return }
        add(
            .issue(number: number, title: document.title, status: status), place.line, place.range, mood: .fact)
    }
}
