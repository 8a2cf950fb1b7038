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

    private static func put(_ text: String, at path: String, mode: Int = 0o755) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test("is written once, runs, and is deleted")
    func installs() throws {
        try Self.repository { folder in
            let hook = try PreCommitHook(repositoryOf: folder.path)
            #expect(hook.path == folder.resolvingSymlinksInPath().path + "/.git/hooks/pre-commit")
            #expect(try hook.state == .absent)
            #expect(try hook.install(gate: nil) == .written)
            #expect(try hook.install(gate: nil) == .upToDate)
            #expect(try hook.state == .installed(gate: nil, hasEarlier: false))
            #expect(FileManager.default.isExecutableFile(atPath: hook.path))
            #expect(
                try String(contentsOfFile: hook.path, encoding: .utf8).hasSuffix(
                    "\nexec canon audit --staged --quiet\n"))
            #expect(try hook.install(gate: "medium") == .written, "another gate is another hook")
            #expect(try hook.state == .installed(gate: "medium", hasEarlier: false))
            #expect(try hook.uninstall() == .deleted)
            #expect(try hook.uninstall() == .nothing)
        }
    }

    @Test("somebody else's hook is kept, and comes back byte for byte with its mode", arguments: [0o755, 0o700, 0o644])
    func chains(mode: Int) throws {
        try Self.repository { folder in
            let hook = try PreCommitHook(repositoryOf: folder.path)
            let text = "#!/bin/sh\r\nmake lint\n\u{0}"
            try Self.put(text, at: hook.path, mode: mode)
            #expect(try hook.state == .foreign)
            #expect(throws: CommandFailure.self, "nothing of it is ours to delete") { try hook.uninstall() }
            #expect(try hook.install(gate: nil) == .chained)
            #expect(try hook.state == .installed(gate: nil, hasEarlier: true))
            #expect(try hook.install(gate: "low") == .written, "the earlier one is not chained twice")
            #expect(try String(contentsOfFile: hook.earlierPath, encoding: .utf8) == text)
            #expect(try hook.uninstall() == .restored)
            #expect(try String(contentsOfFile: hook.path, encoding: .utf8) == text)
            let attributes = try FileManager.default.attributesOfItem(atPath: hook.path)
            #expect(attributes[.posixPermissions] as? Int == mode)
            #expect(!FileManager.default.fileExists(atPath: hook.earlierPath))
        }
    }

    @Test("a link stays a link")
    func links() throws {
        try Self.repository { folder in
            let hook = try PreCommitHook(repositoryOf: folder.path)
            try Self.put("#!/bin/sh\n", at: folder.path + "/lint.sh")
            try? FileManager.default.removeItem(atPath: hook.path)
            try FileManager.default.createDirectory(
                atPath: (hook.path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: hook.path, withDestinationPath: "../../lint.sh")
            #expect(try hook.install(gate: nil) == .chained)
            #expect(try hook.uninstall() == .restored)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: hook.path) == "../../lint.sh")
        }
    }

    @Test("a hook that somebody wrote over ours does not drive out the one that is kept")
    func twice() throws {
        try Self.repository { folder in
            let hook = try PreCommitHook(repositoryOf: folder.path)
            try Self.put("#!/bin/sh\nfirst\n", at: hook.path)
            _ = try hook.install(gate: nil)
            try Self.put("#!/bin/sh\nsecond\n", at: hook.path)
            let refusal = #expect(throws: CommandFailure.self) { try hook.install(gate: nil) }
            #expect(refusal?.description.contains("pre-commit.before-canon") == true)
            #expect(try String(contentsOfFile: hook.earlierPath, encoding: .utf8) == "#!/bin/sh\nfirst\n")
        }
    }

    @Test("what is not as it should be is told, and mended")
    func states() throws {
        try Self.repository { folder in
            let hook = try PreCommitHook(repositoryOf: folder.path)
            _ = try hook.install(gate: "low")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: hook.path)
            #expect(try hook.state == .notExecutable)
            #expect(try hook.install(gate: "low") == .written)
            try Self.put(PreCommitHook.text(gate: "low").replacing("exec ", with: ""), at: hook.path)
            #expect(try hook.state == .outdated(gate: "low"))
            #expect(try hook.install(gate: "low") == .written)
            for state in [PreCommitHook.State.absent, .outdated(gate: nil), .notExecutable, .foreign] {
                let (isRight, text) = HooksCommand.Status.words(state)
                #expect(!isRight && text.contains("canon hooks install"))
            }
        }
    }

    @Test("core.hooksPath of the repository is followed; one of the whole machine is refused")
    func hooksPath() throws {
        try Self.repository { folder in
            let repository = try #require(GitRepository(containing: folder.path))
            _ = try repository.run(["config", "core.hooksPath", "hooks"])
            let hook = try PreCommitHook(repositoryOf: folder.path)
            #expect(hook.path == folder.resolvingSymlinksInPath().path + "/hooks/pre-commit")
            #expect(hook.move == PreCommitHook.Move(folder: "hooks", scope: "local"))
            #expect(try hook.install(gate: nil) == .written)
            #expect(PreCommitHook.Move(folder: "/etc/hooks", scope: "global").isShared)
        }
    }

    @Test("outside of a repository there is nothing to hook into")
    func noRepository() throws {
        let refusal = #expect(throws: CommandFailure.self) { try PreCommitHook(repositoryOf: "/") }
        #expect(refusal?.status == ExitStatus.usage)
    }
}
