import CanonVerify
import CanonWire
import NIOCore

/// Connections that said one word and then nothing: what each costs the server in memory.
final class IdleLoad: Load {
    let mode = "idle"
    private let count: Int
    private let setting: LoadSetting
    private var connections: [IdleConnection] = []
    private var before = 0
    private var after = 0
    private var connectSeconds: Double = 0
    private var answers = 0

    init(connections: Int, _ setting: LoadSetting) {
        count = connections
        self.setting = setting
    }

    func start(ready: @escaping () -> Void) {
        before = setting.server?.residentBytes ?? 0
        let start = monotonicNanoseconds()
        connections = (0..<count).map { _ in IdleConnection { [self] in answers += 1 } }
        setting.connector.open(connections) { [self] in
            connectSeconds = Double(monotonicNanoseconds() - start) / 1e9
            // A connection that was used once has the buffers it will keep.
            for connection in connections { connection.send(ByteBuffer(string: "{\"type\":\"ping\"}")) }
            setting.when({ [self] in answers >= connections.count }, orAfter: 30) { ready() }
        }
    }

    func stop(done: @escaping () -> Void) {
        after = setting.server?.residentBytes ?? 0
        let missing = connections.count { $0.isOpen } - answers
        if missing > 0 { setting.measurement.failed("\(missing) connections got no answer") }
        done()
    }

    var members: [(key: String, value: JSONValue)] {
        [
            ("connections", .int(Int64(count))), ("open_at_end", .int(Int64(connections.count { $0.isOpen }))),
            ("connections_per_s", .int(Int64(Double(count) / connectSeconds))),
            ("resident_before", .int(Int64(before))), ("resident_after", .int(Int64(after))),
            ("bytes_per_connection", .int(Int64((after - before) / max(1, count)))),
        ]
    }
}

/// Tells of the first thing it receives. Heartbeats come later.
final class IdleConnection: LoadConnection {
    private var onAnswer: (() -> Void)?

    init(onAnswer: @escaping () -> Void) { self.onAnswer = onAnswer }

    override func receive(_ text: ByteBuffer) {
        onAnswer?()
        onAnswer = nil
    }
}
