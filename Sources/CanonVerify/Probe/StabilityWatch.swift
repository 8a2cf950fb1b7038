public import CanonLogs
public import CanonWire

/// Probes a server again and again for a while, and says whether it was stable.
public struct StabilityWatch: Sendable {
    /// From the beginning of one round to that of the next.
    public let interval: Duration
    /// From the first round to the end of the last.
    public let window: Duration

    /// - Precondition: both are positive.
    public init(every interval: Duration, for window: Duration) {
        precondition(interval > .zero && window > .zero)
        self.interval = interval
        self.window = window
    }

    /// How many rounds the window holds; one at least.
    public var rounds: Int { max(1, Int((window / interval).rounded(.up))) }

    /// The watch ends early when its task is cancelled, after the round that is under way.
    ///
    /// - Parameters:
    ///   - round: one walk through the steps.
    ///   - onRound: told each round and its number, from 1.
    public func run(
        _ round: () async -> ProbeReport, onRound: (ProbeReport, Int) -> Void
    ) async -> StabilityReport {
        let clock = ContinuousClock()
        let start = clock.now
        var report = StabilityReport(from: .now(), planned: rounds)
        // The times stand fixed from the start. A round that takes longer than the interval makes the next ones late, and
        // those whose time has passed are left out and counted: a server that hangs is not asked ever faster afterwards.
        var number = 0
        while number < rounds, !Task.isCancelled {
            let passed = Int((start.duration(to: clock.now) / interval).rounded(.down))
            if passed > number {
                report.missed += min(passed, rounds) - number
                number = passed
                continue
            }
            do {
                try await clock.sleep(until: start + interval * number)
            } catch {
                break
            }
            number += 1
            let result = await round()
            report.add(result)
            onRound(result, report.done)
        }
        report.to = .now()
        return report
    }
}

/// What a watch found, with its window.
public struct StabilityReport: Sendable {
    public enum Verdict: String, Sendable {
        /// Every round of the whole window held, and the warning that was looked for is absent from the logs of the window.
        case stable
        /// A round failed, or the warning came.
        case unstable
        /// Neither, but a round could not be judged or was left out, or the logs say nothing.
        case unknown
    }

    public struct Failure: Sendable {
        public let at: Timestamp
        public let entry: ProbeReport.Entry
    }

    public let from: Timestamp
    public fileprivate(set) var to: Timestamp
    /// Rounds that the window holds.
    public let planned: Int
    public private(set) var held = 0
    public private(set) var failed = 0
    public private(set) var unknown = 0
    /// Rounds whose time passed while an earlier one was under way.
    public fileprivate(set) var missed = 0
    public private(set) var firstFailure: Failure?
    public private(set) var lastFailure: Failure?
    /// What the logs of the window say; nil when nobody asked.
    public var logs: Logs?

    /// A warning, and whether it stood in the logs of one revision in the window.
    public struct Logs: Sendable {
        public var warning: String
        public var finding: WarningSearch.Finding

        public init(warning: String, finding: WarningSearch.Finding) {
            self.warning = warning
            self.finding = finding
        }
    }

    /// The window in nanoseconds since 1970, as logs have their times.
    public var window: ClosedRange<Int64> {
        let start = Int64(from.seconds * 1e9)
        return start...max(start, Int64(to.seconds * 1e9))
    }

    public var done: Int { held + failed + unknown }

    public init(from: Timestamp, planned: Int) {
        self.from = from
        to = from
        self.planned = planned
    }

    public var verdict: Verdict {
        if failed > 0 || logs?.finding.verdict == .present { return .unstable }
        return held == planned && (logs == nil || logs?.finding.verdict == .absent) ? .stable : .unknown
    }

    mutating func add(_ report: ProbeReport) {
        switch report.verdict {
        case .held: held += 1
        case .unknown: unknown += 1
        case .failed:
            failed += 1
            if let entry = report.firstFailure {
                lastFailure = Failure(at: report.startedAt, entry: entry)
                firstFailure = firstFailure ?? lastFailure
            }
        }
    }

    /// Such as `stable from … to …: 60 of 60 rounds held`.
    public var summary: String {
        var parts = ["\(held) of \(planned) rounds held"]
        for (count, what) in [(failed, "failed"), (unknown, "could not be judged"), (missed, "left out as late")]
        where count > 0 {
            parts.append("\(count) \(what)")
        }
        if done + missed < planned { parts.append("\(planned - done - missed) not begun") }
        if let logs { parts.append(logs.summary) }
        if let first = firstFailure { parts.append("the first failure at \(first.at.iso8601) in \(first.entry.id)") }
        return "\(verdict.rawValue) from \(from.iso8601) to \(to.iso8601): " + parts.joined(separator: ", ")
    }

    /// The last line of a watch's JSON lines.
    public var json: JSONObject {
        func failure(_ failure: Failure?) -> JSONValue {
            failure.map { ["at": .string($0.at.iso8601), "step": .string($0.entry.id)] } ?? .null
        }
        return [
            "schema": "canon.probe-watch/1", "verdict": .string(verdict.rawValue), "from": .string(from.iso8601),
            "to": .string(to.iso8601),
            "rounds": [
                "planned": .int(Int64(planned)), "held": .int(Int64(held)), "failed": .int(Int64(failed)),
                "unknown": .int(Int64(unknown)), "missed": .int(Int64(missed)),
            ],
            "first_failure": failure(firstFailure), "last_failure": failure(lastFailure),
            "logs": logs.map { .object($0.json) } ?? .null,
        ]
    }
}

extension StabilityReport.Logs {
    fileprivate var summary: String {
        let name = finding.revision.map { "of \($0)" } ?? "of the window"
        switch finding.verdict {
        case .absent: return "'\(warning)' in none of \(String.counted(finding.entries, "log line")) \(name)"
        case .present:
            return "'\(warning)' in \(finding.found) of \(String.counted(finding.entries, "log line")) \(name)"
        case .unknown(let reason): return "the logs say nothing of '\(warning)': \(reason)"
        }
    }

    fileprivate var json: JSONObject {
        var verdict = "absent"
        var reason = JSONValue.null
        switch finding.verdict {
        case .absent: break
        case .present: verdict = "present"
        case .unknown(let why): (verdict, reason) = ("unknown", .string(why))
        }
        func time(_ nanoseconds: Int64?) -> JSONValue { nanoseconds.map { .string(LogTime.text($0)) } ?? .null }
        return [
            "warning": .string(warning), "verdict": .string(verdict), "reason": reason,
            "revision": finding.revision.map { .string($0) } ?? .null, "entries": .int(Int64(finding.entries)),
            "found": .int(Int64(finding.found)), "first": time(finding.first), "last": time(finding.last),
            "sample": finding.sample.map { .string($0) } ?? .null,
        ]
    }
}
