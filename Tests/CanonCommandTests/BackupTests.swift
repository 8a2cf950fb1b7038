import ArgumentParser
import CanonStore
import CanonWire
import Foundation
import Testing

@testable import canon

@Suite("canon backup and canon restore")
struct BackupTests {
    private func run(_ arguments: [String]) async -> Int32 {
        await Canon.runToStatus(
            arguments, output: Terminal(descriptor: -1, isTerminal: false, usesColour: false),
            errors: Terminal(descriptor: -1, isTerminal: false, usesColour: false)
        ).rawValue
    }

    private func epoch(_ folder: String) throws -> String {
        let database = try CanonDatabase(path: folder + "/canon.sqlite")
        defer { try? database.close() }
        return database.epoch
    }

    @Test("a backup is made beside an open database, is private, and does not replace a file unasked")
    func backup() async throws {
        let data = TemporaryFolder()
        let out = TemporaryFolder()
        let database = try CanonDatabase(path: data.path + "/canon.sqlite")
        let file = out.path + "/copy"
        #expect(await run(["backup", "--quiet", "--data-dir", data.path, file]) == 0)
        #expect(FileReading.mode(of: file) == 0o600)
        #expect(try DatabaseInspection(path: file).epoch == database.epoch)
        #expect(await run(["backup", "--quiet", "--data-dir", data.path, file]) == 1)
        #expect(await run(["backup", "--quiet", "--force", "--data-dir", data.path, file]) == 0)
        try database.close()
    }

    @Test("a backup of nothing is refused, and makes nothing")
    func backupOfNothing() async {
        let data = TemporaryFolder()
        #expect(await run(["backup", "--quiet", "--data-dir", data.path, data.path + "/copy"]) == 1)
        #expect(Machine.current.names(data.path) == .success([]))
    }

    @Test("a restored store has a new epoch, and the old database is kept")
    func restore() async throws {
        let data = TemporaryFolder()
        let out = TemporaryFolder()
        let file = out.path + "/copy"
        let before = try epoch(data.path)
        #expect(await run(["backup", "--quiet", "--data-dir", data.path, file]) == 0)

        #expect(await run(["restore", "--quiet", "--data-dir", data.path, file]) == 1)
        #expect(try epoch(data.path) == before)

        #expect(await run(["restore", "--quiet", "--force", "--data-dir", data.path, file]) == 0)
        let after = try epoch(data.path)
        #expect(after != before)
        let kept = try Machine.current.names(data.path).get().filter { $0.contains(".replaced-") }
        #expect(kept.count == 1)
        #expect(try DatabaseInspection(path: data.path + "/" + kept[0]).epoch == before)
    }

    @Test("a backup can be restored where there was nothing")
    func restoreIntoNothing() async throws {
        let data = TemporaryFolder()
        let out = TemporaryFolder()
        _ = try epoch(data.path)
        let file = out.path + "/copy"
        #expect(await run(["backup", "--quiet", "--data-dir", data.path, file]) == 0)
        #expect(await run(["restore", "--quiet", "--data-dir", out.path + "/new", file]) == 0)
        #expect(try DatabaseInspection(path: out.path + "/new/canon.sqlite").schema == .current)
    }

    @Test("while a server has the folder, nothing is restored")
    func restoreUnderServer() async throws {
        let data = TemporaryFolder()
        let out = TemporaryFolder()
        let before = try epoch(data.path)
        let file = out.path + "/copy"
        #expect(await run(["backup", "--quiet", "--data-dir", data.path, file]) == 0)
        let lock = try DataFolder(path: data.path).lock()
        #expect(await run(["restore", "--quiet", "--force", "--data-dir", data.path, file]) == 1)
        lock.release()
        #expect(try epoch(data.path) == before)
    }

    @Test("a file that is no backup is refused", arguments: ["", "text"])
    func restoreOfJunk(_ content: String) async throws {
        let data = TemporaryFolder()
        let before = try epoch(data.path)
        let junk = data.write("junk", content)
        #expect(await run(["restore", "--quiet", "--force", "--data-dir", data.path, junk]) == 1)
        #expect(await run(["restore", "--quiet", "--force", "--data-dir", data.path, data.path + "/missing"]) == 1)
        #expect(try epoch(data.path) == before)
    }

    @Test("exit statuses tell a wrong command line, a wrong configuration and a refusal apart")
    func statuses() async {
        let folder = TemporaryFolder()
        let wrong = folder.write("wrong.yaml", "serve:\n  port: x\n")
        #expect(await run(["config", "--no-such-flag"]) == 2)
        #expect(await run(["no-such-command"]) == 2)
        #expect(await run(["backup", "--data-dir", folder.path]) == 2)
        #expect(await run(["config", "--config", wrong]) == 2)
        #expect(await run(["doctor", "--data-dir", folder.path, "--config", wrong]) == 1)
        #expect(await run(["help"]) == 0)
        #expect(await run(["--version"]) == 0)
    }

    @Test("the progress of a backup rises to the whole")
    func progress() throws {
        let data = TemporaryFolder()
        _ = try epoch(data.path)
        var steps: [(done: Int, total: Int)] = []
        _ = try CanonDatabase.backup(from: data.path + "/canon.sqlite", to: data.path + "/copy") {
            steps.append(($0, $1))
        }
        #expect(steps.last.map { $0.done == $0.total } == true)
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.done <= $1.done })
    }
}
