/// Recognises what a person wants, without a model: by the shape of the sentence.
struct QuestionParser {
    /// The tools beside the four of the workspace, by name.
    let extraTools: [String]

    /// - Parameter history: the messages before, for "it" and "what about …".
    func parse(_ text: String, history: [AgentMessage]) -> Question {
        let words = QuestionWord.split(text)
        let core = Self.core(of: words)
        if core.isEmpty { return words.isEmpty ? .help : .greeting }
        if Self.isAny(core, of: Self.greetings) { return .greeting }
        if Self.isAny(core, of: Self.helps) { return .help }
        if let question = Self.aboutImplementations(core) { return question }
        if let question = aboutLogs(core) ?? aboutStanding(core) { return question }
        if let question = aboutFile(core, history: history) { return question }
        if let question = aboutName(core, history: history) { return question }
        if let tool = tool(in: core) { return tool }
        if let question = Self.aboutText(core) { return question }
        if let question = followUp(core, history: history) { return question }
        if Self.isOverview(core) { return .overview }
        if core.count == 1, core[0].isMarked, QuestionWord.isName(core[0].text) { return .definition([core[0].text]) }
        return .open(terms: Self.terms(of: words))
    }

    // MARK: The sentence without its frills

    private static let openers: Set<String> = [
        "please", "and", "so", "ok", "okay", "then", "now", "hey", "but", "also", "well", "hi", "hello", "just",
    ]
    private static let openings = [
        "can|could|would|will you", "tell me", "i want to know", "i need to know", "do you know", "i would like to",
        "i want to", "i need to", "help me to?", "let me", "let us",
    ].map { QuestionTemplate($0) }
    private static let closings = [
        "please", "thanks", "for me", "exactly", "here", "anywhere", "again", "too", "then", "now", "thank you",
        "in|inside|of|within this|the|my|our workspace|repo|repository|project|codebase|code|folder|base",
    ].map { QuestionTemplate($0) }

    private static func core(of words: [QuestionWord]) -> [QuestionWord] {
        var core = words[...]
        var isChanged = true
        while isChanged {
            isChanged = false
            // A greeting alone must stay a greeting.
            if core.count > 1, let first = core.first, openers.contains(first.lower) {
                core = core.dropFirst()
                isChanged = true
            }
            for count in 2...4 where core.count > count {
                if openings.contains(where: { $0.match(Array(core.prefix(count))) != nil }) {
                    core = core.dropFirst(count)
                    isChanged = true
                }
            }
        }
        isChanged = true
        while isChanged {
            isChanged = false
            for count in 1...3 where core.count > count + 1 {
                if closings.contains(where: { $0.match(Array(core.suffix(count))) != nil }) {
                    core = core.dropLast(count)
                    isChanged = true
                }
            }
        }
        return Array(core)
    }

    static func isAny(_ words: [QuestionWord], of templates: [QuestionTemplate]) -> Bool {
        templates.contains { $0.match(words) != nil }
    }

    static func gap(_ words: [QuestionWord], _ templates: [QuestionTemplate]) -> [QuestionWord]? {
        for template in templates { if let gap = template.match(words) { return gap } }
        return nil
    }

    private static let greetings = [
        "hi|hello|hey|hallo|hola|howdy|thanks|greetings there?", "good morning|afternoon|evening|day", "thank you",
        "hi|hello|hey analyst|canon|all|everyone", "how are you",
    ].map { QuestionTemplate($0) }

    private static let helps = [
        "help me?", "what can|do you do", "what can i ask you?", "what do you know",
        "how do|can i use you|this|it|canon",
        "who|what are you", "commands", "what are your tools|commands|abilities", "which|what tools do you have",
        "what questions can you answer", "how does this work",
    ].map { QuestionTemplate($0) }

    // MARK: Files

    private static let fileTemplates = [
        "show|read|open|print|cat|display|view|see|give|list me? the? file|contents|content? of? file? X",
        "what is|stands in|inside the? file? X", "what does the? file? X contain|say",
        "contents|content of the? file? X",
        "where is the? file X", "where is|are X", "find the? file X", "find|locate X", "X",
    ].map { QuestionTemplate($0) }

    private static let lineTemplates = [
        "show|read|open|print|cat|display|view|see me? the? lines|line X of|in|from the? file? X",
        "lines|line X of|in the? file? X",
    ].map { QuestionTemplate($0) }

    private static let againTemplates = [
        "show|read|open|print|display|view|see me? the|that|this file|it|code",
        "show|read|open|print|view me? it|that|this",
    ].map { QuestionTemplate($0) }

    private func aboutFile(_ core: [QuestionWord], history: [AgentMessage]) -> Question? {
        if Self.isAny(core, of: Self.againTemplates), let place = Self.lastPlace(in: history) {
            return .read(path: place.path, from: max(1, place.line - 10), to: place.line + 30)
        }
        if let gap = Self.gap(core, Self.lineTemplates), let path = gap.last, path.isPath || path.isQuoted {
            let numbers = Self.numbers(in: Array(gap.dropLast()))
            if let from = numbers.first {
                return .read(path: path.text, from: from, to: numbers.count > 1 ? numbers[1] : from)
            }
        }
        if let gap = Self.gap(core, Self.fileTemplates), let first = gap.first {
            let (path, line) = Self.pathAndLine(first)
            let saysFile = core.contains { $0.lower == "file" }
            let tail = gap.dropFirst()
            let isTailLines = tail.allSatisfy { Self.lineWords.contains($0.lower) || !Self.numbers(in: [$0]).isEmpty }
            if QuestionWord(path, isQuoted: false).isPath || (saysFile && tail.isEmpty), isTailLines {
                let numbers = Self.numbers(in: Array(tail))
                let from = numbers.first ?? line
                let to = numbers.count > 1 ? numbers[1] : nil
                return .read(path: path, from: from, to: to)
            }
        }
        return nil
    }

    private static let lineWords: Set<String> = ["line", "lines", "from", "to", "-", "and", "until", "through", "at"]

    /// `src/a.py:12` is a path and a line.
    private static func pathAndLine(_ word: QuestionWord) -> (path: String, line: Int?) {
        guard let colon = word.text.lastIndex(of: ":"), let line = Int(word.text[word.text.index(after: colon)...])
        else {
            return (word.text, nil)
        }
        return (String(word.text[..<colon]), max(1, line))
    }

    private static func numbers(in words: [QuestionWord]) -> [Int] {
        words.flatMap { word in
            let parts = word.text.split(whereSeparator: { $0 == "-" || $0 == "\u{2013}" || $0 == ":" })
            let numbers = parts.compactMap { Int($0) }
            return numbers.count == parts.count ? numbers.filter { $0 > 0 } : []
        }
    }

    /// The first place that the last answer names, in the form `path:line`.
    private static func lastPlace(in history: [AgentMessage]) -> (path: String, line: Int)? {
        for message in history.reversed() where message.role == .assistant {
            for part in message.text.split(separator: "`").prefix(400) {
                let (path, line) = pathAndLine(QuestionWord(String(part), isQuoted: false))
                if let line, QuestionWord(path, isQuoted: false).isPath { return (path, line) }
            }
        }
        return nil
    }

    // MARK: Implementations

    private static let countTemplates = [
        "how many implementations|copies|versions of X are|is there",
        "how many implementations|copies|versions of X exist",
        "how many different|distinct|other|real? X are|is there", "how many different|distinct|other|real? X exist",
        "how many different|distinct|other|real? X do|does|did we|you|they|i|it have|see|find",
        "how many different|distinct|other|real X",
        "is|are there more than one|1 X", "is|are there several|multiple|duplicate|two|second|other|many|a X",
        "do|does we|you|they|i|it have more than one|1 X",
        "do|does we|you|they|i|it have several|multiple|duplicate|two|many X",
        "which|what X are there", "which|what X exist", "find|show|list me? all? duplicates|copies of X",
        "what|who implements|duplicates X",
    ].map { QuestionTemplate($0) }

    /// These are counted by other tools, or are no things of a program.
    private static let notImplementations: Set<String> = [
        "files", "file", "lines", "line", "folders", "folder", "directories", "languages", "language", "times", "words",
        "tools", "commands", "questions", "entry", "points", "places", "occurrences", "more", "problems", "errors",
    ]

    private static func aboutImplementations(_ core: [QuestionWord]) -> Question? {
        guard let gap = gap(core, countTemplates) else { return nil }
        let words = withoutKind(gap.filter { $0.isQuoted || !kindsInPlural.contains($0.lower) })
        guard !words.isEmpty, words.allSatisfy({ QuestionWord.isName($0.text) }),
            !words.contains(where: { notImplementations.contains($0.lower) || pronouns.contains($0.lower) })
        else { return nil }
        return .implementations(words.map { $0.isQuoted ? $0.text : singular($0.text) })
    }

    private static let kindsInPlural: Set<String> = [
        "classes", "types", "objects", "implementations", "implementation", "functions", "definitions",
    ]

    /// "managers" asks for what is called manager.
    private static func singular(_ word: String) -> String {
        let lower = word.lowercased()
        for (ending, replacement) in [("factories", "factory"), ("ries", "ry"), ("sses", "ss"), ("xes", "x")]
        where lower.hasSuffix(ending) {
            return String(word.dropLast(ending.count)) + replacement
        }
        guard lower.hasSuffix("s"), !lower.hasSuffix("ss"), !lower.hasSuffix("us"), !lower.hasSuffix("is"),
            lower.count > 3
        else { return word }
        return String(word.dropLast())
    }

    // MARK: Names

    private static let usageTemplates = [
        "who|what uses|calls|references|imports|invokes|needs|instantiates|creates X",
        "who|what is using|calling|importing X",
        "which|what files|code|functions|classes|modules use|uses|call|calls|import|imports|reference X",
        "where is|are|was X being? used|called|referenced|imported|invoked|instantiated|needed",
        "where do|does we|you|i|it|they use|call|import X", "how often|many times? is|are X used|called",
        "how many times is X used|called", "usages|usage|uses|references|callers|users of|to|for X",
        "find|show|list|get|give me? all? the? usages|usage|uses|references|callers|users of|to|for X",
        "find|show|list? me? where X is|are used|called|referenced", "is X used|called",
    ].map { QuestionTemplate($0) }

    private static let definitionTemplates = [
        "where is|are|was|were X defined|declared|implemented|located|written|created|set",
        "where does|do X live|come|stand from?", "where do|can|could i|we|you|one find|define|declare|see X",
        "where|which|what file|files|line|module defines|declares|implements|has X",
        "find|show|get|give|see|list me? the? definition|definitions|declaration|implementation|source|code of|for X",
        "definition|declaration|implementation|source of|for X", "go|jump to the? definition? of? X", "locate X",
        "who|what defines|declares|implements X",
        "find|show|list? me? where X is|are defined|declared|implemented|located",
    ].map { QuestionTemplate($0) }

    /// These ask for a name only when what they ask for looks like one.
    private static let looseTemplates = [
        "where is|are X", "find|show|explain|describe me? X", "what is|are|does X do?", "what does X mean",
        "how is|are X implemented|defined|built", "how does|do X work|works", "tell me? about X", "look up|at X",
    ].map { QuestionTemplate($0) }

    private func aboutName(_ core: [QuestionWord], history: [AgentMessage]) -> Question? {
        if let gap = Self.gap(core, Self.usageTemplates), let name = Self.name(gap, history: history, parser: self) {
            return .usage(name)
        }
        if let gap = Self.gap(core, Self.definitionTemplates), let name = Self.name(gap, history: history, parser: self)
        {
            return .definition(name)
        }
        // "find duplicates" may name a tool; "find `find_duplicates`" does not.
        let isTool = !core.contains { $0.isMarked } && tool(in: core) != nil
        if !isTool, let gap = Self.gap(core, Self.looseTemplates) {
            let words = Self.withoutKind(gap)
            let isWhereIs = core.first?.lower == "where"
            if let only = words.first, words.count == 1, QuestionWord.isName(only.text),
                only.isMarked || (isWhereIs && words.count == gap.count)
                    || words.count < gap.count && gap.count > 1 && Self.hasKind(gap)
            {
                return .definition([only.text])
            }
            if isWhereIs, let name = Self.name(gap, history: history, parser: self) { return .definition(name) }
        }
        return nil
    }

    private static let kinds: Set<String> = [
        "class", "function", "method", "struct", "structure", "enum", "protocol", "interface", "type", "variable",
        "constant", "module", "symbol", "macro", "actor", "trait", "typealias", "name", "identifier", "func", "def",
        "property", "field", "object",
    ]
    private static let articles: Set<String> = [
        "the", "a", "an", "our", "my", "your", "called", "named", "all", "every",
    ]
    private static let pronouns: Set<String> = ["it", "that", "this", "them", "these", "those", "they", "one"]

    private static func hasKind(_ words: [QuestionWord]) -> Bool { words.contains { kinds.contains($0.lower) } }

    /// Without articles and words such as "class", unless nothing is left.
    private static func withoutKind(_ words: [QuestionWord]) -> [QuestionWord] {
        words.filter { $0.isQuoted || (!articles.contains($0.lower) && !kinds.contains($0.lower)) }
    }

    /// The name that a gap holds: one identifier, or a few words that may make one.
    private static func name(_ gap: [QuestionWord], history: [AgentMessage], parser: QuestionParser) -> [String]? {
        let words = withoutKind(gap)
        if words.isEmpty || (words.count == 1 && pronouns.contains(words[0].lower)) {
            // "where is the class used": what was spoken of before.
            if let symbol = parser.lastSymbol(in: history) { return symbol }
            return words.isEmpty && gap.count == 1 ? [gap[0].text] : nil
        }
        if let marked = words.first(where: { $0.isMarked && QuestionWord.isName($0.text) }) { return [marked.text] }
        guard words.count <= 4, words.allSatisfy({ QuestionWord.isName($0.text) }) else { return nil }
        return words.map(\.text)
    }

    private func lastSymbol(in history: [AgentMessage]) -> [String]? {
        // Without a history of its own, a message that says only "it" has no symbol, and the one before it is asked.
        for message in history.reversed().prefix(50) where message.role == .user {
            if let symbol = parse(message.text, history: []).symbol { return symbol }
        }
        return nil
    }

    private static let followUpTemplates = ["what|how about X", "X"].map { QuestionTemplate($0) }

    /// "What about Router?" asks the last question of another name.
    private func followUp(_ core: [QuestionWord], history: [AgentMessage]) -> Question? {
        guard let gap = Self.followUpTemplates[0].match(core),
            let name = Self.name(gap, history: [], parser: self)
        else { return nil }
        for message in history.reversed().prefix(50) where message.role == .user {
            switch parse(message.text, history: []) {
            case .usage: return .usage(name)
            case .definition: return .definition(name)
            case .search: return .search(name.joined(separator: " "))
            default: continue
            }
        }
        return gap.contains { $0.isMarked } ? .definition(name) : nil
    }

    // MARK: Text

    private static let searchTemplates = [
        "search|grep|look|scan for? the? text|string|word|phrase|term|line? X",
        "find the? text|string|word|phrase|line|lines|occurrences|occurrence of|with|containing? X",
        "find|list|show me? all|every|each occurrences|places|lines|mentions? of|with|where? X",
        "which|what files|lines|file contain|contains|mention|mentions|have|has|include the? text|word|string? X",
        "where is|does|do|are X appear|appears|occur|occurs|mentioned|written|stand", "find|show me? X",
        "where is|are X",
    ].map { QuestionTemplate($0) }

    private static func aboutText(_ core: [QuestionWord]) -> Question? {
        guard let gap = gap(core, searchTemplates) else { return nil }
        if let quoted = gap.first(where: { $0.isQuoted }) { return .search(quoted.text) }
        let isWhereIs = core.first?.lower == "where"
        let words = isWhereIs ? withoutKind(gap) : gap
        guard !words.isEmpty else { return nil }
        return .search(words.map(\.text).joined(separator: " "))
    }

    // MARK: The whole workspace

    private static let overviews = [
        "overview", "what is|are in|inside|there?", "give|show me? an|the? overview|summary|structure|tree|layout",
        "structure|layout|summary",
        "what|which languages|language is|are? used|there|present?", "languages",
        "what|which files|folders|directories are? there|present?",
        "how many files|lines|folders are? there|present?",
        "how big|large is it|this|the workspace|project|repo|repository|codebase?",
        "list|show me? all? the? files|folders|languages",
        "describe|summarize|summarise|explain it|this|the|my|our workspace|project|repo|repository|codebase|code",
        "what is this|the workspace|project|repo|repository|codebase|code about?",
        "what does this|the workspace|project|repo|repository|codebase|code do|contain",
        "what is in|inside this|the|my|our workspace|project|repo|repository|codebase|folder|code base?",
        "how is it|this|the project|code|workspace|repo|repository? structured|organized|organised|built",
        "what programming languages are|is used", "what is in|inside it|there", "entry points",
        "what|which|where are|is the? entry points|point",
    ].map { QuestionTemplate($0) }

    private static func isOverview(_ core: [QuestionWord]) -> Bool {
        isAny(core, of: overviews) || (core.count <= 8 && core.contains { $0.lower == "overview" })
    }

    // MARK: Tools by name

    private static let orders: Set<String> = ["run", "use", "call", "start", "do", "the", "tool", "an", "a"]

    /// A tool whose name's words all stand in the question. One word alone, such as `status`, must begin it: "run audit" is an
    /// order, "how do I verify a token" is a question.
    private func tool(in words: [QuestionWord]) -> Question? {
        let spoken = Set(words.map { $0.isQuoted ? $0.text.lowercased() : $0.lower })
        let order = words.first { !Self.orders.contains($0.lower) }
        for name in extraTools {
            let parts = name.lowercased().split(separator: "_").map { String($0) }
            let isNamed =
                parts.count == 1
                ? order?.text.lowercased() == name.lowercased()
                : spoken.contains(name.lowercased()) || parts.allSatisfy { spoken.contains($0) }
            guard isNamed else { continue }
            let subject = words.first {
                ($0.isQuoted || $0.isPath || $0.isMarked || $0.isHyphenated) && $0.text.lowercased() != name
            }
            return .tool(name: name, subject: subject?.text)
        }
        return nil
    }

    // MARK: Everything else

    private static let stopWords: Set<String> = Set(
        """
        a about above after again all also am an and any anyone anything are as at be because been before being below
        best better between both but by can cannot could did do does doing don't down during each else even every few
        for from further get give good got had has have having he help her here hers him his how however i if in into
        is it its itself just kind know less let like made make makes many may me might more most much must my need
        needs new no nor not now of off on once one only or other our ours out over own per please put same say see
        she should so some such take tell than that the their theirs them then there these they thing things this
        those through to too under until up us use used using very want wants was way we well were what when where
        which while who whom whose why will with within without would yes you your yours i'm i've we're it's what's
        """.split { $0 == " " || $0 == "\n" }.map { String($0) })

    /// The words of a question that could stand in files, in their order, without plural endings.
    static func terms(of words: [QuestionWord]) -> [String] {
        var terms: [String] = []
        for word in words {
            if word.isQuoted {
                terms.append(word.text)
                continue
            }
            let isAcronym = word.text.count >= 2 && word.text.allSatisfy { $0.isUppercase || $0.isNumber }
            guard !stopWords.contains(word.lower), word.text.count >= 3 || isAcronym,
                word.text.contains(where: { $0.isLetter })
            else { continue }
            var term = word.text
            if term.count > 4, term.hasSuffix("s"), !term.hasSuffix("ss"), !isAcronym { term.removeLast() }
            if !terms.contains(where: { $0.lowercased() == term.lowercased() }) { terms.append(term) }
        }
        return terms
    }
}
