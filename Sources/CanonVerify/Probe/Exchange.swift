import CanonWire

/// A question in a thread of its own, and what came of it.
struct Exchange: Sendable {
    let thread: String
    let clientMessageID: String
    /// The receipt of the message.
    var receipt: JSONObject?
    /// The events of the thread, in the order in which they came.
    var events: [JSONObject] = []

    var run: String? { receipt?["run_id"]?.string ?? events.lazy.compactMap { $0.anywhere("run_id")?.string }.first }
    var terminal: JSONObject? { events.last { EventType(rawValue: $0.type).isTerminal } }
    var epoch: String? { events.lazy.compactMap { $0["epoch"]?.string }.first }
    var last: Int64 { events.lazy.compactMap(\.seq).max() ?? 0 }
    /// The events that all clients know, without repetitions.
    var order: [String] {
        var seen: Set<String> = []
        let known = Set(EventType.goldenPath.map(\.rawValue))
        return events.map(\.type).filter { known.contains($0) && seen.insert($0).inserted }
    }
}

extension ProbeSession {
    /// Sends a question, in the form that the profile's servers take.
    func ask(_ text: String, in thread: String, on socket: ClientSocket) -> Exchange {
        let exchange = Exchange(thread: thread, clientMessageID: newID("msg"))
        socket.send(message(of: exchange, text))
        return exchange
    }

    func message(of exchange: Exchange, _ text: String) -> JSONObject {
        let body: JSONValue = ["content": .string(text), "thread_id": .string(exchange.thread)]
        return options.profile == .canon
            ? ["type": "user_message", "client_msg_id": .string(exchange.clientMessageID), "data": body]
            : ["type": "user_message", "payload": body]
    }

    /// Reads on until `isEnough`: on a busy server an event may come before the receipt of its message.
    func follow(
        _ exchange: inout Exchange, on socket: ClientSocket, until what: String, _ isEnough: (Exchange) -> Bool
    ) async throws {
        while !isEnough(exchange) {
            let (thread, id) = (exchange.thread, exchange.clientMessageID)
            let isCanon = options.profile == .canon
            let frame = try await next(what, on: socket) { frame in
                if frame.type == "error_message" || frame.type == "error" {
                    throw StepFailure(expected: what, came: frame.brief)
                }
                if isCanon {
                    return frame.type == "ack" && frame["client_msg_id"]?.string == id
                        || frame.seq != nil && frame["thread_id"]?.string == thread
                }
                return EventType(rawValue: frame.type).isCritical
            }
            if frame.type == "ack" { exchange.receipt = frame } else { exchange.events.append(frame) }
        }
    }

    func followToEnd(_ exchange: inout Exchange, on socket: ClientSocket) async throws {
        try await follow(&exchange, on: socket, until: "a terminal event of the run") { exchange in
            let isAcknowledged = exchange.receipt != nil || options.profile == .platform
            return isAcknowledged && exchange.terminal != nil
        }
    }
}
