import CanonWire
import NIOCore

/// A user of the load: one conversation, followed by all of its devices, of which the first one asks. Lives on the run's
/// event loop.
final class LoadUser {
    let number: Int
    let token: String
    let thread: String
    var ledger = ThreadLedger()
    private(set) var devices: [LoadDevice] = []

    private let canary = Canary()
    private let options: LoadOptions
    private let tally: LoadTally
    /// Whose thread is whose: shared by all users of the run.
    private let owners: ThreadOwners
    private var id: String?
    private var pending: Pending?
    private var availableAt: UInt64 = 0
    /// Messages that the server has acknowledged, and how often each stands in the log.
    private var acknowledgedMessages: Set<String> = []
    private var loggedMessages: [String: Int] = [:]
    private var counter = 0

    private struct Pending {
        let id: String
        let message: JSONObject
        let due: UInt64
        var run: String?
        var isAcknowledged = false
        var hasStarted = false
    }

    init(number: Int, token: String, thread: String, options: LoadOptions, tally: LoadTally, owners: ThreadOwners) {
        self.number = number
        self.token = token
        self.thread = thread
        self.options = options
        self.tally = tally
        self.owners = owners
        owners.users[thread] = number
    }

    func makeDevices(over transport: Transport, on loop: any EventLoop) {
        let isSlow = Array(repeating: false, count: options.devices) + (number < options.slowReaders ? [true] : [])
        devices = isSlow.enumerated().map { index, isSlow in
            LoadDevice(
                name: "user \(number + 1), device \(index + 1)\(isSlow ? " (slow)" : "")", isSlow: isSlow, user: self,
                transport: transport, tally: tally, loop: loop)
        }
    }

    // MARK: Asking

    func isAvailable(at now: UInt64) -> Bool {
        pending == nil && now >= availableAt && devices[0].isFollowing
    }

    var isWaiting: Bool { pending != nil }

    /// Whether each device has what any has.
    var isEven: Bool { devices.allSatisfy { $0.cursor.last >= ledger.head } }

    func ask(due: UInt64) {
        counter += 1
        let messageID = "load_\(thread)_\(counter)"
        let message: JSONObject = [
            "type": "user_message", "client_msg_id": .string(messageID),
            "data": ["content": .string(text()), "thread_id": .string(thread)],
        ]
        pending = Pending(id: messageID, message: message, due: due)
        tally.sent += 1
        tally.timeline.sent(at: monotonicNanoseconds())
        devices[0].send(message)
    }

    private func text() -> String {
        let text = options.question + " " + canary.text
        let size = Int.random(in: options.messageBytes)
        guard size > text.utf8.count else { return text }
        return text + " " + String(repeating: "x", count: size - text.utf8.count - 1)
    }

    /// The sender is connected again: it repeats what has no receipt, under the same id.
    func isBack(_ device: LoadDevice) {
        guard device === devices[0], let pending, !pending.isAcknowledged else { return }
        tally.repeated += 1
        device.send(pending.message)
    }

    /// Gives up waiting for an answer that is overdue.
    func expire(at now: UInt64) {
        guard let pending, now > pending.due, now - pending.due > UInt64(options.timeout * 1e9) else { return }
        tally.unanswered += 1
        finish(after: 0)
    }

    // MARK: What its devices are told

    func welcomed(as user: String?) {
        id = id ?? user
        guard user == id else {
            return tally.faults.add(.foreign, "user \(number + 1) is \(user ?? "nobody") on another device")
        }
    }

    /// Whether a frame holds anything of another user.
    func isForeign(_ frame: JSONObject, _ text: ByteBuffer) -> Bool {
        if let thread = frame["thread_id"]?.string, let owner = owners.users[thread], owner != number { return true }
        if let user = frame["user_id"]?.string, let id, user != id { return true }
        return canary.isForeign(to: text)
    }

    func acknowledged(_ frame: JSONObject) {
        guard let messageID = frame["client_msg_id"]?.string, messageID == pending?.id, pending?.isAcknowledged == false
        else { return }
        pending?.isAcknowledged = true
        pending?.run = frame["run_id"]?.string
        acknowledgedMessages.insert(messageID)
        if let pending { tally.acknowledged.record(from: pending.due, to: monotonicNanoseconds()) }
    }

    func refused(_ frame: JSONObject) {
        let code = frame["error_code"]?.string ?? "?"
        guard frame["client_msg_id"]?.string == pending?.id, pending != nil else {
            return tally.trouble("error_message \(code)")
        }
        tally.refused += 1
        tally.trouble("refused: \(code)")
        finish(after: Double(frame["retry_after_ms"]?.int ?? 0) / 1000)
    }

    /// An event in the thread; the first device's are timed.
    func received(_ frame: JSONObject, by device: LoadDevice) {
        guard device === devices[0] else { return }
        let type = EventType(rawValue: frame.type)
        if type == .userMessage, let messageID = frame["client_msg_id"]?.string {
            loggedMessages[messageID, default: 0] += 1
        }
        let run = frame["run_id"]?.string
        if pending?.run == nil, type == .userMessage, frame["client_msg_id"]?.string == pending?.id {
            // On a busy server the events may come before the receipt.
            pending?.run = run
        }
        guard let pending, let run, run == pending.run else { return }
        let now = monotonicNanoseconds()
        if type == .agentStarted, !pending.hasStarted {
            self.pending?.hasStarted = true
            tally.started.record(from: pending.due, to: now)
        }
        guard type.isTerminal else { return }
        if type != .agentCompleted { tally.failedRuns += 1 }
        tally.answered.record(from: pending.due, to: now)
        tally.timeline.answered(due: pending.due, at: now)
        if !pending.isAcknowledged { acknowledgedMessages.insert(pending.id) }
        finish(after: options.thinkTime)
    }

    /// What a snapshot stands for was not seen as events: a run that is no longer open in it has ended.
    func skipped(by device: LoadDevice, _ frame: JSONObject) {
        guard device === devices[0] else { return }
        for id in acknowledgedMessages where loggedMessages[id] == nil { loggedMessages[id] = 1 }
        guard let run = pending?.run else { return }
        let open = frame["open_runs"]?.array ?? [frame["open_run"] ?? .null]
        if !open.contains(where: { $0["run_id"]?.string == run }) { finish(after: options.thinkTime) }
    }

    private func finish(after seconds: Double) {
        pending = nil
        availableAt = monotonicNanoseconds() + UInt64(seconds * 1e9)
    }

    // MARK: The end

    /// Every message with a receipt stands in the log exactly once. Whoever could not read the log to its end cannot say.
    func judgeMessages() {
        guard devices[0].isChecked else { return }
        for id in acknowledgedMessages where loggedMessages[id] == nil {
            tally.faults.add(.lost, "user \(number + 1): the acknowledged message \(id) is not in the log")
        }
        for (id, count) in loggedMessages where count > 1 {
            tally.faults.add(
                .duplicated, times: Int64(count - 1), "user \(number + 1): the message \(id) is in the log twice")
        }
    }
}

/// Which user of the run each conversation belongs to.
final class ThreadOwners {
    var users: [String: Int] = [:]
}
