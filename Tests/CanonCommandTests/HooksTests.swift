import Foundation
import Testing

@testable import canon

@Suite("The hook before a commit")
struct HooksTests {
    private static func repository(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "canon-hooks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = GitRepository.process(["init", "--quiet"], in: folder.path)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        try body(folder)
    }

    @Test("is written once, runs, and is deleted")
    func installs() throws {
        try Self.repository { folder in
            let hook = try PreCommitHook(repositoryOf: folder.path)
            #expect(hook.path == folder.resolvingSymlinksInPath().path + "/.git/hooks/pre-commit")
            #expect(try hook.install(gate: nil))
            #expect(try hook.install(gate: nil) == false)
            #expect(FileManager.default.isExecutableFile(atPath: hook.path))
            #expect(
                try String(contentsOfFile: hook.path, encoding: .utf8).contains("\nexec canon audit --staged --quiet\n")
            )
            #expect(try hook.install(gate: "medium"), "another gate is another hook")
            #expect(try String(contentsOfFile: hook.path, encoding: .utf8).contains("--fail-on medium\n"))
            #expect(try hook.uninstall())
            #expect(try hook.uninstall() == false)
        }
    }

    @Test("somebody else's hook is left alone, and the line to add is told")
    func others() throws {
        try Self.repository { folder in
            let hook = try PreCommitHook(repositoryOf: folder.path)
            let text = "#!/bin/sh\nmake lint\n"
            try FileManager.default.createDirectory(
                atPath: (hook.path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: hook.path, atomically: true, encoding: .utf8)
            let refusal = #expect(throws: CommandFailure.self) { try hook.install(gate: nil) }
            #expect(refusal?.description.contains("canon audit --staged --quiet || exit 1") == true)
            #expect(throws: CommandFailure.self) { try hook.uninstall() }
            #expect(try String(contentsOfFile: hook.path, encoding: .utf8) == text)
        }
    }

    @Test("outside of a repository there is nothing to hook into")
    func noRepository() throws {
        let refusal = #expect(throws: CommandFailure.self) { try PreCommitHook(repositoryOf: "/") }
        #expect(refusal?.status == ExitStatus.usage)
    }
}
