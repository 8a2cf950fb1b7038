import NIOCore

/// What a run counts. Lives on the run's event loop.
final class LoadTally {
    var faults = LoadFaults()
    var timeline = Timeline(start: monotonicNanoseconds())
    /// From when a message was due to its receipt, to the first event of its run, and to the end of the run.
    var acknowledged = Latencies()
    var started = Latencies()
    var answered = Latencies()
    /// From the beginning of a connection to its welcome.
    var connected = Latencies()
    /// From a cut to the answer to `resume`.
    var resumed = Latencies()

    var sent = 0
    var repeated = 0
    var refused = 0
    var unanswered = 0
    var events = 0
    var bytes = 0
    var snapshots = 0
    var joined = 0
    var cuts = 0
    /// Devices that could not be told at the end whether they had everything.
    var unchecked = 0
    var open = 0 { didSet { timeline.open(open, at: monotonicNanoseconds()) } }
    /// Runs that ended with something else than an answer.
    var failedRuns = 0
    /// Connections that could not be made, or ended by themselves, by the reason.
    private(set) var troubles: [String: Int] = [:]

    private static let maximumKinds = 16

    func trouble(_ what: String) {
        let kind = troubles[what] != nil || troubles.count < Self.maximumKinds ? what : "other"
        troubles[kind, default: 0] += 1
    }
}
