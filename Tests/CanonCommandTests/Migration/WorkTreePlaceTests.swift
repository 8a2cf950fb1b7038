import Foundation
import Testing

@testable import canon

@Suite("Where the journal of a migration lies")
struct WorkTreePlaceTests {
    private static func git(_ arguments: [String], in folder: String) throws -> String {
        let repository = try #require(GitRepository(containing: folder))
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
        return String(decoding: try repository.run(identity + arguments), as: UTF8.self)
            .trimmingCharacters(in: .newlines)
    }

    private static func initialise(_ folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let process = GitRepository.process(["init", "--quiet"], in: folder)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        _ = try git(["commit", "--quiet", "--allow-empty", "--message", "first"], in: folder)
    }

    private static func isWhereGitSays(_ folder: String) throws -> Bool {
        let place = try #require(WorkTreePlace(containing: folder))
        return try place.journalFolder
            == git(["rev-parse", "--path-format=absolute", "--git-path", "canon-migrate"], in: folder)
            && place.root == git(["rev-parse", "--show-toplevel"], in: folder)
    }

    @Test("is where git says: in a work tree, below its root, in a linked one, in a submodule, and behind a link")
    func places() throws {
        let temporary = TemporaryFolder()
        let (main, other) = (temporary.path + "/main", temporary.path + "/other")
        try Self.initialise(main)
        try Self.initialise(other)
        #expect(try Self.isWhereGitSays(main))
        try FileManager.default.createDirectory(atPath: main + "/a/b", withIntermediateDirectories: true)
        #expect(try Self.isWhereGitSays(main + "/a/b"))
        _ = try Self.git(["worktree", "add", "--quiet", temporary.path + "/linked"], in: main)
        #expect(try Self.isWhereGitSays(temporary.path + "/linked"))
        _ = try Self.git(["submodule", "--quiet", "add", other, "inner"], in: main)
        #expect(try Self.isWhereGitSays(main + "/inner"))
        try FileManager.default.createSymbolicLink(
            atPath: temporary.path + "/link", withDestinationPath: main + "/a")
        #expect(WorkTreePlace(containing: temporary.path + "/link") == WorkTreePlace(containing: main))
    }

    @Test("is nowhere outside of a repository, and beside a file that only has the name")
    func nowhere() throws {
        let temporary = TemporaryFolder()
        _ = temporary.write(".git", "not what git writes\n")
        #expect(WorkTreePlace(containing: temporary.path)?.root != temporary.path)
        #expect(WorkTreePlace(containing: temporary.path + "/missing") == nil)
        #expect(WorkTreePlace(containing: "/") == nil)
    }

    @Test("a lock is taken once, and is free when its owner is gone")
    func locks() throws {
        let temporary = TemporaryFolder()
        let folder = temporary.path + "/canon-migrate"
        do {
            let lock = try MigrationLock(in: folder)
            // Another open file is another owner, in the same process as well.
            #expect(throws: MigrationLock.Failure.held(by: Int(getpid()))) { try MigrationLock(in: folder) }
            withExtendedLifetime(lock) {}
        }
        #expect(!FileManager.default.fileExists(atPath: folder))
        _ = try MigrationLock(in: folder)
    }
}

@Suite("A folder of this machine, as a migration writes in it")
struct DiskFileSystemTests {
    private static let attributes = FileAttributes(mode: 0o750, owner: getuid(), group: getgid())

    @Test("a file is made once, with its bytes and mode, renamed and removed")
    func files() throws {
        let temporary = TemporaryFolder()
        let disk = try DiskFileSystem(root: temporary.path)
        let bytes = [UInt8](repeating: 7, count: 300_000)
        try disk.create("a", bytes, Self.attributes)
        try disk.synchronize("a")
        #expect(try disk.contents(of: "a") == bytes)
        #expect(try disk.status(of: "a") == FileStatus(kind: .file, attributes: Self.attributes))
        #expect(throws: SystemError(code: EEXIST)) { try disk.create("a", [], Self.attributes) }
        try disk.rename("a", to: "b")
        try disk.synchronizeFolder(".")
        #expect(try disk.names(in: ".") == ["b"])
        try disk.remove("b")
        #expect(try disk.status(of: "b") == nil)
        #expect(try disk.status(of: "no/such") == nil)
        #expect(try disk.names(in: "no") == [])
        #expect(throws: SystemError.missing) { try disk.remove("b") }
        #expect(throws: SystemError.missing) { try disk.synchronizeFolder("no") }
    }

    @Test("nothing is reached through a link, or outside of the root")
    func links() throws {
        let temporary = TemporaryFolder()
        let outside = TemporaryFolder()
        _ = outside.write("secret", "outside")
        try FileManager.default.createSymbolicLink(
            atPath: temporary.path + "/link", withDestinationPath: outside.path)
        try FileManager.default.createSymbolicLink(
            atPath: temporary.path + "/file", withDestinationPath: outside.path + "/secret")
        let disk = try DiskFileSystem(root: temporary.path)
        #expect(throws: SystemError.self) { try disk.contents(of: "link/secret") }
        #expect(throws: SystemError.self) { try disk.contents(of: "file") }
        #expect(throws: SystemError.self) { try disk.create("link/new", [1], Self.attributes) }
        #expect(throws: SystemError.self) { try disk.remove("link/secret") }
        #expect(throws: SystemError.self) { try disk.rename("file", to: "link/secret") }
        #expect(throws: SystemError.self) { try disk.create("../x", [1], Self.attributes) }
        #expect(try disk.status(of: "file")?.kind == .link)
        #expect(try String(contentsOfFile: outside.path + "/secret", encoding: .utf8) == "outside")
    }

    @Test("a folder that is not empty stays")
    func folders() throws {
        let temporary = TemporaryFolder()
        try FileManager.default.createDirectory(atPath: temporary.path + "/a/b", withIntermediateDirectories: true)
        let disk = try DiskFileSystem(root: temporary.path)
        #expect(throws: SystemError.self) { try disk.removeFolder("a") }
        try disk.removeFolder("a/b")
        try disk.removeFolder("a")
        #expect(try disk.names(in: ".").isEmpty)
    }
}
