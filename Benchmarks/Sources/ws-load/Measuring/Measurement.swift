import CanonVerify
import CanonWire
import NIOCore

extension Latencies {
    func microseconds(_ percentile: Double) -> Double { Double(nanoseconds(percentile)) / 1000 }

    /// The members of a result, in microseconds.
    func members(prefix: String = "") -> [(key: String, value: JSONValue)] {
        guard count > 0 else { return [(prefix + "samples", 0)] }
        return [
            (prefix + "p50_us", .rounded(microseconds(50))), (prefix + "p90_us", .rounded(microseconds(90))),
            (prefix + "p99_us", .rounded(microseconds(99))), (prefix + "p999_us", .rounded(microseconds(99.9))),
            (prefix + "max_us", .rounded(microseconds(100))), (prefix + "samples", .int(Int64(count))),
        ]
    }
}

extension JSONValue {
    /// With one digit behind the point: more would be noise.
    static func rounded(_ value: Double) -> JSONValue { .double((value * 10).rounded() / 10) }
}

/// What a run counts. Faults count from the first connection on; everything else from `begin` to `end`, after the
/// warm-up.
final class Measurement {
    private(set) var isOn = false
    var latencies = Latencies()
    var sent = 0
    var received = 0
    /// Answers that are not what was sent, or not in its order.
    var wrong = 0
    /// What went wrong, by kind.
    private(set) var errors: [String: Int] = [:]
    private(set) var failedConnections = 0
    private(set) var endedConnections = 0

    private let server: ServerProcess?
    private var startedAt: UInt64 = 0
    private var serverAtStart: Double = 0
    private var clientAtStart: Double = 0
    private(set) var seconds: Double = 0
    private var serverCPU: Double = 0
    private var clientCPU: Double = 0

    /// Different errors that are told apart; the rest are counted together.
    private static let maximumKinds = 16

    init(server: ServerProcess?) { self.server = server }

    func begin() {
        isOn = true
        latencies = Latencies()
        sent = 0
        received = 0
        startedAt = monotonicNanoseconds()
        serverAtStart = server?.cpuSeconds ?? 0
        clientAtStart = ServerProcess.own.cpuSeconds
    }

    func end() {
        isOn = false
        seconds = Double(monotonicNanoseconds() - startedAt) / 1e9
        serverCPU = ((server?.cpuSeconds ?? 0) - serverAtStart) / seconds
        clientCPU = (ServerProcess.own.cpuSeconds - clientAtStart) / seconds
    }

    func sendCounted() { if isOn { sent += 1 } }

    /// An answer arrived to what was sent, or was due, at `start`.
    func receivedCounted(since start: UInt64, at now: UInt64) {
        guard isOn else { return }
        received += 1
        latencies.record(from: start, to: now)
    }

    func failed(_ what: String) {
        let kind = errors[what] != nil || errors.count < Self.maximumKinds ? what : "other"
        errors[kind, default: 0] += 1
    }

    func connectionFailed(_ why: String) {
        failedConnections += 1
        failed(why)
    }

    func connectionEnded(_ why: String) {
        endedConnections += 1
        failed(why)
    }

    var isFaultless: Bool { failedConnections == 0 && endedConnections == 0 && wrong == 0 && errors.isEmpty }

    /// The members of every result.
    var members: [(key: String, value: JSONValue)] {
        var members: [(key: String, value: JSONValue)] = [
            ("seconds", .rounded(seconds)), ("sent_per_s", .int(Int64(Double(sent) / seconds))),
            ("received_per_s", .int(Int64(Double(received) / seconds))),
        ]
        members += latencies.members()
        if server != nil { members.append(("server_cpu", .double((serverCPU * 100).rounded() / 100))) }
        members.append(("client_cpu", .double((clientCPU * 100).rounded() / 100)))
        return members + faultMembers
    }

    var faultMembers: [(key: String, value: JSONValue)] {
        [
            ("wrong", .int(Int64(wrong))), ("failed_connections", .int(Int64(failedConnections))),
            ("ended_connections", .int(Int64(endedConnections))),
            (
                "errors",
                .object(JSONObject(errors.sorted { $0.key < $1.key }.map { ($0.key, .int(Int64($0.value))) }))
            ),
        ]
    }
}
