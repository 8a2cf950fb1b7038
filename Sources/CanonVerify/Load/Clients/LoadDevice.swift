import CanonWebSocket
import CanonWire
import NIOCore

/// One device of a user: connects, follows the user's thread, comes back when it was cut, and checks what it is sent.
/// Lives on the run's event loop.
final class LoadDevice {
    let name: String
    let isSlow: Bool
    private unowned let user: LoadUser
    private let tally: LoadTally
    private let transport: Transport
    private let loop: any EventLoop

    private(set) var cursor = DeviceCursor()
    /// Whether it was told at the end that it has everything.
    private(set) var isChecked = false
    private var state = State.idle
    private var epoch: String?
    private var attempts = 0
    private var readsSlowly: Bool
    private var lostAt: UInt64?
    /// Told once, when it follows its thread for the first time, or cannot.
    private var onReady: ((String?) -> Void)?
    private var onChecked: (() -> Void)?

    private enum State {
        case idle
        /// From the first byte to the welcome; when it began.
        case connecting(since: UInt64)
        /// `resume` was sent.
        case resuming(LoadConnection)
        case following(LoadConnection)
        /// The load is over: what is behind the last event is asked for.
        case checking(LoadConnection)
        case ended
    }

    /// How long a slow reader does not read.
    private static let stall = TimeAmount.milliseconds(700)
    private static let slowReceiveBuffer = 4096

    init(
        name: String, isSlow: Bool, user: LoadUser, transport: Transport, tally: LoadTally, loop: any EventLoop
    ) {
        self.name = name
        self.isSlow = isSlow
        readsSlowly = isSlow
        self.user = user
        self.transport = transport
        self.tally = tally
        self.loop = loop
    }

    var isFollowing: Bool { if case .following = state { true } else { false } }

    // MARK: Connecting

    func open(_ onReady: @escaping (String?) -> Void) {
        self.onReady = onReady
        connect()
    }

    private func connect() {
        state = .connecting(since: monotonicNanoseconds())
        let connection = LoadConnection(device: self)
        let address = transport.address
        let request = WebSocketClientHandshake.Request(
            host: address.authority, target: address.path(address.socketPath),
            headers: [.init(name: "Authorization", value: "Bearer \(user.token)")])
        let upgraded = loop.makePromise(of: WebSocketClientHandshake.Response.self)
        let bound = NIOLoopBound(connection, eventLoop: loop)
        upgraded.futureResult.assumeIsolated().whenFailure { connection.fail("\($0)") }
        transport.connect(on: loop, timeout: .seconds(20)) { [isSlow] channel in
            if isSlow {
                // So that not reading is felt by the server, and not kept by the kernel.
                try channel.syncOptions?.setOption(.socketOption(.so_rcvbuf), value: .init(Self.slowReceiveBuffer))
            }
            let handshaker = WebSocketClientHandshaker(
                request: request, limits: .init(timeout: .seconds(20)),
                messageLimits: WebSocketLimits(maximumMessageBytes: 64 << 20, closeTimeout: .seconds(1)),
                promise: upgraded)
            try channel.pipeline.syncOperations.addHandlers([handshaker, bound.value])
        }.whenFailure { upgraded.fail($0) }
    }

    /// The connection is gone, or was never made.
    func ended(_ connection: LoadConnection, _ why: String) {
        switch state {
        case .connecting: break
        case .resuming(let current), .following(let current), .checking(let current):
            guard current === connection else { return }
            tally.open -= 1
        case .idle, .ended: return
        }
        if case .checking = state { tally.unchecked += 1 }
        state = .idle
        onChecked.take()?()
        if !connection.isCut { tally.trouble(why) }
        lostAt = lostAt ?? monotonicNanoseconds()
        attempts += 1
        if attempts > 8, let onReady = onReady.take() { return onReady(why) }
        // Full jitter under a doubling ceiling, as the clients have it; the first try is immediate.
        let ceiling = attempts == 1 ? 0 : min(5000, 100 << min(attempts, 6))
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(Int64.random(in: 0...Int64(ceiling)))) {
            if case .idle = bound.value.state { bound.value.connect() }
        }
    }

    /// As a lost network does. Only a device that follows is cut.
    func cut() {
        guard case .following(let connection) = state else { return }
        tally.cuts += 1
        connection.cut()
    }

    /// No more connections.
    func leave() {
        let old = state
        state = .ended
        switch old {
        case .resuming(let connection), .following(let connection), .checking(let connection):
            tally.open -= 1
            connection.cut()
        case .idle, .connecting, .ended: break
        }
    }

    // MARK: Sending

    func send(_ object: JSONObject) {
        if case .following(let connection) = state { connection.send(object) }
    }

    /// From now on it keeps up: what is waiting for a slow reader has to come before the end.
    func catchUp() {
        readsSlowly = false
        switch state {
        case .resuming(let connection), .following(let connection), .checking(let connection): connection.readOn()
        case .idle, .connecting, .ended: break
        }
    }

    /// Asks for what is behind the last event: there must be nothing.
    func check(_ done: @escaping () -> Void) {
        guard case .following(let connection) = state else {
            tally.unchecked += 1
            return done()
        }
        onChecked = done
        state = .checking(connection)
        connection.send(resume)
    }

    private var resume: JSONObject {
        var request: JSONObject = ["type": "resume", "threads": .object([user.thread: .int(cursor.last)])]
        if let epoch { request["epoch"] = .string(epoch) }
        return request
    }

    // MARK: Receiving

    func receive(_ text: ByteBuffer, on connection: LoadConnection) {
        // A handshake may have been under way when the load ended; the run, and its users, may be gone.
        if case .ended = state { return connection.cut() }
        tally.bytes += text.readableBytes
        guard let frame = (try? JSONValue.parse(text.readableBytesView))?.object else {
            return tally.trouble("a message that is no JSON object")
        }
        if user.isForeign(frame, text) {
            tally.faults.add(.foreign, "\(name): \(frame.type) of another user")
            return
        }
        switch frame.type {
        case "connection_established":
            guard case .connecting(let since) = state else { return }
            tally.connected.record(from: since, to: monotonicNanoseconds())
            tally.open += 1
            user.welcomed(as: frame.anywhere("user_id")?.string)
            epoch = epoch ?? frame["data"]?["epoch"]?.string
            state = .resuming(connection)
            connection.send(resume)
        case "resumed", "none", "not_found", "snapshot": answered(frame, on: connection)
        case "ack": if !isSlow { user.acknowledged(frame) }
        case "error_message" where frame["request_type"] == "resume": resumeLater(frame, on: connection)
        case "error_message": user.refused(frame)
        default: if let seq = frame.seq { event(frame, seq) }
        }
    }

    /// The user has sent too much already: it asks again when it may.
    private func resumeLater(_ refusal: JSONObject, on connection: LoadConnection) {
        tally.trouble("refused: \(refusal["error_code"]?.string ?? "?") for resume")
        let bound = NIOLoopBound((self, connection), eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(max(50, refusal["retry_after_ms"]?.int ?? 1000))) {
            let (device, connection) = bound.value
            switch device.state {
            case .resuming(let current), .checking(let current):
                if current === connection { connection.send(device.resume) }
            case .idle, .connecting, .following, .ended: break
            }
        }
    }

    private func answered(_ frame: JSONObject, on connection: LoadConnection) {
        guard frame["thread_id"]?.string == user.thread else { return }
        if frame.type == "snapshot", let at = frame["at"]?.int {
            tally.snapshots += 1
            cursor.skip(to: at)
            user.skipped(by: self, frame)
        }
        if frame.type == "not_found" {
            tally.faults.add(.lost, "\(name): the server does not know the conversation any more")
        }
        switch state {
        case .resuming:
            state = .following(connection)
            attempts = 0
            if let lostAt = lostAt.take() { tally.resumed.record(from: lostAt, to: monotonicNanoseconds()) }
            if readsSlowly { connection.readSlowly(every: Self.stall) }
            user.isBack(self)
            onReady.take()?(nil)
        case .checking:
            if frame.type == "resumed", let to = frame["to"]?.int, to > cursor.last {
                tally.faults.add(
                    .lost, times: to - cursor.last, "\(name): events \(cursor.last + 1) to \(to) did not come")
            }
            state = .following(connection)
            isChecked = true
            onChecked.take()?()
        case .idle, .connecting, .following, .ended: break
        }
    }

    private func event(_ frame: JSONObject, _ seq: Int64) {
        guard frame["thread_id"]?.string == user.thread else { return }
        tally.events += 1
        let from = frame["seq_from"]?.int ?? seq
        if from < seq { tally.joined += 1 }
        let last = cursor.last
        let finding = cursor.receive(from: from, through: seq)
        // Behind the answer at the end comes once more what was on its way when a late device asked, and what was lost on the way.
        if !isChecked { judge(finding, frame, from: from, through: seq, after: last) }
        if from == seq, !user.ledger.note(seq, id: frame["event_id"]?.string ?? "") {
            tally.faults.add(.disordered, "\(name): another event \(seq) than before")
        }
        // A message that comes twice does not stand in the log twice.
        if case .repeated = finding { return }
        user.received(frame, by: self)
    }

    private func judge(
        _ finding: DeviceCursor.Finding, _ frame: JSONObject, from: Int64, through seq: Int64, after last: Int64
    ) {
        switch finding {
        case .inOrder: break
        case .repeated(let count):
            tally.faults.add(.duplicated, times: count, "\(name): event \(seq) again, after \(last)")
        case .missed(let count):
            tally.faults.add(.lost, times: count, "\(name): event \(from) came after \(last)")
        case .late(let count):
            tally.faults.found(count)
            tally.faults.add(.disordered, times: count, "\(name): event \(seq) came after \(last)")
        }
    }
}

extension Optional where Wrapped: ~Copyable {
    /// What is there, and nothing is left behind: for what must be told once.
    fileprivate mutating func take() -> Wrapped? {
        let value = consume self
        self = nil
        return value
    }
}
