import CanonWire
import NIOConcurrencyHelpers

/// Whether the gateway can serve now, and if not, why: asked of the parts themselves, not assumed.
final class Readiness: Sendable {
    enum Phase: Sendable, Equatable {
        case starting, serving, draining
    }

    private struct State {
        var phase = Phase.starting
        var reasons: [String] = []
        var checkedAt: Timestamp?
    }

    private let state = NIOLockedValueBox(State())
    private let probes: [@Sendable () async -> String?]

    /// A probe writes to the disk, so its answer is kept this long.
    private static let freshness: Int64 = 2000

    /// - Parameter probes: each says what is wrong with its part; nil when nothing is.
    init(probes: [@Sendable () async -> String?]) { self.probes = probes }

    var phase: Phase { state.withLockedValue { $0.phase } }

    /// Whether sockets are accepted.
    var isServing: Bool { phase == .serving }

    func enter(_ phase: Phase) { state.withLockedValue { $0.phase = phase } }

    /// Why the gateway is not ready; empty when it is.
    func reasons(at now: Timestamp = .now()) async -> [String] {
        let (phase, known) = state.withLockedValue { state -> (Phase, [String]?) in
            let isFresh = state.checkedAt.map { now.milliseconds - $0.milliseconds < Self.freshness } ?? false
            return (state.phase, isFresh ? state.reasons : nil)
        }
        switch phase {
        case .starting: return ["the server is starting"]
        case .draining: return ["the server is stopping"]
        case .serving: break
        }
        if let known { return known }
        var reasons: [String] = []
        for probe in probes {
            if let reason = await probe() { reasons.append(reason) }
        }
        state.withLockedValue { [reasons] state in
            state.reasons = reasons
            state.checkedAt = now
        }
        return reasons
    }
}
