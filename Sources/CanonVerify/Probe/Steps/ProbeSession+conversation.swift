import CanonWire

/// A question, its events, its answer, and how it is stopped.
extension ProbeSession {
    func greet() async throws -> String {
        if main == nil {
            let token = try requireToken()
            let socket = try await open(
                subprotocols: [options.profile == .canon ? "canon.v1" : "jwt-auth", "jwt.\(Self.base64URL(token))"])
            greeting = try await welcome(on: socket)
            main = socket
        }
        guard let greeting else { throw Undecided(why: "there is no connection to look at") }
        let names = options.profile == .canon ? ["connection_id", "user_id", "message"] : ["connection_id"]
        let missing = names.filter { greeting.anywhere($0)?.string?.isEmpty ?? true }
        guard missing.isEmpty else {
            throw StepFailure(
                expected: names.joined(separator: ", ") + " in connection_established",
                came: "no \(missing.joined(separator: ", "))")
        }
        user = greeting.anywhere("user_id")?.string
        return "welcomed first of all"
    }

    func sendMessage() async throws -> String {
        let socket = try requireMain()
        var exchange = ask(options.question, in: newThread(), on: socket)
        guard options.profile == .canon else {
            conversation = exchange
            return "sent"
        }
        try await follow(&exchange, on: socket, until: "the ack of the message") { $0.receipt != nil }
        guard let receipt = exchange.receipt, let run = receipt["run_id"]?.string,
            receipt["thread_id"]?.string == exchange.thread, receipt["duplicate"] == false
        else {
            throw StepFailure(
                expected: "an ack with a run_id, the thread's id and duplicate false",
                came: exchange.receipt?.encodedText ?? "none")
        }
        conversation = exchange
        return "stored as \(run)"
    }

    func receiveEvents() async throws -> String {
        let socket = try requireMain()
        guard var exchange = conversation else { throw Undecided(why: "no message was sent") }
        try await followToEnd(&exchange, on: socket)
        conversation = exchange
        try EventChecks.order(of: exchange.events)
        try EventChecks.members(of: exchange.events, profile: options.profile)
        if options.profile == .canon {
            guard exchange.events.first?.type == EventType.userMessage.rawValue else {
                throw StepFailure(
                    expected: "the user's own message first", came: exchange.events.first?.brief ?? "nothing")
            }
            try EventChecks.sequence(of: exchange.events, from: 1)
            let runs = Set(exchange.events.compactMap { $0["run_id"]?.string })
            guard runs == [exchange.run] else {
                throw StepFailure(
                    expected: "the events of run \(exchange.run ?? "?")", came: runs.sorted().joined(separator: ", "))
            }
        }
        return "\(exchange.events.count) events in order"
    }

    func readAnswer() async throws -> String {
        guard let end = conversation?.terminal else { throw Undecided(why: "the run has no end to look at") }
        let names = options.profile == .canon ? ["final_response"] : ["final_response", "message", "content"]
        let texts = names.compactMap { end.anywhere($0)?.string } + [end.anywhere("result")?.string ?? ""]
        guard let text = texts.first(where: { !$0.isEmpty }) else {
            throw StepFailure(expected: "a final_response that is not empty", came: "none")
        }
        let pieces = conversation?.events.filter { $0.type == EventType.streamChunk.rawValue } ?? []
        let streamed = pieces.compactMap { $0["delta"]?.string }.joined()
        guard pieces.isEmpty || streamed == text else {
            throw StepFailure(
                expected: "the text that was streamed, \(streamed.count) characters",
                came: "a final_response of \(text.count) that differs")
        }
        return "\(text.count) characters"
    }

    func sendAgain() async throws -> String {
        let socket = try requireMain()
        guard let exchange = conversation else { throw Undecided(why: "no message was sent") }
        socket.send(message(of: exchange, options.question))
        let receipt = try await next("the ack of the repeated message", on: socket) { frame in
            frame.type == "ack" && frame["client_msg_id"]?.string == exchange.clientMessageID
        }
        guard receipt["duplicate"] == true, receipt["run_id"]?.string == exchange.run else {
            throw StepFailure(
                expected: "duplicate true and run \(exchange.run ?? "?")", came: receipt.encodedText)
        }
        return "the same run, no second one"
    }

    /// The stop is sent right behind the message. A quick agent may still be done before it arrives, so it is tried again.
    func stopRun() async throws -> String {
        let socket = try requireMain()
        var wasHeard = false
        for _ in 0..<3 {
            var exchange = ask(options.longQuestion ?? options.question, in: newThread(), on: socket)
            socket.send(["type": "stop_agent", "payload": ["thread_id": .string(exchange.thread)]])
            try await followToEnd(&exchange, on: socket)
            let ends = exchange.events.filter { EventType(rawValue: $0.type).isTerminal }
            guard ends.count == 1, let end = ends.first else {
                throw StepFailure(expected: "one terminal event", came: ends.map(\.type).joined(separator: ", "))
            }
            if end.type == EventType.agentCancelled.rawValue { return "agent_cancelled" }
            guard options.profile == .canon else { continue }
            let receipt = try await next("the ack of stop_agent", on: socket) { $0["received_type"] == "stop_agent" }
            wasHeard = wasHeard || receipt["status"] == "stopping"
        }
        if wasHeard {
            throw StepFailure(expected: "agent_cancelled", came: "agent_completed, though the stop was acknowledged")
        }
        throw Undecided(
            why: "the agent answers before it can be stopped: ask what takes it a while, with --long-message")
    }

    func ping() async throws -> String {
        let socket = try requireMain()
        let mark = newID("ping")
        socket.send(["type": "ping", "data": ["mark": .string(mark)]])
        let pong = try await next("pong", on: socket) { $0.type == "pong" }
        guard options.profile == .platform || pong["data"]?["mark"]?.string == mark else {
            throw StepFailure(expected: "the body of the ping in the pong", came: pong.encodedText)
        }
        return "answered"
    }

    /// A message to the connection is answered: it is alive, whatever was sent before.
    func expectAlive(_ socket: ClientSocket, after what: String) async throws {
        socket.send(["type": "ping", "data": [:]])
        _ = try await next("pong after \(what)", on: socket) { $0.type == "pong" }
    }

    func requireMain() throws -> ClientSocket {
        guard let main else { throw Undecided(why: "there is no connection to talk on") }
        return main
    }
}
