import ArgumentParser
import CanonAgents
import CanonGateway
import CanonLogs
import CanonWire
import Foundation
import Testing

@testable import canon

@Suite("canon logs")
struct LogsCommandTests {
    private static func folder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "canon-logs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    private static let nowhere = Terminal(descriptor: -1, isTerminal: false, usesColour: false)

    private static func status(_ arguments: String...) async -> ExitCode {
        await Canon.runToStatus(["logs"] + arguments, output: nowhere, errors: nowhere)
    }

    private static let error =
        #"{"severity":"ERROR","insertId":"a","timestamp":"2025-09-16T00:00:00Z","message":"kettle 4 failed","service":"kitchen"}"#

    @Test("the exit status says new, nothing new, unusable and incomplete")
    func statuses() async throws {
        try await Self.folder { folder in
            let log = folder + "/a.jsonl"
            let memory = folder + "/memory.db"
            try (Self.error + "\n").write(toFile: log, atomically: true, encoding: .utf8)
            let out = folder + "/out"
            #expect(await Self.status(log, "--memory", memory, "--output", out, "--quiet") == ExitStatus.failed)
            #expect(await Self.status(log, "--memory", memory, "--output", out, "--quiet") == ExitStatus.success)
            #expect(await Self.status(log, "--no-memory", "--output", out, "--fail-on", "p1") == ExitStatus.success)
            #expect(await Self.status(log, "--no-memory", "--output", out, "--fail-on", "p2") == ExitStatus.failed)
            #expect(await Self.status(log, "--no-memory", "--fail-on", "urgent") == ExitStatus.usage)
            #expect(await Self.status(log, "--since", "yesterday") == ExitStatus.usage)
            #expect(await Self.status(log, "--jobs", "0") == ExitStatus.usage)
            #expect(await Self.status(folder + "/none.log", "--no-memory", "--output", out) == ExitStatus.unknown)
            try "[]".write(toFile: log, atomically: true, encoding: .utf8)
            #expect(await Self.status(log, "--no-memory", "--output", out) == ExitStatus.unknown)
            #expect(await Self.status("show", "v1:0000", "--memory", memory) == ExitStatus.failed)
            #expect(await Self.status("list", "--memory", folder + "/none.db") == ExitStatus.usage)
        }
    }

    @Test("a text that is called gzip is read, and the report says what it is")
    func calledGzip() async throws {
        try await Self.folder { folder in
            for name in ["a.log.gz", "b.jsonl"] {
                try (Self.error + "\n").write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
            }
            let out = folder + "/out"
            let status = await Self.status(
                folder + "/a.log.gz", folder + "/b.jsonl", "--no-memory", "--output", out)
            #expect(status == ExitStatus.failed)
            let text = try String(contentsOfFile: out, encoding: .utf8)
            #expect(text.contains("\(folder)/a.log.gz is called gzip and is none; it was read as it is"))
            #expect(!text.contains("b.jsonl is called"))
        }
    }

    @Test("the console's book reads the memory as the commands do, and makes none")
    func book() async throws {
        try await Self.folder { folder in
            let memory = folder + "/memory.db"
            let book = LogProblemBook(path: memory)
            await #expect(throws: ProblemBookError.self) { try await book.list() }
            #expect(!FileManager.default.fileExists(atPath: memory))
            let log = folder + "/a.jsonl"
            let secret = Self.error.replacing("kettle 4", with: "kettle of ada@example.org with token=hunter2hunter2")
            try (secret + "\n").write(toFile: log, atomically: true, encoding: .utf8)
            _ = await Self.status(log, "--memory", memory, "--output", folder + "/out", "--quiet")
            let list = try await book.list()
            #expect(list["total"] == 1)
            let fingerprint = try #require(list["problems"]?.array?.first?["fingerprint"]?.string)
            let problem = try await book.problem(String(fingerprint.prefix(10)))
            #expect(problem.fingerprint == fingerprint)
            let text = problem.json.encodedText
            #expect(!text.contains("ada@") && !text.contains("hunter2"), "\(text)")
            #expect(problem.json["samples"]?.array?.count == 1)
            let resolved = try await book.resolve(fingerprint, revision: "kitchen-2")
            #expect(resolved.json["problem"]?["state"] == "resolved")
            #expect(resolved.json["problem"]?["resolvedIn"] == "kitchen-2")
            #expect(try await book.reopen(fingerprint).json["problem"]?["state"] == "known")
            let changes = try await book.problem(fingerprint).json["changes"]?.array
            #expect(changes?.map { $0["state"] } == ["new", "resolved", "known"])
            await #expect(throws: ProblemBookError.self) { try await book.problem("v1:ffff") }
            // A file that is no memory is said to be none.
            await #expect(throws: ProblemBookError.self) { try await LogProblemBook(path: log).list() }
        }
    }

    @Test("what is found in a folder and is no log is passed over with a word; what is named must be one")
    func foundFiles() async throws {
        try await Self.folder { folder in
            func write(_ name: String, _ text: String) throws {
                try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
            }
            try write("package.json", #"{"name":"shop","dependencies":{"tea":"1.0.0"}}"#)
            try write("empty.log", "")
            let out = folder + "/report"
            // Nothing else is there: no answer.
            #expect(await Self.status(folder, "--no-memory", "--output", out) == ExitStatus.unknown)
            try write("a.jsonl", Self.error + "\n")
            let noise = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 167) })
            try noise.write(to: URL(fileURLWithPath: folder + "/core.log"))
            #expect(
                await Self.status(folder, "--no-memory", "--output", out, "--format", "json") == ExitStatus.failed)
            let report = try JSONValue.parse(Array(Data(contentsOf: URL(fileURLWithPath: out))))
            #expect(report["entries"] == 1 && report["sources"]?.array?.count == 1)
            let note = report["notes"]?.array?.last?.string ?? ""
            #expect(note.hasPrefix("3 files of the folders hold no log entry and were passed over: "), "\(note)")
            #expect(note.contains("package.json") && note.contains("core.log") && note.contains("empty.log"))
            for name in ["package.json", "empty.log", "core.log"] {
                let path = folder + "/" + name
                #expect(await Self.status(path, "--no-memory", "--output", out) == ExitStatus.unknown, "\(name)")
                #expect(await Self.status(folder, path, "--no-memory", "--output", out) == ExitStatus.unknown)
            }
            // A log that is damaged is not passed over.
            try write("b.jsonl", Self.error.replacing("\"a\"", with: "\"b\"") + "\n" + Self.error.dropLast(9) + "\n")
            #expect(await Self.status(folder, "--no-memory", "--output", out) == ExitStatus.unknown)
        }
    }

    @Test("drafts of issues are written for each problem, and the same run again leaves the same files")
    func drafts() async throws {
        try await Self.folder { folder in
            let log = folder + "/a.jsonl"
            try (Self.error + "\n").write(toFile: log, atomically: true, encoding: .utf8)
            for _ in 0..<2 {
                _ = await Self.status(
                    log, "--no-memory", "--output", folder + "/out", "--issues", folder + "/drafts", "--quiet")
                let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/drafts").sorted()
                #expect(names.count == 2)
                #expect(names.first?.hasPrefix("new-P2-v1-") == true)
                #expect(names.last == "worklog.md")
            }
        }
    }

    @Test("a mapping in canon.yaml is read strictly")
    func mapping() throws {
        func read(_ text: String) throws -> FieldMapping {
            try LogsConfiguration.mapping(Array(text.utf8), path: "canon.yaml")
        }
        #expect(try read("serve: {}\n").isEmpty)
        #expect(try read("logs:\n").isEmpty)
        #expect(try !read("logs:\n  fields:\n    message: a.b\n    severity: [x, y.z]\n").isEmpty)
        for (text, words) in [
            ("logs:\n  fields:\n    mesage: x\n", "did you mean \"message\""),
            ("logs:\n  felds: {}\n", "known here: fields"),
            ("logs: [1]\n", "expected a mapping"), ("logs:\n  fields:\n    message: [[x]]\n", "expected a path"),
        ] {
            let failure = #expect(throws: ConfigurationError.self) { try read(text) }
            #expect(failure?.problems.first?.message.contains(words) == true, "\(words)")
            #expect(failure?.problems.first?.place.hasPrefix("canon.yaml:") == true)
        }
    }

    @Test("times on the command line are moments or so long ago")
    func times() {
        let now = Date(timeIntervalSince1970: 1_000_000)
        #expect(LogTimeArgument.parse("90m", now: now) == Int64(994_600) * 1_000_000_000)
        #expect(LogTimeArgument.parse("1970-01-02", now: now) == Int64(86_400) * 1_000_000_000)
        #expect(LogTimeArgument.parse("1970-01-02T00:00:01Z", now: now) == Int64(86_401) * 1_000_000_000)
        for text in ["", "h", "-1h", "9x", "soon", "99999999h", "999999d"] {
            #expect(LogTimeArgument.parse(text, now: now) == nil, "\(text)")
        }
    }

    @Test("the analyst's tool reads the logs of a workspace, and nothing that is hidden or forbidden")
    func tool() async throws {
        try await Self.folder { folder in
            func write(_ name: String) throws {
                let path = folder + "/" + name
                try FileManager.default.createDirectory(
                    atPath: Paths.parent(of: path), withIntermediateDirectories: true)
                try (Self.error + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            }
            for name in ["logs/a.json", "src/app.log", "package.json", ".git/x.log", "data/y.log"] { try write(name) }
            let files = try WorkspaceLogsTool.files(in: folder, below: nil, forbidden: folder + "/data")
            #expect(files == ["logs/a.json", "src/app.log"])
            #expect(
                try WorkspaceLogsTool.files(in: folder, below: "package.json", forbidden: folder + "/data") == [
                    "package.json"
                ])
            #expect(throws: ToolFailure.self) {
                try WorkspaceLogsTool.files(in: folder, below: "../../etc", forbidden: folder + "/data")
            }
            let tool = WorkspaceLogsTool(workspace: folder, forbidden: folder + "/data")
            let result = try await tool.call([:])
            #expect(result.text.contains("**1 problem** in 1 entry of 2 files"))
            #expect(result.text.contains("kettle <*> failed"))
            #expect(result.value["schema"]?.string == "canon.logs/1")
            await #expect(throws: ToolFailure.self) {
                try await WorkspaceLogsTool(workspace: nil, forbidden: "/").call([:])
            }
        }
    }
}
