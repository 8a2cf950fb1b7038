import Testing

@testable import CanonAgents

@Suite struct QuestionParserTests {
    private let parser = QuestionParser(extraTools: ["audit", "explain", "log_problems", "verify", "probe", "status"])

    @Test(
        "natural questions are recognised",
        arguments: [
            ("where is WebSocketManager defined?", .definition(["WebSocketManager"])),
            ("Where's `WebSocketManager`?", .definition(["WebSocketManager"])),
            ("find the definition of handle_message", .definition(["handle_message"])),
            ("find WebSocketManager", .definition(["WebSocketManager"])),
            ("Please tell me where the class Router is defined", .definition(["Router"])),
            ("could you show me the definition of the function parse_args please?", .definition(["parse_args"])),
            ("where is the websocket manager defined?", .definition(["websocket", "manager"])),
            ("what is AgentBackend.run?", .definition(["AgentBackend.run"])),
            ("how does send_to_user() work", .definition(["send_to_user()"])),
            ("WebSocketManager", .definition(["WebSocketManager"])),
            ("where is authentication", .definition(["authentication"])),
            ("which file defines Config", .definition(["Config"])),
            ("who uses Router?", .usage(["Router"])), ("what calls send_to_user", .usage(["send_to_user"])),
            ("where is the function 'login' used?", .usage(["login"])),
            ("show me all usages of Config", .usage(["Config"])),
            ("references to Config", .usage(["Config"])), ("which files import numpy", .usage(["numpy"])),
            ("how often is retry called in this project", .usage(["retry"])),
            ("search for 'connection refused'", .search("connection refused")),
            ("search for connection refused", .search("connection refused")), ("grep TODO", .search("TODO")),
            ("look for \"don't panic\"", .search("don't panic")), ("find all places with timeout", .search("timeout")),
            ("which files contain password", .search("password")), ("find 'two words'", .search("two words")),
            ("show me file src/a.py", .read(path: "src/a.py", from: nil, to: nil)),
            ("read README.md", .read(path: "README.md", from: nil, to: nil)),
            ("show me README.md lines 3-9", .read(path: "README.md", from: 3, to: 9)),
            ("show src/a.py from line 5 to 9", .read(path: "src/a.py", from: 5, to: 9)),
            ("show me lines 3 to 9 of src/a.py", .read(path: "src/a.py", from: 3, to: 9)),
            ("open src/a.py:12", .read(path: "src/a.py", from: 12, to: nil)),
            ("what is in Makefile?", .read(path: "Makefile", from: nil, to: nil)),
            ("show me the file notes", .read(path: "notes", from: nil, to: nil)),
            ("where is the file config.yaml", .read(path: "config.yaml", from: nil, to: nil)),
            ("overview", .overview), ("What is in this workspace?", .overview),
            ("which languages are used here?", .overview),
            ("Give me an overview of the project", .overview), ("how many files are there", .overview),
            ("describe this repository", .overview), ("what does this project do?", .overview),
            ("help", .help), ("What can you do?", .help), ("who are you", .help), ("", .help), ("?!", .help),
            ("hi", .greeting), ("Hello!", .greeting), ("good morning", .greeting), ("Thanks.", .greeting),
            ("how many WebSocket managers are there?", .implementations(["WebSocket", "manager"])),
            ("How many different websocket manager classes exist?", .implementations(["websocket", "manager"])),
            ("how many `WebSocketManager` are there", .implementations(["WebSocketManager"])),
            ("is there more than one message bus", .implementations(["message", "bus"])),
            ("are there several user factories?", .implementations(["user", "factory"])),
            ("which websocket managers are there", .implementations(["websocket", "manager"])),
            ("do we have more than one session registry?", .implementations(["session", "registry"])),
            ("how many copies of the event router exist?", .implementations(["event", "router"])),
            ("how many lines are there", .overview),
            ("explain the rule second-implementation", .tool(name: "explain", subject: "second-implementation")),
            ("run audit", .tool(name: "audit", subject: nil)),
            ("audit src/core please", .tool(name: "audit", subject: "src/core")),
            ("what problems do the log files show? log problems", .tool(name: "log_problems", subject: nil)),
            ("what is wrong in these logs?", .logs(path: nil)),
            ("What's broken in the logs", .logs(path: nil)),
            ("please analyse my log files", .logs(path: nil)),
            ("which errors are there in our logs?", .logs(path: nil)),
            ("what is wrong in logs/app.log?", .logs(path: "logs/app.log")),
            ("check the log export.jsonl", .logs(path: "export.jsonl")),
            ("how do things stand?", .status), ("What is the status of the project?", .status),
            ("what should we do next?", .status), ("are we getting better", .status), ("status", .status),
            ("where do we stand?", .status), ("show me the progress report", .status),
            ("was issue 960 really fixed?", .verdicts(issue: "960")), ("is #960 done", .verdicts(issue: "960")),
            ("what became of issue CHAT-12?", .verdicts(issue: "CHAT-12")),
            ("was the fix for #1176 deployed?", .verdicts(issue: "1176")),
            ("did issue 7 come back", .verdicts(issue: "7")),
            ("which closed issues are not really done?", .verdicts(issue: nil)),
            ("verify the claims", .verdicts(issue: nil)),
            ("What happened to our closed issues?", .verdicts(issue: nil)),
            ("was what was called done really done?", .verdicts(issue: nil)),
            ("does the server work?", .probe(url: nil)), ("is the gateway up", .probe(url: nil)),
            ("does the golden path hold?", .probe(url: nil)), ("probe staging", .probe(url: nil)),
            ("probe http://127.0.0.1:8080", .probe(url: "http://127.0.0.1:8080")),
            ("is https://chat.example/a up?", .probe(url: "https://chat.example/a")),
            // Of these words some belong to code.
            ("is Router done", .open(terms: ["Router", "done"])), ("where is status defined", .definition(["status"])),
            ("who uses verify?", .usage(["verify"])), ("run verify", .tool(name: "verify", subject: nil)),
            ("how can I verify a token?", .open(terms: ["verify", "token"])),
            ("show status.py", .read(path: "status.py", from: nil, to: nil)),
            ("How do I optimize AI costs?", .open(terms: ["optimize", "AI", "cost"])),
            (
                "I'm running a healthcare startup. How can AI reduce our operational costs?",
                .open(terms: ["running", "healthcare", "startup", "AI", "reduce", "operational", "cost"])
            ),
        ] as [(String, Question)])
    func recognises(text: String, expected: Question) {
        #expect(parser.parse(text, history: []) == expected)
    }

    @Test(
        "what no tool answers is asked of the files",
        arguments: [
            "how do things stand?", "was issue 960 really fixed?", "does the server work?", "what is wrong in the logs",
        ])
    func knowsItsTools(text: String) {
        switch QuestionParser(extraTools: ["audit"]).parse(text, history: []) {
        case .status, .verdicts, .probe, .logs: Issue.record("\(text) needs a tool that is missing")
        default: break
        }
    }

    private func asked(_ texts: String...) -> [AgentMessage] {
        texts.enumerated().map { AgentMessage(role: $0 % 2 == 0 ? .user : .assistant, text: $1) }
    }

    @Test("'it' is the name last spoken of, over any number of questions about it")
    func followsPronouns() {
        let history = asked("where is Router defined?", "`Router` is defined in `a.py:3`", "who uses it?", "Nobody.")
        #expect(parser.parse("and where is it used?", history: history) == .usage(["Router"]))
        #expect(parser.parse("where is that defined?", history: history) == .definition(["Router"]))
        #expect(parser.parse("what about Config?", history: history.dropLast(2)) == .definition(["Config"]))
        #expect(parser.parse("and what about Config", history: asked("who uses Router", "x")) == .usage(["Config"]))
    }

    @Test("'show me the file' opens the place that the last answer named")
    func followsPlaces() {
        let history = asked("where is Router defined?", "`Router` is defined in `src/a.py:30`, as a class:")
        #expect(parser.parse("show me the file", history: history) == .read(path: "src/a.py", from: 20, to: 60))
        #expect(parser.parse("show it", history: history) == .read(path: "src/a.py", from: 20, to: 60))
    }

    @Test("any text is some question, quickly", .timeLimit(.minutes(1)))
    func survivesNoise() {
        var random = SystemRandomNumberGenerator()
        let parts = [
            "where", "is", "'", "\"", "`", "X", "defined", "(", ")", ":", "a.py", "?", " ", "\n", "show", "me", "lines",
            "3-", "\u{1F600}", "it", "of",
        ]
        for _ in 0..<500 {
            let text = (0..<30).map { _ in parts.randomElement(using: &random)! }.joined(
                separator: Bool.random() ? " " : "")
            _ = parser.parse(text, history: asked(text, text))
        }
        _ = parser.parse(String(repeating: "where is a ", count: 3000), history: [])
    }
}
