/// Holds the statements of documents against one state of a repository.
struct ClaimJudge {
    let evidence: any ClaimEvidence
    let documents: [ClaimDocument]
    let statements: [[ClaimStatement]]
    let survey: TreeSurvey
    let concepts: EvidenceAnswer<[EvidenceConcept]>
    /// The module in whose code a listed log line is written; found with the first such line.
    let replayModule: String?

    init(documents: [ClaimDocument], evidence: any ClaimEvidence) {
        self.evidence = evidence
        self.documents = documents
        let vocabulary = TreeVocabulary(paths: evidence.files.lazy.map(\.path))
        let statements = documents.map { StatementReader.statements(of: $0, vocabulary) }
        self.statements = statements
        concepts = evidence.concepts()
        var patterns: Set<SearchPattern> = []
        for statement in statements.joined() where statement.mood == .fact {
            patterns.formUnion(Self.patterns(of: statement))
        }
        for concept in concepts.value ?? [] { patterns.insert(.words(ClaimWords.words(of: concept.name))) }
        survey = TreeSurvey(evidence, patterns: patterns.sorted { $0.description < $1.description })
        var module: String?
        for case .names(_, let message, _) in statements.joined().lazy.map(\.kind) where module == nil {
            module = Self.place(of: message, survey, evidence).map { Self.module(of: $0.path) }
        }
        replayModule = module
    }

    private static func patterns(of statement: ClaimStatement) -> [SearchPattern] {
        switch statement.kind {
        case .quantity(let quantity): quantityPatterns(quantity)
        case .message(let message), .names(_, let message, _): literals(of: message).map { .literal($0) }
        case .identifier(let name, _): [.literal(name)]
        case .path, .absence, .command, .commit, .importing, .symbol, .definition, .origin, .done, .issue, .canonical,
            .day:
            []
        }
    }

    func judgement(on statement: ClaimStatement, document: Int) -> ClaimJudgement {
        switch statement.kind {
        case .path(let path, let line): judge(path: path, line: line)
        case .absence(let path): judge(absence: path)
        case .command(let command): judge(command: command)
        case .commit(let id): judge(commit: id)
        case .importing(let module, let name): judge(symbol: name.map { module + "." + $0 } ?? module)
        case .symbol(let name): judge(symbol: name)
        case .identifier(let name, let isDenied): judge(identifier: name, isDenied: isDenied)
        case .definition(let name, let path): judge(definition: name, path: path)
        case .names(let names, let message, let isCut): judge(names: names, message: message, isCut: isCut)
        case .message(let message): judge(message: message)
        case .origin(let module, let function, let line):
            judge(origin: module, function: function, line: line, statement, document: document)
        case .quantity(let quantity): judge(quantity, statement, document: document)
        case .done:
            .open(
                .definition, "names nothing that could be measured",
                remedy: "name a path, a number with its unit, a command or a commit")
        case .issue(let number, let title, let status): judge(issue: number, title: title, status: status)
        case .canonical(let name, let path): judge(canonical: name, path: path, document: document)
        case .day(let day): .fails("no calendar has the day \(day)")
        }
    }

    // MARK: Looking up

    /// The concept whose name a text holds; the longest when several do.
    static func concept(in text: String, _ concepts: EvidenceAnswer<[EvidenceConcept]>) -> EvidenceConcept? {
        let letters = ClaimWords.letters(of: text)
        return (concepts.value ?? []).filter {
            let name = ClaimWords.letters(of: $0.name)
            return !name.isEmpty && letters.contains(name)
        }.max { $0.name.count < $1.name.count }
    }

    /// The concept that a document is about: by its title, else the only one that its text names.
    func subject(of document: Int) -> EvidenceConcept? {
        if let found = Self.concept(in: documents[document].title, concepts) { return found }
        let text = documents[document].lines.map(\.source.text).joined(separator: " ")
        return Self.concept(in: text, concepts)
    }

    func lineText(_ path: String, _ line: Int) -> String? {
        guard let bytes = evidence.bytes(of: path) else { return nil }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard (1...max(lines.count, 1)).contains(line), line <= lines.count else { return nil }
        return String(String(decoding: lines[line - 1], as: UTF8.self).prefix(200))
    }

    /// `shop/cart.py` is the module `shop.cart`.
    static func module(of path: String) -> String {
        var parts = path.split(separator: "/").map(String.init)
        if let last = parts.popLast() {
            let stem = String(last.prefix { $0 != "." })
            if stem != "__init__" { parts.append(stem) }
        }
        return parts.joined(separator: ".")
    }

    /// The parts of a message that a program has as they are: between numbers, quotes and brackets.
    static func literals(of message: String) -> [String] {
        message.split { $0.isNumber || "[]{}'\"<>".contains($0) }
            .map { String($0).trimmed }
            .filter { $0.count >= 10 && $0.contains(" ") }
    }

    /// The source file and line that hold all parts of a message.
    static func place(of message: String, _ survey: TreeSurvey, _ evidence: any ClaimEvidence) -> EvidencePlace? {
        let parts = literals(of: message)
        guard let first = parts.first else { return nil }
        let files = (survey.textMatches[.literal(first)] ?? []).filter { file in
            TreeSurvey.isSource(file.path)
                && parts.allSatisfy { survey.textMatches[.literal($0)]?.contains(file) ?? false }
        }
        // The program's own code before its tests.
        guard let file = files.first(where: { $0.scope == .live }) ?? files.first,
            let bytes = evidence.bytes(of: file.path)
        else { return nil }
        let wanted = WordSearch([.literal(first)])
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if wanted.found(in: Array(line)).isEmpty { continue }
            return EvidencePlace(
                path: file.path, line: index + 1,
                text: String(String(decoding: line, as: UTF8.self).trimmed.prefix(200)))
        }
        return EvidencePlace(path: file.path, line: 0)
    }

    func place(of message: String) -> EvidencePlace? { Self.place(of: message, survey, evidence) }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }

    /// `3 files`, `1 file`.
    static func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
