import CanonWire
import Foundation
import Testing

@testable import CanonStore

@Suite("Data folder")
struct DataFolderTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    private func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: place.file(name), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return place.file(name)
    }

    private func error(_ path: String, workspaces: [String] = []) -> StoreError? {
        #expect(throws: StoreError.self) { try DataFolder(path: path, workspaces: workspaces) }
    }

    // MARK: Where

    @Test("the default follows XDG_DATA_HOME, else HOME, and never a relative path")
    func defaultPath() throws {
        #expect(try DataFolder.defaultPath(environment: ["XDG_DATA_HOME": "/d", "HOME": "/h"]) == "/d/canon")
        #expect(try DataFolder.defaultPath(environment: ["HOME": "/h"]) == "/h/.local/share/canon")
        #expect(
            try DataFolder.defaultPath(environment: ["XDG_DATA_HOME": "d", "HOME": "/h"]) == "/h/.local/share/canon")
        for environment in [[:], ["HOME": ""], ["XDG_DATA_HOME": "", "HOME": "relative"]] {
            let error = #expect(throws: StoreError.self) { try DataFolder.defaultPath(environment: environment) }
            #expect(error?.kind == .noHome)
        }
    }

    @Test("a folder that does not exist is made, with those above it, for its owner alone")
    func creation() throws {
        let folder = try DataFolder(path: place.file("a/b/canon"))
        #expect(folder.path == place.file("a/b/canon"))
        #expect(folder.notes.isEmpty)
        for name in ["a", "a/b", "a/b/canon"] { #expect(try mode(place.file(name)) == 0o700) }
        #expect(folder.databasePath == place.file("a/b/canon/canon.sqlite"))
    }

    @Test("a folder that others may enter is closed to them, with a note")
    func tightening() throws {
        let path = try makeFolder("open")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let folder = try DataFolder(path: path)
        #expect(try mode(path) == 0o700)
        #expect(folder.notes.count == 1)
        #expect(folder.notes.first?.contains("0755") == true)
        #expect(try DataFolder(path: path).notes.isEmpty)
    }

    @Test("a folder of another user is refused", .enabled(if: geteuid() == 0, "only root can give a folder away"))
    func foreignOwner() throws {
        let path = try makeFolder("theirs")
        #expect(chown(path, 12_345, 12_345) == 0)
        let error = error(path)
        #expect(error?.kind == .foreignOwner)
        #expect(error?.cause.contains("12345") == true)
        #expect(error?.place == path)
    }

    @Test("a file is no folder, neither at the end nor in the middle of the path")
    func notADirectory() throws {
        try "x".write(toFile: place.file("file"), atomically: true, encoding: .utf8)
        #expect(error(place.file("file"))?.kind == .notADirectory)
        #expect(error(place.file("file/canon"))?.kind == .notADirectory)
    }

    @Test("a folder in which nothing can be written is refused, whoever runs this")
    func notWritable() throws {
        // No user, not even root, can make files there.
        let error = error("/proc/self/fd")
        #expect([.notWritable, .fileMissing].contains(error?.kind))
        #expect(error?.place.hasSuffix("/fd") == true)
        #expect(self.error("/proc/canon") != nil)
    }

    @Test("a folder without the right to write is refused", .enabled(if: geteuid() != 0, "root writes everywhere"))
    func missingRight() throws {
        let path = try makeFolder("readonly")
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: path)
        #expect(error(path)?.kind == .notWritable)
    }

    // MARK: Workspaces

    @Test("a data folder in a workspace is refused, and not made")
    func insideWorkspace() throws {
        let workspace = try makeFolder("work")
        for path in ["work", "work/data", "work/a/../b/canon", "./work/./x"] {
            let error = error(place.file(path), workspaces: ["/somewhere/else", workspace])
            #expect(error?.kind == .insideWorkspace)
            #expect(error?.cause.contains(workspace) == true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: workspace).isEmpty)
        #expect(error(place.file("x"), workspaces: ["/"])?.kind == .insideWorkspace)
    }

    @Test("a workspace in the data folder is refused")
    func aroundWorkspace() throws {
        let workspace = try makeFolder("data/projects/work")
        #expect(error(place.file("data"), workspaces: [workspace])?.kind == .insideWorkspace)
    }

    @Test("symbolic links hide neither")
    func links() throws {
        let workspace = try makeFolder("work")
        _ = try makeFolder("work/data")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: place.file("link"), withDestinationPath: workspace)
        try files.createSymbolicLink(atPath: place.file("data"), withDestinationPath: place.file("work/data"))
        #expect(error(place.file("link/data"), workspaces: [workspace])?.kind == .insideWorkspace)
        #expect(error(place.file("link/new/canon"), workspaces: [workspace])?.kind == .insideWorkspace)
        #expect(error(place.file("data"), workspaces: [workspace])?.kind == .insideWorkspace)
        #expect(error(place.file("work/data"), workspaces: [place.file("link")])?.kind == .insideWorkspace)
        #expect(error(place.file("link/../work/x"), workspaces: [workspace])?.kind == .insideWorkspace)
    }

    @Test("a folder beside a workspace is fine, also when its name begins like it")
    func besideWorkspace() throws {
        let workspace = try makeFolder("work")
        #expect(try DataFolder(path: place.file("work-data"), workspaces: [workspace]).path == place.file("work-data"))
    }

    // MARK: Lock

    @Test("a second server is refused and told the process id of the first, until that lets go")
    func lock() throws {
        let folder = try DataFolder(path: place.file("canon"))
        let first = try folder.lock()
        let error = #expect(throws: StoreError.self) { try folder.lock() }
        #expect(error?.kind == .locked(process: getpid()))
        #expect(error?.description.contains("\(getpid())") == true)
        #expect(error?.place == folder.path)
        first.release()
        first.release()
        let second = try folder.lock()
        #expect(throws: StoreError.self) { try folder.lock() }
        second.release()
    }

    @Test("a server's store holds the lock, a tool works beside it, and closing gives it free")
    func store() async throws {
        let folder = try DataFolder(path: place.file("canon"))
        let key = ThreadKey("ada", "t")
        let server = try Store(folder: folder)
        #expect(throws: StoreError.self) { try Store(folder: folder) }
        #expect(throws: StoreError.self) { try Store.restore(from: "/nothing", into: folder) }
        let tool = try Store(folder: folder, durability: .process, access: .tool)
        _ = try await server.log.createThread(key, title: "made by the server")
        #expect(try await tool.log.thread(key)?.title == "made by the server")
        try tool.close()
        #expect(throws: StoreError.self) { try Store(folder: folder) }

        let backup = place.file("backup")
        try server.database.backup(to: backup)
        _ = try await server.log.deleteThread(key)
        try server.close()
        let restoration = try Store.restore(from: backup, into: folder)
        let again = try Store(folder: folder)
        #expect(again.log.epoch == restoration.epoch)
        #expect(again.log.epoch != server.log.epoch)
        #expect(try await again.log.thread(key) != nil)
        try again.close()
    }

    // MARK: Secrets

    @Test("a secret is made once, random, and readable by its owner alone")
    func secret() throws {
        let folder = try DataFolder(path: place.file("canon"))
        let secret = try folder.secret(named: "jwt.key")
        #expect(secret.utf8.count == 43)
        #expect(Base64URL.decode(secret.utf8)?.count == 32)
        #expect(try folder.secret(named: "jwt.key") == secret)
        #expect(try folder.secret(named: "other.key") != secret)
        #expect(try mode(place.file("canon/jwt.key")) == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                == ["canon.lock", "jwt.key", "other.key"])
    }

    @Test("processes that make the same secret at the same moment get the same one")
    func racingSecrets() async throws {
        let folder = try DataFolder(path: place.file("canon"))
        let secrets = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try folder.secret(named: "key") } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(secrets.count == 1)
    }

    @Test("a secret that others may read, that is short, or a link, is refused")
    func badSecrets() throws {
        let folder = try DataFolder(path: place.file("canon"))
        _ = try folder.secret(named: "key")
        for (mode, kind) in [(0o640, StoreError.Kind.exposed), (0o604, .exposed), (0o660, .exposed)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path + "/key")
            let error = #expect(throws: StoreError.self) { try folder.secret(named: "key") }
            #expect(error?.kind == kind)
            #expect(error?.place == folder.path + "/key")
        }
        func write(_ text: String) throws {
            try text.write(toFile: folder.path + "/own", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path + "/own")
        }
        try write(String(repeating: "x", count: 31) + "\n\n")
        #expect(#expect(throws: StoreError.self) { try folder.secret(named: "own") }?.kind == .tooShort)
        try write(String(repeating: "x", count: 32) + "\n")
        #expect(try folder.secret(named: "own") == String(repeating: "x", count: 32))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: folder.path + "/own")
        #expect(throws: StoreError.self) { try folder.secret(named: "link") }
    }

    @Test(
        "a secret's name stays in the folder",
        arguments: ["", ".", "..", "../key", "a/b", ".hidden", "A", "a b", "a\u{0}"])
    func secretNames(name: String) throws {
        let folder = try DataFolder(path: place.file("canon"))
        let error = #expect(throws: StoreError.self) { try folder.secret(named: name) }
        #expect(error?.kind == .invalidName)
    }
}
