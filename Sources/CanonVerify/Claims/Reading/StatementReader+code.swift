extension StatementReader {
    private static let shells: Set<String> = [
        "bash", "sh", "shell", "console", "zsh", "shellsession", "powershell", "cmd",
    ]

    mutating func read(block: ClaimDocument.CodeBlock, _ first: Int) {
        let section = document.lines[first].section
        if Self.shells.contains(block.language) {
            // Whoever lists a command says that it can be run, under whatever heading.
            readCommands(block)
            return
        }
        let mood = sectionMood(section) ?? .fact
        let isData = ["", "text", "txt", "log", "json", "output", "plain", "yaml"].contains(block.language)
        if isData {
            let taken = readNames(block, mood)
            for index in block.lines where !taken.contains(index) { readSymbols(index, mood) }
        } else {
            readSource(block, mood)
        }
    }

    private mutating func readCommands(_ block: ClaimDocument.CodeBlock) {
        var continued = false
        for index in block.lines {
            let line = document.lines[index].source
            let range = line.textRange
            let text = line.text(range)
            let wasContinued = continued
            continued = text.hasSuffix("\\")
            guard !wasContinued, !text.hasPrefix("#") else { continue }
            let plain = text.hasSuffix("\\") ? String(text.dropLast()) : text
            if let command = Self.command(plain) { add(.command(command), index, range, mood: .fact) }
        }
    }

    /// Import statements of code, and a class below a comment with a path.
    private mutating func readSource(_ block: ClaimDocument.CodeBlock, _ mood: ClaimStatement.Mood) {
        var path: String?
        var name: String?
        var place: Int?
        for index in block.lines {
            let line = document.lines[index].source
            let range = line.textRange
            let text = line.text(range)
            for statement in Self.importStatements(text) where vocabulary.packages.contains(Self.package(statement)) {
                add(statement, index, range, mood: mood)
            }
            for comment in ["#", "//"] where text.hasPrefix(comment) {
                let tokens = ClaimToken.tokens(of: line, in: (range.lowerBound + comment.count)..<range.upperBound)
                if path == nil, let token = tokens.first(where: { self.path(of: $0) != nil }) {
                    path = self.path(of: token)
                    place = index
                    if let path { add(.path(path, line: nil), index, token.range, mood: mood) }
                }
            }
            let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
            if name == nil, let keyword = words.firstIndex(of: "class"), keyword == 0, words.count > 1 {
                name = String(words[1])
                if let path { add(.definition(name: String(words[1]), path: path), index, range, mood: mood) }
            }
        }
        if let place = place ?? (name == nil ? nil : block.lines.lowerBound) {
            readCanonical(block: block, path: path, name: name, line: place, mood: mood)
        }
    }

    /// Lists of dotted names in brackets, as programs print them; returns the lines that they take.
    private mutating func readNames(_ block: ClaimDocument.CodeBlock, _ mood: ClaimStatement.Mood) -> Set<Int> {
        var taken: Set<Int> = []
        for start in block.lines where !taken.contains(start) {
            let line = document.lines[start].source
            guard let bracket = line.scalars.firstIndex(of: "[") else { continue }
            var text = ""
            var end = start
            var isClosed = false
            for index in start..<min(block.lines.upperBound, start + 200) {
                let scalars = document.lines[index].source.scalars
                let from = index == start ? bracket + 1 : 0
                let rest = scalars[from...]
                let close = rest.firstIndex(of: "]")
                text += document.lines[index].source.text(from..<(close ?? scalars.count)) + "\n"
                end = index
                if close != nil {
                    isClosed = true
                    break
                }
            }
            let names = text.split { " ,'\"\n\t".contains($0) }.filter { symbol(String($0)) != nil }.map(String.init)
            guard names.count >= 2 || names.count == 1 && text.hasPrefix("'") else { continue }
            let isCut = !isClosed || text.contains("...") || text.contains("…")
            add(
                .names(names, message: Self.message(line.text(0..<bracket)), isCut: isCut), start, line.textRange,
                mood: mood)
            taken.formUnion(start...end)
        }
        return taken
    }

    /// `"message": "CACHE WARNING: found` without the key and the quotes.
    private static func message(_ text: String) -> String {
        var text = text
        if let quote = text.lastIndex(where: { $0 == "\"" }) { text = String(text[text.index(after: quote)...]) }
        return String(text.drop { " \t'".contains($0) })
    }

    /// Dotted names of the tree in what a program printed.
    private mutating func readSymbols(_ index: Int, _ mood: ClaimStatement.Mood) {
        let line = document.lines[index].source
        var start = 0
        func isPart(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "."
        }
        while start < line.scalars.count {
            guard isPart(line.scalars[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < line.scalars.count, isPart(line.scalars[end]) { end += 1 }
            var range = start..<end
            while !range.isEmpty, line.scalars[range.upperBound - 1] == "." { range = range.dropLast() }
            if let symbol = symbol(line.text(range)), path(symbol) == nil {
                add(.symbol(symbol), index, range, mood: mood)
            }
            start = end
        }
    }

    private func path(_ text: String) -> String? {
        guard let dot = text.lastIndex(of: ".") else { return nil }
        return vocabulary.names.contains(text) && vocabulary.endings.contains(String(text[text.index(after: dot)...]))
            ? text : nil
    }

    /// Items "Module: …", "Function: …", "Line: …" of one section.
    mutating func readOrigins() {
        struct Origin {
            var line: Int
            var range: Range<Int>
            var module: String
            var function: String?
            var number: Int?
        }
        var origins: [Int: Origin] = [:]
        for (index, line) in document.lines.enumerated() {
            switch line.kind {
            case .item, .text: break
            case .blank, .heading, .mark, .row, .code: continue
            }
            let passage = passage(index, line.content)
            guard passage.label.count == 1, let label = passage.label.first?.lower,
                let value = passage.tokens.dropFirst(passage.body).first, mood(passage, at: 0) == .fact
            else { continue }
            switch label {
            case "module", "logger":
                let name = symbol(value.text) ?? path(of: value)
                if let name, origins[line.section] == nil {
                    origins[line.section] = Origin(line: index, range: passage.range, module: name)
                }
            case "function", "method": origins[line.section]?.function = value.text
            case "line":
                if case .number(let number) = value.kind { origins[line.section]?.number = Int(exactly: number) }
            default: break
            }
        }
        for origin in origins.values.sorted(by: { $0.line < $1.line })
        where origin.function != nil || origin.number != nil {
            add(
                .origin(module: origin.module, function: origin.function, line: origin.number), origin.line,
                origin.range,
                mood: .fact)
        }
    }
}
