/// Statements that cannot all be true, whatever the tree holds.
struct ClaimContradictions {
    let judge: ClaimJudge

    private struct Entry {
        var document: Int
        var statement: ClaimStatement
    }

    func all() -> [ClaimsReport.Contradiction] {
        let entries = judge.statements.enumerated().flatMap { document, statements in
            statements.map { Entry(document: document, statement: $0) }
        }
        return completions(entries) + canonicals(entries) + numbers(entries) + oneNumber(entries)
    }

    private func side(_ entry: Entry, _ says: String) -> ClaimsReport.Side {
        ClaimsReport.Side(
            place: entry.statement.place, quote: entry.statement.quote, mood: entry.statement.mood, says: says)
    }

    // MARK: Issues

    /// Complete here, open there.
    private func completions(_ entries: [Entry]) -> [ClaimsReport.Contradiction] {
        var byNumber: [Int: [(Entry, ClaimStatement.IssueStatus)]] = [:]
        for entry in entries where entry.statement.mood == .fact {
            if case .issue(let number, _, let status) = entry.statement.kind {
                byNumber[number, default: []].append((entry, status))
            }
        }
        return byNumber.sorted { $0.key < $1.key }.compactMap { number, said in
            let statuses = Set(said.map(\.1))
            guard statuses.contains(.open), statuses.count > 1 else { return nil }
            // One for each document and status is enough to see it.
            var seen: Set<String> = []
            let sides = said.filter { seen.insert("\($0.0.document) \($0.1)").inserted }.map {
                side($0.0, $0.1.rawValue)
            }
            return ClaimsReport.Contradiction(
                kind: .completion, subject: "issue #\(number)",
                text: "#\(number) is " + ClaimContradictions.list(sides.map(\.says)), sides: sides)
        }
    }

    // MARK: Canonical classes

    private func canonicals(_ entries: [Entry]) -> [ClaimsReport.Contradiction] {
        var bySubject: [String: [(Entry, target: String)]] = [:]
        for entry in entries {
            guard case .canonical(let name, let path) = entry.statement.kind else { continue }
            let target = self.target(name: name, path: path)
            let subject =
                judge.subject(of: entry.document)?.name
                ?? ClaimWords.lastWord(
                    of: name ?? path.map { String(TreeSurvey.lastName($0).prefix { $0 != "." }) } ?? "")
            bySubject[subject, default: []].append((entry, target))
        }
        return bySubject.sorted { $0.key < $1.key }.compactMap { subject, named in
            let targets = Set(named.map(\.target)).sorted()
            guard targets.count > 1 else { return nil }
            var seen: Set<String> = []
            let sides = named.filter { seen.insert("\($0.0.document) \($0.target)").inserted }.map {
                side($0.0, $0.target)
            }
            return ClaimsReport.Contradiction(
                kind: .canonical, subject: subject,
                text: "\(targets.count) are called the canonical one: " + targets.joined(separator: ", "), sides: sides)
        }
    }

    /// The file when there is one: two names in one file may be one class.
    private func target(name: String?, path: String?) -> String {
        guard let path else { return name ?? "" }
        let file =
            switch judge.survey.find(path) {
            case .file(let found), .folder(let found): found
            case .ending(let found): found[0]
            case .missing: String(path.drop { $0 == "/" })
            }
        return name.map { "\($0) in \(file)" } ?? file
    }

    // MARK: Numbers

    /// Two numbers for one thing.
    private func numbers(_ entries: [Entry]) -> [ClaimsReport.Contradiction] {
        var byThing: [String: [(Entry, ClaimQuantity)]] = [:]
        for entry in entries where entry.statement.mood == .fact {
            guard case .quantity(let quantity) = entry.statement.kind, let thing = thing(quantity, entry.document)
            else { continue }
            byThing[thing, default: []].append((entry, quantity))
        }
        return byThing.sorted { $0.key < $1.key }.compactMap { thing, said in
            let isSplit = said.indices.contains { first in
                said.indices.contains { $0 > first && !said[first].1.agrees(with: said[$0].1) }
            }
            guard isSplit else { return nil }
            var seen: Set<String> = []
            let sides = said.filter { seen.insert("\($0.0.document) \($0.1.value) \($0.1.bound)").inserted }.map {
                side($0.0, $0.1.text)
            }
            return ClaimsReport.Contradiction(
                kind: .numbers, subject: thing, text: "\(thing): " + ClaimContradictions.list(sides.map(\.says)),
                sides: sides)
        }
    }

    /// What is counted, in a form in which equal things are equal; nil when the words do not say enough.
    private func thing(_ quantity: ClaimQuantity, _ document: Int) -> String? {
        switch quantity.unit {
        // What has no definition may differ from section to section without a contradiction.
        case .money, .duration, .testResults, .occurrences, .fixes, .commits, .judgements: return nil
        case .percent:
            let words = quantity.label.isEmpty ? quantity.words : quantity.label
            let meaning = words.filter {
                !ClaimWords.relations.contains($0) && !["remains", "still", "at"].contains($0)
            }
            return meaning.isEmpty ? nil : meaning.joined(separator: " ") + " in %"
        default: break
        }
        guard !quantity.isVague else { return nil }
        if let file = quantity.file { return "\(quantity.unit.rawValue) of \(file)" }
        var words = ClaimJudge.searchWords(quantity)
        if words.isEmpty {
            switch quantity.unit {
            case .syntaxErrors: break
            case .factories, .implementations, .importPaths:
                guard let concept = judge.subject(of: document) else { return nil }
                words = [concept.name]
            default:
                guard !quantity.label.isEmpty else { return nil }
                words = quantity.label
            }
        }
        let place = ClaimJudge.locationWords(quantity)
        return (words + [quantity.unit.rawValue] + (place.isEmpty ? [] : ["in"] + place)).joined(separator: " ")
    }

    /// One number for things that differ: it was copied, not counted again.
    private func oneNumber(_ entries: [Entry]) -> [ClaimsReport.Contradiction] {
        var byValue: [Double: [(Entry, ClaimQuantity)]] = [:]
        for entry in entries {
            guard case .quantity(let quantity) = entry.statement.kind, quantity.value >= 50 else { continue }
            switch quantity.unit {
            case .percent, .money, .duration, .testResults, .lines: continue
            default: byValue[quantity.value, default: []].append((entry, quantity))
            }
        }
        return byValue.sorted { $0.key < $1.key }.compactMap { value, said in
            var seen: Set<String> = []
            let distinct = said.filter { seen.insert(ClaimWords.singular($0.1.noun)).inserted }
            guard distinct.count > 1 else { return nil }
            let sides = distinct.map { side($0.0, ($0.1.words + [$0.1.noun]).joined(separator: " ")) }
            return ClaimsReport.Contradiction(
                kind: .oneNumber, subject: ClaimFigure.text(of: value),
                text: "\(ClaimFigure.text(of: value)) counts \(sides.map(\.says).joined(separator: ", and "))",
                sides: sides)
        }
    }

    private static func list(_ values: [String]) -> String {
        var seen: Set<String> = []
        return values.filter { seen.insert($0).inserted }.joined(separator: " and ")
    }
}

extension ClaimQuantity {
    /// `at least 744`, `13`
    var text: String {
        (bound == .exactly ? "" : bound.rawValue + " ") + ClaimFigure.text(of: value) + (isPercent ? " %" : "")
    }
}
