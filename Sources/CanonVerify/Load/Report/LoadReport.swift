public import CanonWire

/// What a load found.
public struct LoadReport: Sendable {
    public enum Verdict: String, Sendable {
        /// Everything came, once, in order, and to its user alone.
        case held
        /// An event was lost, duplicated, disordered, or another user's.
        case failed
        /// Nothing was found wrong, but nothing was answered, or not every device could be asked at the end.
        case unknown
    }

    public let url: String
    public let startedAt: Timestamp
    public let options: LoadOptions
    /// From the first message to the last.
    public let seconds: Double

    public let faults: LoadFaults
    public let timeline: Timeline
    /// From when a message was due to its receipt.
    public let acknowledged: Latencies
    /// From when a message was due to the first event of its run.
    public let started: Latencies
    /// From when a message was due to the end of its run.
    public let answered: Latencies
    /// From the beginning of a connection to its welcome.
    public let connected: Latencies
    /// From a cut to the answer to `resume`.
    public let resumed: Latencies

    public let sent: Int
    /// Sent again under the same id, after a cut.
    public let repeated: Int
    public let refused: Int
    public let unanswered: Int
    public let failedRuns: Int
    public let events: Int
    public let bytes: Int
    public let snapshots: Int
    /// Events that stood for several.
    public let joined: Int
    public let cuts: Int
    /// Devices that could not be told at the end whether they had everything.
    public let unchecked: Int
    public let troubles: [(what: String, count: Int)]

    init(url: String, startedAt: Timestamp, options: LoadOptions, tally: LoadTally, seconds: Double) {
        self.url = url
        self.startedAt = startedAt
        self.options = options
        self.seconds = seconds
        faults = tally.faults
        timeline = tally.timeline
        acknowledged = tally.acknowledged
        started = tally.started
        answered = tally.answered
        connected = tally.connected
        resumed = tally.resumed
        sent = tally.sent
        repeated = tally.repeated
        refused = tally.refused
        unanswered = tally.unanswered
        failedRuns = tally.failedRuns
        events = tally.events
        bytes = tally.bytes
        snapshots = tally.snapshots
        joined = tally.joined
        cuts = tally.cuts
        unchecked = tally.unchecked
        troubles = tally.troubles.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    public var verdict: Verdict {
        if !faults.isEmpty { return .failed }
        return answered.count > 0 && unchecked == 0 ? .held : .unknown
    }

    /// Such as `0 lost, 0 duplicated, 0 foreign, 0 disordered`.
    public var faultSummary: String {
        LoadFaults.Kind.allCases.map { "\(faults.count($0)) \($0.rawValue)" }.joined(separator: ", ")
    }

    /// The latencies under their names, in the order of a message's life.
    public var latencies: [(name: String, latencies: Latencies)] {
        [
            ("connected", connected), ("acknowledged", acknowledged), ("started", started), ("answered", answered),
            ("resumed", resumed),
        ]
    }

    /// `canon.load/1`, whose schema is docs/schemas/load-report.schema.json. Members are added in later versions, never
    /// renamed or removed.
    public var json: JSONObject {
        [
            "schema": "canon.load/1", "url": .string(url), "verdict": .string(verdict.rawValue),
            "started_at": .string(startedAt.iso8601), "seconds": .rounded(seconds),
            "load": .object(options.json),
            "faults": .object(
                JSONObject(
                    LoadFaults.Kind.allCases.map { (key: $0.rawValue, value: .int(faults.count($0))) }
                        + [(key: "examples", value: .array(faults.examples.map { .string($0) }))])),
            "counts": [
                "sent": .int(Int64(sent)), "answered": .int(Int64(answered.count)), "repeated": .int(Int64(repeated)),
                "refused": .int(Int64(refused)), "unanswered": .int(Int64(unanswered)),
                "failed_runs": .int(Int64(failedRuns)), "events": .int(Int64(events)), "bytes": .int(Int64(bytes)),
                "snapshots": .int(Int64(snapshots)), "joined": .int(Int64(joined)), "cuts": .int(Int64(cuts)),
                "unchecked": .int(Int64(unchecked)),
            ],
            "latencies_us": .object(JSONObject(latencies.map { (key: $0.name, value: .object($0.latencies.json)) })),
            "troubles": .object(JSONObject(troubles.map { (key: $0.what, value: .int(Int64($0.count))) })),
            "timeline": .array(timeline.seconds.map { .object($0.json) }),
        ]
    }
}

extension LoadOptions {
    fileprivate var json: JSONObject {
        [
            "users": .int(Int64(users.count)), "devices": .int(Int64(devices)), "connections": .int(Int64(connections)),
            "rate": .double(rate), "arrivals": .string(arrivals.rawValue), "think_seconds": .double(thinkTime),
            "message_bytes": [.int(Int64(messageBytes.lowerBound)), .int(Int64(messageBytes.upperBound))],
            "slow_readers": .int(Int64(slowReaders)),
            "storm_seconds": stormInterval.map { .double($0) } ?? .null, "storm_share": .double(stormShare),
            "duration_seconds": .double(seconds),
            "maximum_messages": maximumMessages.map { .int(Int64($0)) } ?? .null, "timeout_seconds": .double(timeout),
        ]
    }
}

extension Latencies {
    /// The percentiles that reports show.
    static let shown: [(name: String, percentile: Double)] = [
        ("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9), ("max", 100),
    ]

    fileprivate var json: JSONObject {
        var json: JSONObject = ["count": .int(Int64(count))]
        for (name, percentile) in Self.shown { json[name] = .rounded(Double(nanoseconds(percentile)) / 1000) }
        return json
    }
}

extension Timeline.Second {
    fileprivate var json: JSONObject {
        [
            "sent": .int(Int64(sent)), "answered": .int(Int64(answered)), "connections": .int(Int64(open)),
            "p50_us": .rounded(Double(latency(50)) / 1000), "p99_us": .rounded(Double(latency(99)) / 1000),
            "max_us": .rounded(Double(latency(100)) / 1000),
        ]
    }
}

extension JSONValue {
    /// With one digit behind the point: more would be noise.
    fileprivate static func rounded(_ value: Double) -> JSONValue { .double((value * 10).rounded() / 10) }
}
