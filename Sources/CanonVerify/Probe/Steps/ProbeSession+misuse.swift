import CanonWire

/// What a client may do wrong, and what it must cost it.
extension ProbeSession {
    /// More than this is not sent to find a limit.
    private static let largestProbe: Int64 = 64 << 20

    func badJSON() async throws -> String {
        let socket = try await openForMisuse()
        socket.send(text: "{\"type\":\"user_message\",")
        let answer = try await next("error_message JSON_PARSE_ERROR", on: socket) { frame in
            frame.type == "error_message" || frame.type == "error"
        }
        guard answer.anywhere("error_code") == "JSON_PARSE_ERROR" else {
            throw StepFailure(expected: "error_code JSON_PARSE_ERROR", came: answer.brief)
        }
        try await expectAlive(socket, after: "the bad JSON")
        return "JSON_PARSE_ERROR, and the connection goes on"
    }

    func unknownType() async throws -> String {
        let socket = try await openForMisuse()
        let type = "probe_unknown"
        socket.send(["type": .string(type)])
        let answer = try await next("ack or error_message", on: socket) { ["ack", "error_message"].contains($0.type) }
        guard answer.type == "ack", answer["received_type"]?.string == type else {
            throw StepFailure(expected: "ack with received_type '\(type)'", came: answer.brief)
        }
        try await expectAlive(socket, after: "an unknown type")
        return "acknowledged, and the connection goes on"
    }

    func oversize() async throws -> String {
        guard maximumMessageBytes < Self.largestProbe else {
            throw Undecided(why: "the limit is \(maximumMessageBytes) bytes: too much to try")
        }
        let socket = try await openForMisuse()
        let frame = "{\"type\":\"ping\",\"data\":{\"pad\":\"\"}}"
        let pad = String(repeating: "a", count: Int(maximumMessageBytes) + 1 - frame.utf8.count)
        socket.send(text: frame.replacing("\"\"", with: "\"\(pad)\""))
        let expected = "close 1009 for a message of \(maximumMessageBytes + 1) bytes"
        while true {
            switch try await socket.next(before: deadline, awaiting: expected) {
            case .closed(1009, _): return "\(maximumMessageBytes + 1) bytes: close 1009"
            case .closed(let code, let reason):
                throw StepFailure(expected: expected, came: Self.describe(close: code, reason))
            case .frame(let frame) where frame.type == "heartbeat": continue
            case .frame(let frame): throw StepFailure(expected: expected, came: frame.brief)
            case .unreadable: throw StepFailure(expected: expected, came: "a message")
            }
        }
    }

    /// A connection of its own: what it does must not disturb the conversation.
    private func openForMisuse() async throws -> ClientSocket { try await openWelcomed() }
}
