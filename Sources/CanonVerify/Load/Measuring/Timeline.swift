/// What happened in each second, for charts.
public struct Timeline: Sendable {
    public struct Second: Sendable {
        public fileprivate(set) var sent = 0
        public fileprivate(set) var answered = 0
        /// The fewest connections that were open; nil: none was opened or ended.
        fileprivate(set) var fewest: Int?
        fileprivate(set) var latencies = Latencies()

        public var open: Int { fewest ?? 0 }

        /// Of what was answered in this second, in nanoseconds.
        public func latency(_ percentile: Double) -> UInt64 { latencies.nanoseconds(percentile) }
    }

    public private(set) var seconds: [Second] = []
    private let start: UInt64

    /// A day; what comes after it counts for the last second.
    private static let maximumSeconds = 86_400

    init(start: UInt64) { self.start = start }

    private mutating func index(at now: UInt64) -> Int {
        let index = min(Int((max(now, start) - start) / 1_000_000_000), Self.maximumSeconds - 1)
        while seconds.count <= index { seconds.append(Second()) }
        return index
    }

    mutating func sent(at now: UInt64) { seconds[index(at: now)].sent += 1 }

    mutating func answered(due: UInt64, at now: UInt64) {
        let index = index(at: now)
        seconds[index].answered += 1
        seconds[index].latencies.record(from: due, to: now)
    }

    mutating func open(_ connections: Int, at now: UInt64) {
        let index = index(at: now)
        seconds[index].fewest = min(seconds[index].fewest ?? connections, connections)
    }
}
