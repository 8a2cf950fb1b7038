import CanonVerify
import CanonWire
import NIOCore

/// Connections that send a message and expect it back: plainly, or as the `pong` of the gateway's `ping`.
final class EchoLoad: Load {
    enum Kind {
        /// The server returns the message as it is.
        case echo
        /// The server returns the payload twice, as `data` and as `payload`.
        case ping
    }

    struct Options {
        var kind: Kind
        var connections: Int
        /// Messages of a connection that wait for their answer, in the closed loop.
        var inFlight: Int
        /// Bytes of a message.
        var size: Int
        /// Messages in a second over all connections; nil: as many as the answers let through.
        var rate: Double?
    }

    let mode: String
    private let options: Options
    private let setting: LoadSetting
    private let measurement: Measurement
    private var connections: [EchoConnection] = []
    private var pacer: Pacer?
    private var nextConnection = 0
    private(set) var isRunning = false

    init(_ options: Options, _ setting: LoadSetting) {
        self.options = options
        self.setting = setting
        measurement = setting.measurement
        mode = options.kind == .echo ? "echo" : "ping"
    }

    func start(ready: @escaping () -> Void) {
        let (request, answer) = Self.templates(options.kind, size: options.size)
        connections = (0..<options.connections).map { _ in
            EchoConnection(load: self, measurement: measurement, request: request, answer: answer)
        }
        setting.connector.open(connections) { [self] in
            isRunning = true
            if let rate = options.rate {
                pacer = Pacer(loop: setting.loop, schedule: .even(rate: rate)) { [self] due in sendNext(due: due) }
                pacer?.run()
            } else {
                for connection in connections {
                    for _ in 0..<options.inFlight { connection.sendMessage(due: monotonicNanoseconds()) }
                }
            }
            ready()
        }
    }

    func stop(done: @escaping () -> Void) {
        isRunning = false
        pacer?.stop()
        done()
    }

    var members: [(key: String, value: JSONValue)] {
        [
            ("connections", .int(Int64(options.connections))),
            ("in_flight", options.rate == nil ? .int(Int64(options.inFlight)) : .null),
            ("rate", options.rate.map { .double($0) } ?? .null),
            ("message_bytes", .int(Int64(connections.first?.messageBytes ?? 0))),
        ]
    }

    /// A full connection does not hold up the others.
    private func sendNext(due: UInt64) -> Bool {
        for _ in connections.indices {
            let connection = connections[nextConnection]
            nextConnection = (nextConnection + 1) % connections.count
            if connection.isOpen, connection.hasPlace {
                connection.sendMessage(due: due)
                return true
            }
        }
        return false
    }

    /// In the closed loop an answer lets the next message go.
    fileprivate func answered(_ connection: EchoConnection, at now: UInt64) {
        if isRunning, options.rate == nil { connection.sendMessage(due: now) }
    }

    static func templates(_ kind: Kind, size: Int) -> (request: Template, answer: Template) {
        func padding(_ used: Int) -> String { String(repeating: "x", count: max(0, size - used - Template.stampBytes)) }
        switch kind {
        case .echo:
            let text = Template(["{\"e\":\"", padding(8) + "\"}"])
            return (text, text)
        case .ping:
            let head = "{\"type\":\"ping\",\"payload\":"
            let (start, end) = ("{\"stamp\":\"", "\",\"pad\":\"")
            let tail = padding(head.utf8.count + start.utf8.count + end.utf8.count + 3) + "\"}"
            return (
                Template([head + start, end + tail + "}"]),
                Template([
                    "{\"type\":\"pong\",\"data\":" + start, end + tail + ",\"payload\":" + start, end + tail + "}",
                ])
            )
        }
    }
}

final class EchoConnection: LoadConnection {
    private unowned let load: EchoLoad
    private let measurement: Measurement
    private var request: Template
    private let answer: Template
    private var sent: UInt64 = 0
    private var answered: UInt64 = 0

    /// Unanswered messages of the open loop, so that a server that stands still does not fill this process.
    private static let maximumInFlight: UInt64 = 1024

    init(load: EchoLoad, measurement: Measurement, request: Template, answer: Template) {
        self.load = load
        self.measurement = measurement
        self.request = request
        self.answer = answer
    }

    var messageBytes: Int { request.size }
    var hasPlace: Bool { sent - answered < Self.maximumInFlight }

    func sendMessage(due: UInt64) {
        guard isOpen else { return }
        send(request.stamped(time: due, number: sent))
        sent += 1
        measurement.sendCounted()
    }

    override func receive(_ text: ByteBuffer) {
        let now = monotonicNanoseconds()
        if let stamp = answer.stamp(in: text), stamp.number == answered {
            measurement.receivedCounted(since: stamp.time, at: now)
        } else if text.startsWith("{\"type\":\"heartbeat\"") || text.startsWith("{\"type\":\"system_message\"") {
            return
        } else if text.startsWith("{\"type\":\"error_message\"") {
            measurement.failed(
                "answer: \(text.getString(at: text.readerIndex, length: min(text.readableBytes, 120)) ?? "")")
        } else {
            measurement.wrong += 1
        }
        answered += 1
        load.answered(self, at: now)
    }
}
