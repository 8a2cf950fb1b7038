import CanonStore
import Foundation
import Testing

@testable import canon

@Suite("What the doctor sees of this machine")
struct MachineTests {
    /// A socket that listens on a port of the system's choice until the test ends.
    private final class Listener {
        let descriptor: Int32
        let port: Int

        init() throws {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socket in
                    bind(descriptor, socket, size) == 0 && listen(descriptor, 8) == 0
                        && getsockname(descriptor, socket, &size) == 0
                }
            }
            try #require(bound)
            self.descriptor = descriptor
            port = Int(UInt16(bigEndian: address.sin_port))
        }

        deinit { close(descriptor) }
    }

    @Test("a port that is held is told from a free one, with the process that holds it")
    func ports() throws {
        let machine = Machine.current
        var listener: Listener? = try Listener()
        let port = try #require(listener?.port)
        guard case .inUse(let holder) = machine.port("127.0.0.1", port) else {
            Issue.record("the port is held, and was said to be free")
            return
        }
        #expect(holder?.identifier == getpid())
        listener = nil
        #expect(machine.port("127.0.0.1", port) == .free)
    }

    @Test("an address that is not of this machine cannot be listened on")
    func foreignAddress() {
        guard case .refused(let words) = Machine.current.port("192.0.2.1", 1) else {
            Issue.record("listening on a documentation address (RFC 5737) was said to work")
            return
        }
        #expect(!words.isEmpty)
    }

    @Test("a server that answers is told from a closed port and a name without an address")
    func connections() throws {
        let machine = Machine.current
        var listener: Listener? = try Listener()
        let port = try #require(listener?.port)
        #expect(machine.connect("127.0.0.1", port, .seconds(5)) == nil)
        listener = nil
        #expect(machine.connect("127.0.0.1", port, .seconds(5)) == "Connection refused")
        #expect(machine.connect("name.invalid", 80, .seconds(5)) != nil)
    }

    @Test("files are seen with their mode, owner and time")
    func files() throws {
        let machine = Machine.current
        let folder = TemporaryFolder()
        let path = folder.write("a", "text", mode: 0o640)
        let file = try #require(machine.file(path))
        #expect(file.mode == 0o640)
        #expect(file.owner == geteuid())
        #expect(!file.isDirectory)
        #expect(abs(file.modified.timeIntervalSinceNow) < 60)
        #expect(machine.file(folder.path)?.isDirectory == true)
        #expect(machine.file(folder.path + "/b") == nil)
        #expect(machine.names(folder.path) == .success(["a"]))
        #expect(machine.names(folder.path + "/b") == .failure(SystemError(code: ENOENT)))
        #expect(try #require(machine.freeBytes(folder.path + "/not/there")) > 0)
    }

    @Test("the holder of the data folder's lock is seen as long as it holds it")
    func lockHolder() throws {
        let temporary = TemporaryFolder()
        let folder = try DataFolder(path: temporary.path)
        #expect(Machine.current.folder(temporary.path).server == .none)
        let lock = try folder.lock()
        #expect(Machine.current.folder(temporary.path).server == .running(process: getpid()))
        lock.release()
        #expect(Machine.current.folder(temporary.path).server == .none)
        // What a server leaves that was killed: its number in a file that nobody locks.
        _ = temporary.write("canon.lock", "1\n")
        #expect(Machine.current.folder(temporary.path).server == .none)
    }

    @Test("a whole database, a damaged one, and a file that is none are told apart, and left as they are")
    func databases() throws {
        let temporary = TemporaryFolder()
        let path = temporary.path + "/canon.sqlite"
        #expect(failure(path)?.kind == .fileMissing)

        let database = try CanonDatabase(path: path)
        let epoch = database.epoch
        let beside = try Machine.current.database(path).get()
        #expect(beside == DatabaseInspection(schema: .current, damage: [], epoch: epoch))
        try database.close()
        #expect(try Machine.current.database(path).get().schema == .current)

        // The second half of a copy, which has no log beside it, is overwritten with noise.
        let copy = temporary.path + "/copy.sqlite"
        _ = try CanonDatabase.backup(from: path, to: copy)
        var bytes = try Data(contentsOf: URL(filePath: copy))
        let half = bytes.count / 2
        bytes = bytes.prefix(half) + Data(repeating: 0xA5, count: bytes.count - half)
        try bytes.write(to: URL(filePath: copy))
        switch Machine.current.database(copy) {
        case .success(let inspection): #expect(!inspection.damage.isEmpty)
        case .failure(let error): #expect(error.kind == .corrupt)
        }
        #expect(try Data(contentsOf: URL(filePath: copy)) == bytes)

        let text = temporary.write("text.sqlite", String(repeating: "no database at all ", count: 500))
        #expect(failure(text)?.kind == .notADatabase)
    }

    private func failure(_ path: String) -> StoreError? {
        if case .failure(let error) = Machine.current.database(path) { error } else { nil }
    }
}
