extension StatementReader {
    mutating func readQuantities(_ passage: Passage) {
        for (index, token) in passage.tokens.enumerated() {
            guard case .number(let value) = token.kind, let found = quantity(passage, index, value) else { continue }
            let first = found.tokens.lowerBound
            let range =
                passage.tokens[first].range.lowerBound..<passage.tokens[found.tokens.upperBound - 1].range.upperBound
            add(.quantity(found.quantity), passage.line, range, mood: mood(passage, at: index))
        }
    }

    private func quantity(
        _ passage: Passage, _ index: Int, _ value: Double
    ) -> (quantity: ClaimQuantity, tokens: Range<Int>)? {
        let tokens = passage.tokens
        guard !isName(passage, index) else { return nil }
        var next = index + 1
        var bound = Self.boundBefore(tokens, index)
        if next < tokens.count, tokens[next].isMark("+"), !tokens[next].isSpaced {
            bound = .atLeast
            next += 1
        }
        var quantity = ClaimQuantity(
            value: value, bound: bound, unit: .files, noun: "", words: [], label: labelWords(passage), location: [],
            isVague: false)
        if index > 0, tokens[index - 1].isMark("$") || tokens[index - 1].isMark("€") || tokens[index - 1].isMark("£") {
            quantity.unit = .money
            if next < tokens.count, !tokens[next].isSpaced, let factor = Self.factors[tokens[next].text] {
                quantity.value *= factor
                next += 1
            }
            if next < tokens.count, tokens[next].isMark("+"), !tokens[next].isSpaced {
                quantity.bound = .atLeast
                next += 1
            }
            let end = min(next + 1, tokens.count)
            return (quantity, (index - 1)..<end)
        }
        if next < tokens.count, tokens[next].isMark("%") {
            return percentage(passage, index, next, quantity)
        }
        // `500K`, `30s`
        if next < tokens.count, tokens[next].kind == .word, !tokens[next].isSpaced {
            guard ["ms", "s"].contains(tokens[next].text) else { return nil }
            quantity.unit = .duration
            return (quantity, index..<(next + 1))
        }
        // Parts of numbers: `1.2.3`, `10:30`, `2-4`.
        if next < tokens.count, !tokens[next].isSpaced, tokens[next].kind == .mark,
            !"),.:;|\"'".contains(tokens[next].text)
        {
            return nil
        }
        guard let phrase = Phrase(tokens, from: next) else { return nil }
        // `2.2 Duplicates` numbers a heading: things are counted whole.
        guard value == value.rounded() else { return nil }
        quantity.unit = phrase.unit
        quantity.noun = phrase.noun
        quantity.words = phrase.words
        quantity.location = phrase.location
        quantity.isVague = phrase.isVague
        // "Factory patterns: 13 different implementations"
        if phrase.unit == .implementations, phrase.words.isEmpty,
            quantity.label.contains(where: { ClaimWords.singular($0) == "factory" })
        {
            quantity.unit = .factories
        }
        if index > 1, tokens[index - 1].isMark("("), let path = path(of: tokens[index - 2]) { quantity.file = path }
        return (quantity, index..<phrase.end)
    }

    private static let factors: [String: Double] = ["K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9]

    /// "Step 1", "Issue #12", "Connection 1011": a number that is a name.
    private func isName(_ passage: Passage, _ index: Int) -> Bool {
        let tokens = passage.tokens
        guard index > 0 else {
            // `1.1:`, `1. `
            return tokens.count > 1 && tokens[1].isMark(":")
        }
        let before = tokens[index - 1]
        if before.isMark("#") || before.isMark("-") && !before.isSpaced || before.isMark("/") { return true }
        guard before.kind == .word, let first = before.text.first else { return false }
        if Self.namedByNumber.contains(before.lower) { return true }
        // At the beginning of a sentence, or after a label, any word has a capital.
        let start = passage.sentence(around: index).lowerBound
        let isFirst = index - 1 == start || index >= 2 && tokens[index - 2].kind == .mark
        return first.isUppercase && !isFirst && !ClaimWords.future.contains(before.lower)
            && before.text != before.text.uppercased()
    }

    private static let namedByNumber: Set<String> = [
        "step", "phase", "issue", "issues", "why", "priority", "cluster", "level", "version", "line", "lines", "page",
        "part",
        "section", "python", "swift", "error", "code", "status", "port", "pr", "tier", "wave", "batch", "sprint", "day",
        "week",
        "connection", "chapter", "figure", "table", "item", "option", "group", "stage", "http", "v",
    ]

    private static func boundBefore(_ tokens: [ClaimToken], _ index: Int) -> ClaimQuantity.Bound {
        let before = tokens[max(0, index - 2)..<index].map(\.lower)
        guard let last = before.last else { return .exactly }
        let two = before.joined(separator: " ")
        if ["at least", "more than"].contains(two) || ["over", ">", "≥"].contains(last) { return .atLeast }
        if ["at most", "up to", "fewer than", "less than"].contains(two) || ["under", "<", "≤"].contains(last) {
            return .atMost
        }
        if ["about", "around", "approximately", "nearly", "roughly", "~", "≈"].contains(last) { return .about }
        return .exactly
    }

    /// The words of the label; for "SSOT compliance: remains at 0 %" they say what is measured.
    private func labelWords(_ passage: Passage) -> [String] {
        passage.label.flatMap { ClaimWords.words(of: $0.text) }
    }

    private func percentage(
        _ passage: Passage, _ index: Int, _ sign: Int, _ quantity: ClaimQuantity
    ) -> (quantity: ClaimQuantity, tokens: Range<Int>)? {
        let tokens = passage.tokens
        var quantity = quantity
        quantity.unit = .percent
        quantity.noun = "%"
        var end = sign + 1
        while end < tokens.count, tokens[end].kind == .word || tokens[end].kind == .code, end - sign <= 7 { end += 1 }
        let behind = tokens[(sign + 1)..<end].map(\.lower)
        let sentence = passage.sentence(around: index)
        let start = min(max(sentence.lowerBound, passage.body < index ? passage.body : 0), index)
        let before = tokens[max(start, index - 40)..<index].filter { $0.kind == .word }.map(\.lower)
        quantity.words = (behind.isEmpty ? before : behind).flatMap { ClaimWords.words(of: $0) }
        // Nothing says what it is a share of: `(60%)` behind the name of a step.
        guard !quantity.words.isEmpty || !quantity.label.isEmpty else { return nil }
        return (quantity, index..<end)
    }
}

/// "different WebSocket manager classes", "files containing cart stores", "syntax errors in test files".
private struct Phrase {
    var unit: ClaimQuantity.Unit
    var noun: String
    var words: [String] = []
    var location: [String] = []
    var isVague = false
    /// The token behind it.
    var end: Int

    init?(_ tokens: [ClaimToken], from start: Int) {
        // The noun: the last of the words in a row that can be counted.
        var stop = start
        while stop < tokens.count, stop - start < 8, tokens[stop].kind == .word || tokens[stop].kind == .code {
            let isImportPath =
                tokens[stop].lower == "import" && stop + 1 < tokens.count
                && Self.unit(of: tokens[stop + 1].lower, after: "import") == .importPaths
            // "15 tests total proving …"
            if stop > start + 1, tokens[stop].lower == "total" || tokens[stop].lower.hasSuffix("ing") { break }
            if stop > start, !isImportPath,
                ClaimWords.relations.contains(tokens[stop].lower)
                    || Self.verbs.contains(tokens[stop].lower)
                        && !Self.adjectives.contains(tokens[stop].lower)
            {
                break
            }
            stop += 1
        }
        var head: Int?
        var found: ClaimQuantity.Unit?
        for index in start..<stop {
            let before = index > start ? ClaimWords.singular(tokens[index - 1].lower) : ""
            // "8 test classes": the last noun; "4 files with 3 tests" ended at "with".
            if let unit = Self.unit(of: tokens[index].lower, after: before) {
                // "errors detected in files": a verb or a relation ended the phrase.
                if head != nil, index > start, Self.adjectives.contains(tokens[index - 1].lower) { break }
                head = index
                found = unit
            }
        }
        guard let head, let found else { return nil }
        unit = found
        noun = tokens[head].lower
        var before = tokens[start..<head].flatMap { ClaimWords.words(of: $0.text) }
        isVague = before.contains(where: ClaimWords.vague.contains)
        before.removeAll { ClaimWords.vague.contains($0) }
        // The words that made the unit say nothing more.
        switch found {
        case .testFiles, .testClasses: before = before.filter { !["test", "tests"].contains($0) }
        case .factories: before = before.filter { !["factory", "factories"].contains($0) }
        case .syntaxErrors: before = before.filter { $0 != "syntax" }
        case .importPaths: before = before.filter { $0 != "import" }
        default: break
        }
        words = before
        end = head + 1
        readQualifier(tokens)
        if words.contains(where: ClaimWords.vague.contains) { isVague = true }
        words.removeAll { ClaimWords.vague.contains($0) }
        words.removeAll { ClaimWords.filler.contains($0) || ClaimWords.relations.contains($0) }
    }

    /// "containing …", "in …", up to the next mark, number or second relation of place.
    private mutating func readQualifier(_ tokens: [ClaimToken]) {
        var index = end
        var isPlace = false
        var qualifier: [String] = []
        while index < tokens.count, index - end < 2, Self.adjectives.contains(tokens[index].lower) { index += 1 }
        guard index < tokens.count, ClaimWords.relations.contains(tokens[index].lower) else { return }
        while index < tokens.count, index - end < 9 {
            let token = tokens[index]
            guard token.kind == .word || token.kind == .code || token.kind == .term else { break }
            if Self.verbs.contains(token.lower) { break }
            if ClaimWords.places.contains(token.lower) {
                isPlace = true
            } else if ClaimWords.relations.contains(token.lower) {
                isPlace = false
            } else if isPlace {
                location += ClaimWords.words(of: token.text)
            } else {
                qualifier += ClaimWords.words(of: token.text)
            }
            index += 1
        }
        // "15 tests with 3 files" and "fixes across 83 files": what follows is a number of its own.
        guard index < tokens.count, case .number = tokens[index].kind else {
            words += qualifier
            end = index
            return
        }
        location = []
    }

    private static let verbs: Set<String> = [
        "is", "are", "was", "were", "be", "been", "have", "has", "had", "must", "should", "will", "can", "require",
        "requires", "provide", "provides", "protect", "protects", "still",
        "remain",
        "remains", "fail", "fails", "failed", "need", "needs", "exist", "exists", "identified", "detected", "found",
    ]

    /// Before the noun they belong to it, behind it they end the phrase.
    private static let adjectives: Set<String> = ["detected", "identified", "found", "failed"]

    static func unit(of word: String, after before: String) -> ClaimQuantity.Unit? {
        switch ClaimWords.singular(word) {
        case "file", "module", "script", "document": ["test", "spec"].contains(before) ? .testFiles : .files
        case "directory", "folder", "package", "subdirectory": .folders
        case "test", "testcase": .tests
        case "class", "type", "object":
            word == "type" || word == "object" ? nil : ["test"].contains(before) ? .testClasses : .classes
        case "implementation": before == "factory" ? .factories : .implementations
        case "function", "method": .functions
        case "factory": .factories
        case "pattern": before == "factory" ? .factories : nil
        case "path": before == "import" ? .importPaths : nil
        case "error": before == "syntax" ? .syntaxErrors : .judgements
        case "line": .lines
        case "commit": .commits
        case "fix", "change": ["fix", "fixes", "changes"].contains(word) ? .fixes : nil
        case "occurrence", "warning": .occurrences
        case "passed", "failed", "skipped", "pas", "passing", "failing": .testResults
        case "violation", "risk", "problem", "instance", "duplicate", "regression", "bug", "vulnerability", "smell":
            .judgements
        case "import": .judgements
        default: nil
        }
    }
}
