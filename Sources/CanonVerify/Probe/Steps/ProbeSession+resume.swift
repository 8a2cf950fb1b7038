import CanonWire
import NIOHTTP1

/// Lost connections, other devices, other users.
extension ProbeSession {
    /// What the answer to `resume` promises of one thread.
    private func resume(_ thread: String, after seq: Int64, epoch: String?, on socket: ClientSocket) async throws
        -> JSONObject
    {
        var request: JSONObject = ["type": "resume", "threads": .object([thread: .int(seq)])]
        if let epoch { request["epoch"] = .string(epoch) }
        socket.send(request)
        return try await next("the answer to resume", on: socket) { frame in
            if frame.type == "error_message" { throw StepFailure(expected: "the answer to resume", came: frame.brief) }
            return frame["thread_id"]?.string == thread && frame.type != "thread_updated"
        }
    }

    /// - Returns: the last event that is promised.
    private func expectResumed(
        _ exchange: Exchange, after seq: Int64, on socket: ClientSocket
    ) async throws -> Int64 {
        let answer = try await resume(exchange.thread, after: seq, epoch: exchange.epoch, on: socket)
        guard answer.type == "resumed", answer["from"]?.int == seq + 1, let to = answer["to"]?.int else {
            throw StepFailure(expected: "resumed from \(seq + 1), before any event", came: answer.encodedText)
        }
        return to
    }

    /// A connection is cut in the middle of a run; the next one gets the rest, and nothing twice.
    func resumeAfterCut() async throws -> String {
        let first = try await openWelcomed()
        var exchange = ask(options.question, in: newThread(), on: first)
        try await follow(&exchange, on: first, until: "agent_started") {
            $0.events.contains { $0.type == EventType.agentStarted.rawValue }
        }
        await first.cut()
        let last = exchange.last
        let second = try await openWelcomed()
        let answer = try await resume(exchange.thread, after: last, epoch: exchange.epoch, on: second)
        let replayed: Int64
        switch answer.type {
        case "resumed" where answer["from"]?.int == last + 1 && answer["to"]?.int ?? 0 > last:
            replayed = (answer["to"]?.int ?? last) - last
        // The agent had said nothing more yet: all that follows is live.
        case "none" where answer["at"]?.int == last: replayed = 0
        default:
            throw StepFailure(
                expected: "resumed from \(last + 1), or none at \(last), before any event", came: answer.encodedText)
        }
        exchange.receipt = exchange.receipt ?? [:]
        try await followToEnd(&exchange, on: second)
        try EventChecks.sequence(of: exchange.events, from: 1)
        resumed = exchange
        return "cut after \(last): \(replayed) replayed, \(exchange.last - last - replayed) live, none twice"
    }

    func replay() async throws -> String {
        guard let known = resumed else { throw Undecided(why: "there is no conversation to read again") }
        let socket = try await openWelcomed()
        var again = Exchange(thread: known.thread, clientMessageID: "", receipt: [:])
        let to = try await expectResumed(again, after: 0, on: socket)
        try await follow(&again, on: socket, until: "event \(to)") { $0.last >= to }
        try EventChecks.sequence(of: again.events, from: 1)
        try EventChecks.same(known.events, again.events, names: ("the first connection", "a later one"))
        return "\(again.events.count) events, the same"
    }

    func secondDevice() async throws -> String {
        let desk = try await openWelcomed()
        let phone = try await openWelcomed()
        let thread = newThread()
        var onDesk = ask(options.question, in: thread, on: desk)
        let notice = try await next("thread_updated on the other device", on: phone) { frame in
            guard frame["thread_id"]?.string == thread else { return false }
            guard frame.seq == nil else {
                throw StepFailure(expected: "thread_updated, as it does not follow the thread", came: frame.brief)
            }
            return true
        }
        guard notice.type == "thread_updated" else {
            throw StepFailure(expected: "thread_updated on the other device", came: notice.brief)
        }
        try await followToEnd(&onDesk, on: desk)
        var onPhone = Exchange(thread: thread, clientMessageID: "", receipt: [:])
        _ = try await expectResumed(onPhone, after: 0, on: phone)
        try await followToEnd(&onPhone, on: phone)
        try EventChecks.sequence(of: onPhone.events, from: 1)
        try EventChecks.same(onDesk.events, onPhone.events, names: ("one device", "the other"))

        // From now on it follows, and gets what comes unasked.
        let before = onDesk.last
        var next = ask(options.question, in: thread, on: desk)
        try await followToEnd(&next, on: desk)
        var live = Exchange(thread: thread, clientMessageID: "", receipt: [:])
        try await followToEnd(&live, on: phone)
        try EventChecks.sequence(of: live.events, from: before + 1)
        try EventChecks.same(next.events, live.events, names: ("one device", "the other"))
        return "\(onPhone.events.count) events caught up, \(live.events.count) live, all the same"
    }

    func reconnect() async throws -> String {
        let first = try await openWelcomed()
        await first.cut()
        let second = try await openWelcomed()
        let third = try await openWelcomed()
        try await expectAlive(second, after: "a third connection")
        try await expectAlive(third, after: "its welcome")
        return "welcomed again, two at once"
    }

    // MARK: What is not the user's

    func unknownThread() async throws -> String {
        let socket = try await openWelcomed()
        try await expectNotFound(newID("thread"), on: socket)
        return "not_found"
    }

    private func expectNotFound(_ thread: String, on socket: ClientSocket) async throws {
        let answer = try await resume(thread, after: 0, epoch: nil, on: socket)
        guard answer.type == "not_found" else {
            throw StepFailure(
                expected: "not_found", came: answer.brief,
                remedy: "A thread must be looked up under its owner: whoever asks for another's must learn nothing.")
        }
    }

    func foreignThread() async throws -> String {
        guard let otherToken else {
            throw Undecided(
                why: "it takes a second user: use --demo, or give a second token on the second line of --token-stdin")
        }
        guard let known = conversation else { throw Undecided(why: "the first user has no conversation") }
        let owner = try await openWelcomed()
        let stranger = try await openWelcomed(token: otherToken)
        try await expectNotFound(known.thread, on: stranger)
        let path = "/api/threads/\(known.thread)/messages"
        let answer = try await http(.GET, path, token: otherToken)
        guard answer.status == 404 else {
            throw StepFailure(expected: "404 to the other user's GET \(path)", came: "\(answer.status)")
        }
        stranger.send(["type": "stop_agent", "payload": ["thread_id": .string(known.thread)]])

        var exchange = ask(options.question, in: known.thread, on: owner)
        try await followToEnd(&exchange, on: owner)
        stranger.send(["type": "ping", "data": ["mark": .string(newID("ping"))]])
        // What the owner was sent must not have come here before the pong.
        let marks = [known.thread, exchange.run, user].compactMap(\.self)
        _ = try await next("pong", on: stranger) { frame in
            let text = frame.encodedText
            guard !marks.contains(where: text.contains) else {
                throw StepFailure(
                    expected: "nothing of another user", came: "\(frame.brief) of another user's conversation",
                    remedy: "Events of one user reach another: take the server out of service.")
            }
            return frame.type == "pong"
        }
        return "not_found, 404, and no event of it"
    }

    func heartbeat() async throws -> String {
        let socket = try requireMain()
        guard let known = conversation else { throw Undecided(why: "there is no thread that it could name") }
        extendDeadline(bySeconds: heartbeatSeconds)
        let thread = known.thread
        let heartbeat = try await next("a heartbeat that names the thread", on: socket) { frame in
            frame.type == "heartbeat" && frame["heads"]?[thread] != nil
        }
        guard let head = heartbeat["heads"]?[thread]?.int, head >= known.last else {
            throw StepFailure(expected: "a head of at least \(known.last)", came: heartbeat.encodedText)
        }
        return "head \(head)"
    }
}
