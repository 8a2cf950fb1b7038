import CanonWire
import Foundation
import Testing

@testable import CanonAgents

@Suite struct WorkspaceToolTests {
    private func tools(
        _ folder: TemporaryFolder, limits: Workspace.Limits = .init()
    ) throws -> [String: any Tool] {
        let workspace = try Workspace(path: folder.path, limits: limits)
        return Dictionary(uniqueKeysWithValues: WorkspaceTools.all(for: workspace).map { ($0.name, $0) })
    }

    private func failure(_ tool: any Tool, _ arguments: JSONObject) async -> String? {
        do {
            _ = try await tool.call(arguments)
            return nil
        } catch {
            return (error as? ToolFailure)?.message
        }
    }

    // MARK: Arguments

    @Test(
        "a wrong argument is refused by name",
        arguments: [
            ("find_definition", [:], "'name'"), ("find_definition", ["name": 3], "'name'"),
            ("find_definition", ["name": "two words"], "'name'"), ("find_definition", ["nam": "x"], "'nam'"),
            ("search_text", [:], "'query'"), ("search_text", ["query": ""], "'query'"),
            ("search_text", ["query": "a\nb"], "'query'"),
            ("search_text", ["query": "a", "ignore_case": "yes"], "'ignore_case'"),
            ("search_text", ["query": "a", "path": ["b"]], "'path'"),
            ("read_file", ["path": "a", "from": 0], "'from'"), ("read_file", ["path": "a", "count": 5000], "'count'"),
            ("read_file", ["path": "a", "from": "1"], "'from'"), ("workspace_overview", ["x": 1], "'x'"),
        ] as [(String, JSONObject, String)])
    func refusesArguments(tool: String, arguments: JSONObject, named: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("a", "x")
        let message = await failure(try #require(try tools(folder)[tool]), arguments)
        #expect(message?.contains(named) == true, "\(message ?? "no failure")")
    }

    @Test("every tool's parameters are a JSON Schema of an object that names what it requires")
    func describesItself() {
        for tool in WorkspaceTools.all(for: nil) {
            #expect(tool.parameters["type"] == "object")
            let properties = tool.parameters["properties"]?.object
            for name in tool.parameters["required"]?.array ?? [] { #expect(properties?[name.string ?? ""] != nil) }
            #expect(!tool.summary.isEmpty)
        }
    }

    @Test("without a workspace every tool says how to set one")
    func saysThatThereIsNone() async throws {
        for tool in WorkspaceTools.all(for: nil) {
            let arguments: JSONObject =
                switch tool.name {
                case "find_definition": ["name": "x"]
                case "search_text": ["query": "x"]
                case "read_file": ["path": "x"]
                default: [:]
                }
            #expect(await failure(tool, arguments)?.contains("--workspace") == true)
        }
    }

    // MARK: search_text

    @Test("each matching line is one row with its line, column and text")
    func searches() async throws {
        let folder = try TemporaryFolder()
        try folder.write("b.txt", "one\r\n  two Needle needle\r\nNEEDLE")
        try folder.write("a/c.txt", "\u{E4}\u{F6} needle\n")
        let tool = try #require(try tools(folder)["search_text"])
        let exact = try await tool.call(["query": "needle"]).value
        #expect(
            exact["matches"]?.array == [
                ["file": "a/c.txt", "line": 1, "column": 4, "text": "\u{E4}\u{F6} needle"],
                ["file": "b.txt", "line": 2, "column": 14, "text": "two Needle needle"],
            ])
        let folded = try await tool.call(["query": "nEEdle", "ignore_case": true]).value
        #expect(folded["matching_lines"] == 3)
        #expect(folded["matching_files"] == 2)
        #expect(folded["matches"]?.array?.last?["line"] == 3)
    }

    @Test("whole words, folders, files and patterns narrow a search")
    func narrows() async throws {
        let folder = try TemporaryFolder()
        try folder.write("src/a.py", "Foo\nFooBar\n_Foo\nx.Foo()\n")
        try folder.write("src/b.txt", "Foo\n")
        try folder.write("other/a.py", "Foo\n")
        let tool = try #require(try tools(folder)["search_text"])
        let words = try await tool.call(["query": "Foo", "whole_word": true, "path": "src/a.py"]).value
        #expect(words["matches"]?.array?.compactMap { $0["line"]?.int } == [1, 4])
        #expect(try await tool.call(["query": "Foo", "path": "src"]).value["matching_files"] == 2)
        #expect(try await tool.call(["query": "Foo", "path": "*.py"]).value["matching_files"] == 2)
        #expect(await failure(tool, ["query": "Foo", "path": "../x"])?.contains("'../x'") == true)
        #expect(await failure(tool, ["query": "Foo", "path": "absent"])?.contains("'absent'") == true)
    }

    @Test("rows are bounded to the first 200 in the order of the files, and the count is of all")
    func boundsRows() async throws {
        let folder = try TemporaryFolder()
        for number in 0..<40 { try folder.write("f\(100 + number).txt", String(repeating: "hit\n", count: 10)) }
        let value = try await #require(try tools(folder)["search_text"]).call(["query": "hit"]).value
        let rows = try #require(value["matches"]?.array)
        #expect(rows.count == 200)
        #expect(value["matching_lines"] == 400 && value["truncated"] == true)
        #expect(rows.first?["file"] == "f100.txt" && rows.last?["file"] == "f119.txt" && rows.last?["line"] == 10)
    }

    @Test("binary files are counted and passed over, invalid UTF-8 is repaired, long lines are cut around the match")
    func searchesOddFiles() async throws {
        let folder = try TemporaryFolder()
        try folder.write("binary.bin", Array("needle".utf8) + [0, 1, 2])
        try folder.write("latin.txt", [0xE9, 0x20] + Array("needle".utf8))
        try folder.write(
            "long.txt", String(repeating: "x", count: 5000) + "needle" + String(repeating: "y", count: 5000))
        let value = try await #require(try tools(folder)["search_text"]).call(["query": "needle"]).value
        let rows = try #require(value["matches"]?.array)
        #expect(rows.compactMap { $0["file"]?.string } == ["latin.txt", "long.txt"])
        #expect(rows[0]["text"] == "\u{FFFD} needle")
        let text = try #require(rows[1]["text"]?.string)
        #expect(text.contains("needle") && text.utf8.count < 300 && rows[1]["column"] == 5001)
        #expect(value["coverage"]?["binary_files"] == 1)
    }

    @Test("a search that meets its time limit says so, and what it covered")
    func stopsInTime() async throws {
        let folder = try TemporaryFolder()
        for number in 0..<50 { try folder.write("f\(number).txt", "needle\n") }
        var limits = Workspace.Limits()
        limits.searchSeconds = 0
        let result = try await #require(try tools(folder, limits: limits)["search_text"]).call(["query": "needle"])
        #expect(result.value["coverage"]?["stopped_early"] == true && result.value["coverage"]?["complete"] == false)
        #expect(result.text.contains("time limit"))
    }

    @Test("of a file longer than the limit the first part is searched, and the answer says so")
    func searchesFirstPart() async throws {
        let folder = try TemporaryFolder()
        var limits = Workspace.Limits()
        limits.readBytes = 100
        try folder.write("a.txt", "early\n" + String(repeating: "x", count: 200) + "late\n")
        let tool = try #require(try tools(folder, limits: limits)["search_text"])
        #expect(try await tool.call(["query": "early"]).value["matching_lines"] == 1)
        let late = try await tool.call(["query": "late"])
        #expect(late.value["matching_lines"] == 0 && late.value["coverage"]?["complete"] == false)
        #expect(late.text.contains("first 100 bytes"))
    }

    @Test("many searches at once all answer", .timeLimit(.minutes(1)))
    func searchesTogether() async throws {
        let folder = try TemporaryFolder()
        for number in 0..<30 { try folder.write("f\(number).txt", "needle \(number)\n") }
        let tool = try #require(try tools(folder)["search_text"])
        try await withThrowingTaskGroup(of: JSONValue?.self) { group in
            for _ in 0..<40 { group.addTask { try await tool.call(["query": "needle"]).value["matching_lines"] } }
            for try await lines in group { #expect(lines == 30) }
        }
    }

    // MARK: read_file

    @Test("lines are read from where and as many as asked")
    func readsLines() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.txt", (1...20).map { "line \($0)" }.joined(separator: "\r\n") + "\r\n")
        let tool = try #require(try tools(folder)["read_file"])
        let value = try await tool.call(["path": "a.txt", "from": 5, "count": 2]).value
        #expect(value["text"] == "line 5\nline 6" && value["from"] == 5 && value["to"] == 6 && value["lines"] == 20)
        let end = try await tool.call(["path": "a.txt", "from": 20]).value
        #expect(end["text"] == "line 20" && end["to"] == 20)
        #expect(await failure(tool, ["path": "a.txt", "from": 21])?.contains("20 lines") == true)
    }

    @Test("an empty file, a folder, a binary file and a long line are named as what they are")
    func readsOddities() async throws {
        let folder = try TemporaryFolder()
        try folder.write("empty.txt", "")
        try folder.write("src/b.txt", "x")
        try folder.write("src/.hidden", "x")
        try folder.makeFolder("src/node_modules")
        try folder.write("image.png", [0x89, 0x50, 0x4E, 0x47, 0, 0])
        try folder.write("line.txt", String(repeating: "\u{E4}", count: 100_000))
        let tool = try #require(try tools(folder)["read_file"])
        #expect(try await tool.call(["path": "empty.txt"]).value["lines"] == 0)
        #expect(try await tool.call(["path": "src"]).value["entries"] == ["b.txt", "node_modules/"])
        let image = try await tool.call(["path": "image.png"])
        #expect(image.value["kind"] == "binary" && image.text.contains("binary file of 6 bytes"))
        let line = try await tool.call(["path": "line.txt"]).value
        #expect((line["text"]?.string?.utf8.count ?? 0) <= ReadFileTool.textLimit + 8)
        #expect(line["truncated"] == true || line["lines"] == 1)
    }

    @Test("a file longer than the limit is read in its first part, which the result says")
    func readsLongFile() async throws {
        let folder = try TemporaryFolder()
        try folder.write("big.txt", String(repeating: "0123456\n", count: 200_000))
        let result = try await #require(try tools(folder)["read_file"]).call(["path": "big.txt", "count": 3])
        #expect(result.value["truncated"] == true && result.value["bytes"] == 1_600_000)
        #expect(result.text.contains("only its first 1 MiB is read"))
    }

    @Test("a name alone finds the only file that has it; several are listed; a link is not replaced by a namesake")
    func findsByName() async throws {
        let folder = try TemporaryFolder()
        try folder.write("deep/er/only.txt", "here")
        try folder.write("a/twice.txt", "1")
        try folder.write("b/twice.txt", "2")
        try folder.write("b/target.txt", "2")
        try folder.link("target.txt", to: "b/target.txt")
        let tool = try #require(try tools(folder)["read_file"])
        #expect(try await tool.call(["path": "only.txt"]).value["file"] == "deep/er/only.txt")
        let message = await failure(tool, ["path": "twice.txt"])
        #expect(message?.contains("'a/twice.txt'") == true && message?.contains("'b/twice.txt'") == true)
        #expect(await failure(tool, ["path": "target.txt"])?.contains("link") == true)
        #expect(await failure(tool, ["path": "none.txt"])?.contains("There is no 'none.txt'") == true)
    }

    // MARK: workspace_overview and find_definition

    @Test("the overview counts files, folders and lines by language and names the entry points")
    func counts() async throws {
        let folder = try TemporaryFolder()
        try folder.write("README.md", "# Title\n\nText")
        try folder.write("src/main.py", "a\nb\nc\n")
        try folder.write("src/x/util.py", "a\n")
        try folder.write("web/app.ts", "a\nb\n")
        try folder.write("web/logo.bin", [0, 1])
        try folder.write("venv/lib.py", "a\n")
        let value = try await #require(try tools(folder)["workspace_overview"]).call([:]).value
        #expect(value["files"] == 5 && value["folders"] == 3 && value["lines"] == 9)
        let languages = try #require(value["languages"]?.array)
        #expect(languages.first == ["language": "Python", "files": 2, "lines": 4, "percent": 44.4])
        #expect(languages.compactMap { $0["lines"]?.int }.reduce(0, +) == 9)
        #expect(value["largest_folders"]?.array?.first == ["folder": "src", "files": 2, "lines": 4])
        #expect(value["entry_points"] == ["README.md", "src/main.py"])
        #expect(value["coverage"]?["skipped_folders"] == ["venv"])
    }

    @Test("exact definitions come first, extensions after what they extend, longer names last")
    func ordersDefinitions() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.swift", "extension Router {}\nstruct RouterTable {}\n")
        try folder.write("b.swift", "struct Router {}\nlet router = 1\n")
        let tool = try #require(try tools(folder)["find_definition"])
        let rows = try #require(try await tool.call(["name": "Module.Router"]).value["definitions"]?.array)
        #expect(
            rows.compactMap { "\($0["name"]?.string ?? "") \($0["kind"]?.string ?? "") \($0["match"]?.string ?? "")" }
                == [
                    "Router struct exact", "Router extension exact", "router constant case-insensitive",
                    "RouterTable struct contains",
                ])
        #expect(try await tool.call(["name": "Absent"]).value["definitions"] == [])
    }
}
