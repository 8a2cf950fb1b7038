extension StatementReader {
    /// Paths, imports, dotted names, identifiers and commits, in code spans and in prose.
    mutating func readReferences(_ passage: Passage) {
        for (index, token) in passage.tokens.enumerated() {
            let mood = mood(passage, at: index)
            switch token.kind {
            case .code:
                let isMessage = passage.labelIs(["error", "message", "log", "warning", "exception"])
                if isMessage, token.text.split(separator: " ").count >= 4 {
                    add(.message(token.text), passage.line, token.range, mood: mood)
                } else if let kind = reference(inCode: token.text, isDenied: isDenied(passage, index)) {
                    add(isGone(passage, index, kind), passage.line, token.range, mood: mood)
                }
            case .term:
                if let kind = reference(inProse: token.text) {
                    add(isGone(passage, index, kind), passage.line, token.range, mood: mood)
                }
            case .word, .number:
                if index > 0, ["commit", "commits", "sha", "revision"].contains(passage.tokens[index - 1].lower),
                    Self.isCommit(token.text)
                {
                    add(.commit(token.text), passage.line, token.range, mood: mood)
                }
            case .date, .link, .mark: break
            }
            readDefinition(passage, index, mood)
        }
    }

    /// `cart.py` (Cart), and "cart.py: contains Cart".
    private mutating func readDefinition(_ passage: Passage, _ index: Int, _ mood: ClaimStatement.Mood) {
        let tokens = passage.tokens
        guard let path = path(of: tokens[index]) else { return }
        if index + 3 < tokens.count, tokens[index + 1].isMark("("), tokens[index + 3].isMark(")"),
            let name = Self.identifier(tokens[index + 2])
        {
            let range = tokens[index].range.lowerBound..<tokens[index + 3].range.upperBound
            add(.definition(name: name, path: path), passage.line, range, mood: mood)
        } else if index == 0, passage.body == 2, tokens.count > 3,
            ["contains", "defines", "holds", "declares", "has", "implements"].contains(tokens[2].lower)
        {
            guard let name = tokens[3...].lazy.compactMap(Self.identifier).first,
                !isDenied(passage, 3)
            else { return }
            add(.definition(name: name, path: path), passage.line, passage.range, mood: mood)
        }
    }

    /// "Removed `cart.py`" says that the file is not there.
    private func isGone(_ passage: Passage, _ index: Int, _ kind: ClaimStatement.Kind) -> ClaimStatement.Kind {
        guard case .path(let path, nil) = kind else { return kind }
        let start = max(passage.sentence(around: index).lowerBound, index - 4)
        let words = passage.tokens[start..<index].map(\.lower)
        return words.contains { ["removed", "deleted", "removes", "deletes"].contains($0) } ? .absence(path) : kind
    }

    private func isDenied(_ passage: Passage, _ index: Int) -> Bool {
        // A label ("SSOT Bypass:") says nothing about what stands behind it.
        let start = max(passage.sentence(around: index).lowerBound, index - 4, passage.body)
        guard start < index else { return false }
        return passage.tokens[start..<index].contains { ClaimWords.denial.contains($0.lower) }
    }

    // MARK: What a text is

    func reference(inCode text: String, isDenied: Bool = false) -> ClaimStatement.Kind? {
        if let statement = Self.importStatements(text).first, vocabulary.packages.contains(Self.package(statement)) {
            return statement
        }
        if let command = Self.command(text) { return .command(command) }
        guard !text.contains(" ") else { return nil }
        if let path = path(text, isCode: true) { return path }
        if Self.isCommit(text) { return .commit(text) }
        if let symbol = symbol(text) { return .symbol(symbol) }
        if let name = Self.identifier(named: text, isCode: true) { return .identifier(name, isDenied: isDenied) }
        return nil
    }

    func reference(inProse text: String) -> ClaimStatement.Kind? {
        if let path = path(text, isCode: false) { return path }
        return symbol(text).map { .symbol($0) }
    }

    /// The path in a token, without a line.
    func path(of token: ClaimToken) -> String? {
        guard token.kind == .code || token.kind == .term, !token.text.contains(" "),
            case .path(let path, _)? = path(token.text, isCode: token.kind == .code)
        else { return nil }
        return path
    }

    private func path(_ text: String, isCode: Bool) -> ClaimStatement.Kind? {
        var text = text
        var line: Int?
        // `cart.py:12`, `cart.py:12-20`, `cart.py#L12`
        if let mark = text.lastIndex(where: { $0 == ":" || $0 == "#" }) {
            let rest = text[text.index(after: mark)...].drop { $0 == "L" }
            line = Int(rest.prefix { $0.isNumber })
            guard line != nil, rest.allSatisfy({ $0.isNumber || $0 == "-" || $0 == ":" }) else { return nil }
            text = String(text[..<mark])
            if let colon = text.lastIndex(of: ":"), let first = Int(text[text.index(after: colon)...]) {
                // `cart.py:12:5`
                line = first
                text = String(text[..<colon])
            }
        }
        guard !text.isEmpty, !text.contains(where: { "*<>{}$|?=,()[]\"'%~\\".contains($0) }), !text.contains("...")
        else {
            return nil
        }
        let isMention = text.hasPrefix("@")
        let segments = text.drop { $0 == "@" || $0 == "/" }.split(separator: "/")
        guard let first = segments.first, let last = segments.last else { return nil }
        let ending = last.lastIndex(of: ".").flatMap {
            $0 == last.startIndex ? nil : String(last[last.index(after: $0)...])
        }
        let isFile = ending.map { vocabulary.endings.contains($0) || Self.commonEndings.contains($0) } ?? false
        if segments.count == 1 {
            // `shop/`
            if text.hasSuffix("/"), vocabulary.roots.contains(String(first)) { return .path(text, line: nil) }
            guard isFile else { return nil }
            if isCode || isMention || vocabulary.names.contains(String(last)) || last.contains("_") || line != nil {
                // `shop.config` is a name with a dot when the tree has the package.
                if line == nil, !vocabulary.names.contains(String(last)),
                    let ending, !Self.commonEndings.contains(ending)
                {
                    return nil
                }
                return .path(text, line: line)
            }
            return nil
        }
        let isKnown = vocabulary.roots.contains(String(first == "." ? segments[1] : first))
        return isFile || isKnown ? .path(text, line: line) : nil
    }

    /// Endings that mean a file although the tree may have none such.
    private static let commonEndings: Set<String> = [
        "py", "swift", "js", "ts", "tsx", "go", "rs", "java", "rb", "c", "h", "cpp", "sh", "md", "txt", "yaml", "yml",
        "toml", "json", "cfg", "ini", "sql", "html", "css", "xml", "log", "lock",
    ]

    /// A dotted name whose first part is a package of the tree.
    func symbol(_ text: String) -> String? {
        var text = text
        if text.hasSuffix("()") { text.removeLast(2) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts.allSatisfy(Self.isName), vocabulary.packages.contains(String(parts[0])) else {
            return nil
        }
        return text
    }

    static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    static func identifier(_ token: ClaimToken) -> String? {
        switch token.kind {
        case .code: identifier(named: token.text, isCode: true)
        case .word: identifier(named: token.text, isCode: false)
        case .term, .number, .date, .link, .mark: nil
        }
    }

    /// A name that only code has: with an underscore or a call's brackets, or of several words with capitals.
    static func identifier(named text: String, isCode: Bool) -> String? {
        var text = text
        let isCall = text.hasSuffix("()")
        if isCall { text.removeLast(2) }
        guard isName(text), text.count > 2 else { return nil }
        let characters = Array(text)
        let humps = zip(characters, characters.dropFirst()).count { $0.isLowercase && $1.isUppercase }
        let hasUnderscore = text.dropFirst().contains("_") || text.hasPrefix("_")
        // One hump may be a product's name: GitHub, OpenAI.
        return isCall && isCode || hasUnderscore || humps >= (isCode ? 1 : 2) ? text : nil
    }

    /// 7 to 40 hexadecimal digits, with a digit and a letter among them: numbers and words are no ids.
    static func isCommit(_ text: String) -> Bool {
        (7...40).contains(text.count) && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
            && text.contains(where: \.isNumber) && text.contains(where: \.isLetter)
    }

    // MARK: Imports

    /// `from a import b, c as d`, `import a.b`
    static func importStatements(_ text: String) -> [ClaimStatement.Kind] {
        let words = text.split { $0 == " " || $0 == "\t" || $0 == "(" || $0 == ")" }
        guard words.count >= 2 else { return [] }
        func isDotted(_ text: Substring) -> Bool {
            !text.isEmpty && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isName)
        }
        if words[0] == "from", words.count >= 4, words[2] == "import", isDotted(words[1]) {
            let rest = words[3...].prefix { !$0.hasPrefix("#") }.joined(separator: " ")
            return rest.split(separator: ",").compactMap { part in
                guard let name = part.split(separator: " ").first, isName(name) else { return nil }
                return .importing(module: String(words[1]), name: String(name))
            }
        }
        if words[0] == "import", words.count == 2 || words.count == 4 && words[2] == "as", isDotted(words[1]) {
            return [.importing(module: String(words[1]), name: nil)]
        }
        return []
    }

    static func package(_ statement: ClaimStatement.Kind) -> String {
        guard case .importing(let module, _) = statement else { return "" }
        return String(module.prefix { $0 != "." })
    }

    // MARK: Commands

    private static let programs: Set<Substring> = [
        "python", "python3", "pytest", "make", "npm", "npx", "node", "yarn", "pnpm", "swift", "cargo", "go", "git",
        "gh",
        "bash", "sh", "zsh", "uv", "pip", "pip3", "poetry", "docker", "docker-compose", "kubectl", "gcloud", "curl",
        "canon",
        "tox", "ruff", "mypy", "alembic", "terraform", "helm", "rg", "grep",
    ]

    /// A command line: a known program, or a script by its path, with at least one word more.
    static func command(_ text: String) -> String? {
        var text = Substring(text)
        while text.hasPrefix("$ ") || text.hasPrefix("> ") { text = text.dropFirst(2) }
        var words = text.split(separator: " ")
        // `NAME=value program …`
        while let first = words.first, let equals = first.firstIndex(of: "="), isName(first[..<equals]) {
            words.removeFirst()
        }
        guard let program = words.first else { return nil }
        if programs.contains(program), words.count > 1 { return words.joined(separator: " ") }
        if program.hasPrefix("./"), program.count > 2 { return words.joined(separator: " ") }
        return nil
    }
}
