import CanonAudit
import CanonTestSupport
import Foundation
import Testing

@testable import canon

@Suite("The audit of what is staged")
struct StagedAuditTests {
    /// A repository with a program, a cache of its own, and files that can be staged.
    private final class Project {
        let folder = NSTemporaryDirectory() + "canon-staged-" + UUID().uuidString
        var root: String { folder + "/tree" }

        init() throws {
            let fixture = Repository.root.appending(path: "Tests/Fixtures/Audit/clean").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: fixture, toPath: root)
            let manifest = try text(of: "canon.yaml").split(separator: "\n", omittingEmptySubsequences: false)
            try write("canon.yaml", manifest.filter { !$0.contains(" claims:") }.joined(separator: "\n"))
            try git("init", "--quiet")
            try git("config", "user.name", "a")
            try git("config", "user.email", "a@example.org")
            try commit()
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func git(_ arguments: String...) throws {
            let process = GitRepository.process(arguments, in: root)
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "git \(arguments)")
        }

        func commit() throws {
            try git("add", "--all")
            try git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", "x")
        }

        var sources: [String] {
            (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? [])
                .filter { $0.hasSuffix(".py") }.sorted()
        }

        func text(of name: String) throws -> String { try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8) }

        func write(_ name: String, _ text: String) throws {
            let path = "\(root)/\(name)"
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }

        func staged(cached: Bool) throws -> StagedAudit {
            try StagedAudit(
                AuditReader(
                    AuditSettings(
                        path: root, config: nil, python: nil, jobs: 2,
                        cache: cached ? CacheSettings(root: folder + "/cache") : nil,
                        progress: Terminal(descriptor: -1, isTerminal: false, usesColour: false)),
                    today: CalendarDate("2026-01-15")!))
        }

        func json(cached: Bool) throws -> String {
            String(decoding: try staged(cached: cached).report().rendered(as: .json, failOn: .high), as: UTF8.self)
        }
    }

    @Test("whatever was kept of earlier states, the report is byte for byte the one without a cache")
    func randomEdits() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let project = try Project()
        for round in 0..<25 {
            let edit = try change(project, round, &random)
            let note = Comment(rawValue: "round \(round), \(edit), seed \(seed)")
            let cold = try project.json(cached: false)
            #expect(try project.json(cached: true) == cold, note)
            #expect(try project.json(cached: true) == cold, note)
            if Int.random(in: 0..<3, using: &random) == 0 { try project.commit() }
        }
    }

    private static let secondOwner = try? String(
        contentsOf: Repository.root.appending(path: "Tests/Fixtures/Audit/clean/lantern/realtime/switchboard.py"),
        encoding: .utf8
    ).replacing("class ", with: "class Other")

    /// Stages something, and may leave something else in the work tree that is not staged.
    private func change(_ project: Project, _ round: Int, _ random: inout SeededGenerator) throws -> String {
        let source = try #require(project.sources.randomElement(using: &random))
        var what: String
        switch Int.random(in: 0..<7, using: &random) {
        case 0:
            what = "a second owner"
            try project.write("lantern/hub\(round).py", try #require(Self.secondOwner))
        case 1:
            what = "\(source) deleted"
            try FileManager.default.removeItem(atPath: "\(project.root)/\(source)")
        case 2:
            what = "\(source) moved to a folder that is not measured"
            try FileManager.default.createDirectory(
                atPath: "\(project.root)/backup", withIntermediateDirectories: true)
            try FileManager.default.moveItem(
                atPath: "\(project.root)/\(source)", toPath: "\(project.root)/backup/m\(round).py")
        case 3:
            what = "a document"
            try project.write("docs/page\(round % 3).md", "See `lantern/gone\(round).py` and `\(source)`.\n")
        case 4:
            what = "a scope"
            let scopes = Bool.random(using: &random) ? "  scopes: {backup: [api]}\n" : ""
            let lines = try project.text(of: "canon.yaml").split(separator: "\n", omittingEmptySubsequences: false)
            try project.write(
                "canon.yaml", lines.filter { !$0.hasPrefix("  scopes: {") }.joined(separator: "\n") + scopes)
        case 5:
            what = "more in \(source)"
            try project.write(source, try project.text(of: source) + "\n\nCACHE_\(round) = {}\n")
        default: what = "nothing"
        }
        try project.git("add", "--all")
        if Bool.random(using: &random), let other = project.sources.randomElement(using: &random) {
            what += ", and \(other) broken on disk"
            try project.write(other, "def open(:\n")
        }
        return what
    }

    @Test("the work tree counts for nothing: neither its code nor its manifest")
    func workTree() throws {
        let project = try Project()
        let clean = try project.json(cached: true)
        try project.write("lantern/main.py", "def open(:\n")
        try project.write("canon.yaml", "audit: {nothing: known}\n")
        try project.write("lantern/new.py", "import lantern.gone\n")
        #expect(try project.json(cached: true) == clean)
        try project.git("add", "lantern/main.py")
        try project.git("checkout-index", "--force", "canon.yaml")
        try project.write("lantern/main.py", "x = 1\n")
        #expect(
            try project.staged(cached: true).report().findings.contains { $0.rule == "syntax" && $0.status == .open })
    }

    @Test("documents alone are passed over, unless a gate, a claim or their kind asks for a look")
    func documents() throws {
        let project = try Project()
        func passes(_ gate: Severity = .high) throws -> Bool {
            try project.staged(cached: false).isNothingButDocuments(below: gate)
        }
        try project.write("docs/new page.md", "See `lantern.gone`.\n")
        try project.git("add", "--all")
        #expect(try passes() && passes(.medium))
        #expect(try !passes(.low) && !passes(.info), "stale-doc is low")
        try project.write(".github/notes.md", "x\n")
        try project.git("add", "--all")
        #expect(try !passes())
        try project.git("reset", "--quiet", "--hard")
        try project.git("rm", "--quiet", "README.md")
        #expect(try !passes(), "what is deleted may be what the manifest names")
        try project.git("reset", "--quiet", "--hard")
        try project.write("requirements.txt", "redis\n")
        try project.git("add", "--all")
        #expect(try !passes())
        try project.git("reset", "--quiet", "--hard")
        try project.write("canon.yaml", try project.text(of: "canon.yaml") + "\n  claims: [docs/*.md]\n")
        try project.commit()
        try project.write("docs/new.md", "x\n")
        try project.git("add", "--all")
        #expect(try !passes())
    }
}
