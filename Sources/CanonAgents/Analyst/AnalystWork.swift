import CanonWire

/// One answer in the making: which tools to run for a question, and in what order.
struct AnalystWork {
    let request: AgentRequest
    let run: AgentRun
    let tools: [any Tool]
    private var step = 0

    init(request: AgentRequest, run: AgentRun, tools: [any Tool]) {
        self.request = request
        self.run = run
        self.tools = tools
    }

    /// Terms of an open question that are searched for.
    private static let termLimit = 3

    mutating func answer(_ question: Question) async throws -> String {
        switch question {
        case .definition(let words): try await definition(words)
        case .usage(let words): try await usage(words)
        case .search(let text): try await search(text)
        case .read(let path, let from, let to): try await read(path, from: from, to: to)
        case .overview: try await overview()
        case .help: try await help()
        case .greeting: try await greeting()
        case .implementations(let words): try await implementations(words)
        case .logs(let path): try await logs(path)
        case .status:
            try await report("status", [:], thought: "Measuring the concepts of the workspace over its commits")
        case .verdicts(let issue):
            try await report(
                "verify", issue.map { ["issue": .string($0)] } ?? [:],
                thought: "Judging \(issue.map { Markdown.code("#" + $0) } ?? "what was called done") by the commits")
        case .probe(let url):
            try await report(
                "probe", url.map { ["url": .string($0)] } ?? [:],
                thought: "Walking the Golden Path of \(url.map { Markdown.code($0) } ?? "the server")")
        case .tool(let name, let subject): try await tool(name, subject: subject)
        case .open(let terms): try await open(terms)
        }
    }

    /// Says what is looked for, runs the tool and returns its result or failure.
    private mutating func call(
        _ name: String, _ arguments: JSONObject, thought: String, of steps: Int? = nil
    ) async throws -> Result<ToolResult, ToolFailure> {
        step += 1
        run.report(.thinking(thought, step: step, totalSteps: steps))
        guard let tool = tools.first(where: { $0.name == name }) else {
            return .failure(ToolFailure("There is no tool '\(name)'."))
        }
        return try await run.call(tool, arguments: arguments, execution: "\(request.run)_\(step)")
    }

    // MARK: Names

    private mutating func findDefinition(_ words: [String]) async throws -> Result<DefinitionReport, ToolFailure> {
        // "websocket manager" may be WebSocketManager or websocket_manager.
        var candidates = [words.joined()]
        if words.count > 1 { candidates.append(words.joined(separator: "_")) }
        var best = DefinitionReport(name: words.joined(separator: " "))
        for candidate in candidates {
            let outcome = try await call(
                "find_definition", ["name": .string(candidate)],
                thought: "Looking for the definition of \(Markdown.code(candidate))")
            switch outcome {
            case .failure(let failure): return .failure(failure)
            case .success(let result):
                let report = DefinitionReport(name: candidate, value: result.value)
                if best.places.isEmpty || (best.main.isEmpty && !report.main.isEmpty) { best = report }
                if !report.main.isEmpty { return .success(report) }
            }
        }
        return .success(best)
    }

    private func searchArguments(_ text: String, wholeWord: Bool, ignoringCase: Bool) -> JSONObject {
        var arguments: JSONObject = ["query": .string(text)]
        if wholeWord { arguments["whole_word"] = true }
        if ignoringCase { arguments["ignore_case"] = true }
        return arguments
    }

    private mutating func definition(_ words: [String]) async throws -> String {
        switch try await findDefinition(words) {
        case .failure(let failure): return AnalystAnswer.failure(failure)
        case .success(let report):
            if !report.main.isEmpty { return AnalystAnswer.definition(report) }
            let text = words.joined(separator: " ")
            let outcome = try await call(
                "search_text", searchArguments(text, wholeWord: false, ignoringCase: true),
                thought: "No definition has that name; searching the text \(Markdown.code(text))")
            switch outcome {
            case .failure(let failure): return AnalystAnswer.failure(failure)
            case .success(let result):
                return AnalystAnswer.noDefinition(report, mentions: SearchReport(value: result.value))
            }
        }
    }

    private mutating func usage(_ words: [String]) async throws -> String {
        switch try await findDefinition(words) {
        case .failure(let failure): return AnalystAnswer.failure(failure)
        case .success(let definitions):
            // The spelling of the definition is the one that is used.
            let name = definitions.main.first?.name ?? words.joined(separator: " ")
            let outcome = try await call(
                "search_text", searchArguments(name, wholeWord: true, ignoringCase: false),
                thought: "Searching where \(Markdown.code(name)) is used")
            switch outcome {
            case .failure(let failure): return AnalystAnswer.failure(failure)
            case .success(let result):
                return AnalystAnswer.usage(name, SearchReport(value: result.value), definitions: definitions)
            }
        }
    }

    /// How many there are is for the auditor to say; without one, where they are defined.
    private mutating func implementations(_ words: [String]) async throws -> String {
        let subject = words.joined(separator: " ")
        guard tools.contains(where: { $0.name == "audit" }) else { return try await definition(words) }
        return try await report(
            "audit", ["about": .string(subject)],
            thought: "Auditing the workspace for what stands as \(Markdown.code(subject))")
    }

    private mutating func logs(_ path: String?) async throws -> String {
        try await report(
            "log_problems", path.map { ["path": .string($0)] } ?? [:],
            thought: "Reading \(path.map { Markdown.code($0) } ?? "the logs") for problems")
    }

    /// The answer is what one tool says.
    private mutating func report(_ name: String, _ arguments: JSONObject, thought: String) async throws -> String {
        let outcome = try await call(name, arguments, thought: thought)
        guard case .success(let result) = outcome else { return AnalystAnswer.failure(outcome) }
        return result.text
    }

    // MARK: Text and files

    private mutating func search(_ text: String) async throws -> String {
        let first = try await call(
            "search_text", searchArguments(text, wholeWord: false, ignoringCase: false),
            thought: "Searching for \(Markdown.code(text))")
        guard case .success(let result) = first else { return AnalystAnswer.failure(first) }
        let report = SearchReport(value: result.value)
        if report.lines > 0 { return AnalystAnswer.search(text, report, ignoredCase: false) }
        let second = try await call(
            "search_text", searchArguments(text, wholeWord: false, ignoringCase: true),
            thought: "Nothing in that spelling; searching again without regard to capitals")
        guard case .success(let result) = second else { return AnalystAnswer.failure(second) }
        return AnalystAnswer.search(text, SearchReport(value: result.value), ignoredCase: true)
    }

    private mutating func read(_ path: String, from: Int?, to: Int?) async throws -> String {
        var arguments: JSONObject = ["path": .string(path)]
        if let from { arguments["from"] = .int(Int64(from)) }
        if let to { arguments["count"] = .int(Int64(max(1, min(2000, to - (from ?? 1) + 1)))) }
        let outcome = try await call("read_file", arguments, thought: "Reading \(Markdown.code(path))")
        guard case .success(let result) = outcome else { return AnalystAnswer.failure(outcome) }
        return AnalystAnswer.file(result)
    }

    // MARK: The workspace

    private mutating func overviewReport(_ thought: String) async throws -> Result<OverviewReport, ToolFailure> {
        try await call("workspace_overview", [:], thought: thought).map { OverviewReport(value: $0.value) }
    }

    private mutating func overview() async throws -> String {
        switch try await overviewReport("Counting files and lines by language") {
        case .failure(let failure): AnalystAnswer.failure(failure)
        case .success(let report): AnalystAnswer.overview(report)
        }
    }

    private mutating func greeting() async throws -> String {
        AnalystAnswer.greeting(try await overviewReport("Having a look at the workspace"))
    }

    private mutating func help() async throws -> String {
        AnalystAnswer.help(try await overviewReport("Having a look at the workspace"), tools: tools)
    }

    private mutating func tool(_ name: String, subject: String?) async throws -> String {
        var arguments = JSONObject()
        if let tool = tools.first(where: { $0.name == name }), let subject,
            let argument = tool.parameters["required"]?.array?.first?.string
                ?? ["path", "name", "query"].first(where: { tool.parameters["properties"]?[$0] != nil })
        {
            arguments[argument] = .string(subject)
        }
        return try await report(name, arguments, thought: "Running \(Markdown.code(name))")
    }

    /// A question that needs judgement: says so, and shows what the workspace holds about its words.
    private mutating func open(_ terms: [String]) async throws -> String {
        let shown = Array(terms.prefix(Self.termLimit))
        let overview = try await overviewReport("This asks for judgement; looking at what the workspace has about it")
        guard case .success(let report) = overview else { return AnalystAnswer.open(terms, overview, mentions: []) }
        var mentions: [(term: String, report: SearchReport)] = []
        for term in shown {
            // Two capitals stand inside many words.
            let isShort = term.count < 4
            let outcome = try await call(
                "search_text", searchArguments(term, wholeWord: isShort, ignoringCase: !isShort),
                thought: "Searching for \(Markdown.code(term))")
            guard case .success(let result) = outcome else { break }
            mentions.append((term, SearchReport(value: result.value)))
        }
        return AnalystAnswer.open(terms, .success(report), mentions: mentions)
    }
}
