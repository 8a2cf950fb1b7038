import CanonWire
import Foundation
import Testing

@testable import CanonAgents

/// A workspace of random names in random files, and where each name really is.
private struct RandomWorkspace {
    struct Place {
        let name: String
        let file: String
        let line: Int
        let text: String
        let use: (file: String, line: Int, text: String)
    }

    let folder: TemporaryFolder
    let places: [Place]

    init() throws {
        folder = try TemporaryFolder()
        var places: [Place] = []
        let forms: [(ending: String, comment: String, define: (String) -> String, use: (String) -> String)] = [
            ("py", "#", { "class \($0)(Base):" }, { "    value = \($0)(1)" }),
            ("py", "#", { "async def \($0)(a, b):" }, { "    await \($0)(1, 2)" }),
            ("swift", "//", { "public struct \($0): Sendable {}" }, { "let x = \($0)()" }),
            ("ts", "//", { "export function \($0)(a: number) {" }, { "  \($0)(3);" }),
            ("go", "//", { "func \($0)(a int) error {" }, { "\terr := \($0)(3)" }),
        ]
        for _ in 0..<6 {
            let form = forms.randomElement()!
            let name = Self.word(capital: true) + Self.word(capital: true)
            let folders = (0..<Int.random(in: 0...3)).map { _ in Self.word(capital: false) }
            let file = (folders + ["\(Self.word(capital: false)).\(form.ending)"]).joined(separator: "/")
            var lines = (0..<Int.random(in: 0...40)).map { _ in "\(form.comment) \(Self.word(capital: false))" }
            // A comment that looks like a definition is none.
            lines.append("\(form.comment) \(form.define(name))")
            lines.append(form.define(name))
            let useFile = "\(Self.word(capital: false))/use.\(form.ending)"
            let useLines = (0..<Int.random(in: 0...20)).map { _ in form.comment } + [form.use(name)]
            try folder.write(file, lines.joined(separator: "\n") + "\n")
            try folder.write(useFile, useLines.joined(separator: "\n") + "\n")
            let text = form.use(name).trimmingCharacters(in: .whitespaces)
            places.append(
                Place(
                    name: name, file: file, line: lines.count, text: form.define(name),
                    use: (useFile, useLines.count, text)))
        }
        self.places = places
    }

    private static func word(capital: Bool) -> String {
        let word = String((0..<8).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement()! })
        return capital ? word.capitalized : word
    }

    /// The places `file:line` that an answer names, each checked against the files.
    func existingPlaces(in answer: String) throws -> Set<String> {
        var found: Set<String> = []
        for part in answer.split(separator: "`") {
            guard let colon = part.lastIndex(of: ":"), let line = Int(part[part.index(after: colon)...]) else {
                continue
            }
            let file = folder.absolute(String(part[..<colon]))
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(line >= 1 && line <= lines.count, "\(part) does not exist")
            found.insert(String(part))
        }
        return found
    }
}

@Suite struct AnalystBackendTests {
    private func analyst(_ path: String) throws -> AnalystBackend {
        AnalystBackend(tools: WorkspaceTools.all(for: try Workspace(path: path)))
    }

    /// Runs a question and checks what every run must keep.
    private func ask(
        _ backend: AnalystBackend, _ text: String, history: [AgentMessage] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Transcript {
        let transcript = await Transcript(backend.run(request(text, history: history)))
        #expect(transcript.failure == nil, sourceLocation: sourceLocation)
        #expect(transcript.shape.prefix(3) == ["thinking", "executing", "completed"], sourceLocation: sourceLocation)
        #expect(transcript.shape.suffix(2) == ["text", "answer"], sourceLocation: sourceLocation)
        #expect(transcript.deltas == transcript.answer, sourceLocation: sourceLocation)
        return transcript
    }

    @Test("the answer names the file and line where a random name is defined, and quotes the line", arguments: 0..<5)
    func findsDefinitions(round: Int) async throws {
        let workspace = try RandomWorkspace()
        let backend = try analyst(workspace.folder.path)
        for place in workspace.places {
            let question = [
                "where is \(place.name) defined?", "find the definition of \(place.name)", "find \(place.name)",
            ]
            let answer = try #require(try await ask(backend, question.randomElement()!).answer)
            let named = try workspace.existingPlaces(in: answer)
            #expect(named == ["\(place.file):\(place.line)"])
            #expect(answer.contains(place.text))
        }
    }

    @Test("the answer names where a random name is used, also when asked of 'it'", arguments: 0..<3)
    func findsUses(round: Int) async throws {
        let workspace = try RandomWorkspace()
        let backend = try analyst(workspace.folder.path)
        for place in workspace.places {
            let first = try #require(try await ask(backend, "where is \(place.name) defined?").answer)
            let history = [
                AgentMessage(role: .user, text: "where is \(place.name) defined?"),
                AgentMessage(role: .assistant, text: first),
            ]
            let answer = try #require(try await ask(backend, "and where is it used?", history: history).answer)
            #expect(try workspace.existingPlaces(in: answer).contains("\(place.use.file):\(place.use.line)"))
            #expect(answer.contains(place.use.text))
            let file = try #require(try await ask(backend, "show me the file", history: history).answer)
            #expect(file.contains(place.text) && file.contains(place.file))
        }
    }

    @Test("a name that is defined nowhere is said to be so, with where its text stands")
    func admitsAbsence() async throws {
        let folder = try TemporaryFolder()
        try folder.write("notes.md", "We once had a GhostManager here.\n")
        try folder.write("a.py", "class OtherThingy: pass\n")
        let backend = try analyst(folder.path)
        let ghost = try #require(try await ask(backend, "where is GhostManager defined?").answer)
        #expect(ghost.contains("no definition of `GhostManager`") && ghost.contains("`notes.md:1`"))
        let similar = try #require(try await ask(backend, "where is Thingy defined?").answer)
        #expect(similar.contains("`a.py:1`") && similar.contains("contain it"))
        let nothing = try #require(try await ask(backend, "where is Zzzyzx defined?").answer)
        #expect(nothing.contains("Check the spelling") && !nothing.contains(".py:"))
    }

    @Test("words that spell a name find it in camel case and with underscores")
    func joinsWords() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.py", "class WebSocketManager: pass\n")
        try folder.write("b.py", "def token_bucket(): pass\n")
        let backend = try analyst(folder.path)
        #expect(try await ask(backend, "where is the websocket manager defined?").answer?.contains("`a.py:1`") == true)
        #expect(try await ask(backend, "where is the token bucket defined?").answer?.contains("`b.py:1`") == true)
    }

    @Test("files are shown with their lines, and a failure is told with its remedy")
    func showsFiles() async throws {
        let folder = try TemporaryFolder()
        try folder.write("src/a.py", "one\ntwo ```\nthree\n")
        try folder.write(".env", "SECRET=1")
        let backend = try analyst(folder.path)
        let answer = try #require(try await ask(backend, "show me src/a.py lines 2-3").answer)
        #expect(answer.contains("`src/a.py:2`") && answer.contains("````py\ntwo ```\nthree\n````"))
        let hidden = try await ask(backend, "show me the file .env")
        #expect(hidden.answer?.contains("hidden") == true && hidden.answer?.contains("SECRET=1") == false)
        #expect(hidden.results(success: false).count == 1)
    }

    @Test("a question that needs judgement gets what the workspace holds about its words, and says so")
    func answersOpenQuestions() async throws {
        let folder = try TemporaryFolder()
        try folder.write("billing/cost.py", "def optimize_cost():\n    return 1\n")
        try folder.write("README.md", "# Costs\n")
        let backend = try analyst(folder.path)
        let transcript = try await ask(backend, "How do I optimize AI costs?")
        let answer = try #require(transcript.answer)
        #expect(answer.count > 200)
        #expect(transcript.tools.first == "workspace_overview" && transcript.tools.contains("search_text"))
        #expect(answer.contains("`billing/cost.py:1`") && answer.contains("`README.md:1`"))
        #expect(answer.contains("cost") && answer.contains("%") && answer.contains("no model"))
    }

    @Test("greetings, help and the overview tell what the workspace really is")
    func introducesItself() async throws {
        let folder = try TemporaryFolder()
        for number in 0..<7 { try folder.write("src/f\(number).py", "a = 1\n") }
        let backend = try analyst(folder.path)
        for question in ["hello", "help", "overview", "What is in this workspace?"] {
            let transcript = try await ask(backend, question)
            #expect(transcript.tools == ["workspace_overview"])
            #expect(transcript.answer?.contains("7 files") == true)
        }
        #expect(try await ask(backend, "help").answer?.contains("find_definition") == true)
    }

    @Test("without a workspace each answer says how to set one, after a tool call that failed")
    func saysThatThereIsNoWorkspace() async throws {
        for tools in [[], WorkspaceTools.all(for: nil)] as [[any Tool]] {
            let backend = AnalystBackend(tools: tools)
            for question in ["hello", "where is X defined?", "How do I optimize AI costs?", "overview", "show a.py"] {
                let transcript = try await ask(backend, question)
                #expect(transcript.answer?.contains("--workspace") == true)
                #expect(!transcript.results(success: false).isEmpty && transcript.results(success: true).isEmpty)
            }
            #expect((try await ask(backend, "How do I optimize AI costs?").answer ?? "").count > 200)
        }
    }

    private struct Auditor: Tool {
        let name = "audit"
        let summary = "Finds duplicates."
        let parameters: JSONObject = ["type": "object", "properties": ["path": ["type": "string"]], "required": []]

        func call(_ arguments: JSONObject) async throws -> ToolResult {
            ToolResult(
                value: ["path": arguments["path"] ?? .null],
                text: "3 duplicates in \(arguments["path"]?.string ?? "all")")
        }
    }

    @Test("a tool that was handed in is run when a question names it, and help lists it")
    func runsOtherTools() async throws {
        let backend = AnalystBackend(tools: [Auditor()])
        #expect(try await ask(backend, "please audit src/core").answer == "3 duplicates in src/core")
        #expect(try await ask(backend, "run the audit").answer == "3 duplicates in all")
        #expect(try await ask(backend, "help").answer?.contains("`audit`: Finds duplicates.") == true)
    }

    @Test("cancelling the reader stops the work", .timeLimit(.minutes(1)))
    func stops() async throws {
        struct Slow: Tool {
            let name = "slow"
            let summary = ""
            let parameters: JSONObject = [:]
            let ended: AsyncStream<Bool>.Continuation

            func call(_ arguments: JSONObject) async throws -> ToolResult {
                defer { ended.yield(Task.isCancelled) }
                try await Task.sleep(for: .seconds(600))
                return ToolResult(value: .null, text: "")
            }
        }
        let (ended, continuation) = AsyncStream.makeStream(of: Bool.self)
        let (running, started) = AsyncStream.makeStream(of: Void.self)
        let backend = AnalystBackend(tools: [Slow(ended: continuation)])
        let reader = Task {
            for try await event in backend.run(request("run slow")) {
                if case .toolExecuting = event { started.yield() }
            }
        }
        for await _ in running { break }
        reader.cancel()
        for await wasCancelled in ended {
            #expect(wasCancelled)
            break
        }
    }
}

@Suite struct MarkdownTests {
    @Test("code keeps its backticks")
    func quotes() {
        #expect(Markdown.code("a") == "`a`")
        #expect(Markdown.code("a`b") == "``a`b``")
        #expect(Markdown.code("`x`") == "`` `x` ``")
        #expect(Markdown.block("a\n```\nb", file: "x.md") == "````md\na\n```\nb\n````")
    }

    @Test("the pieces of a text are the text")
    func splits() {
        for text in [
            "", "a", "a\nb", "a\n\n", String(repeating: "Some sentence of words. ", count: 20), "\u{E4}. \u{1F600}\n",
        ] {
            let pieces = Markdown.pieces(of: text)
            #expect(pieces.joined() == text)
            #expect(pieces.allSatisfy { !$0.isEmpty })
        }
    }
}
