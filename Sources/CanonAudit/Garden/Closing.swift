/// What a probe of a server said, as far as closing needs it.
public struct ProbeEvidence: Sendable, Hashable {
    /// How messages name the report.
    public var source: String
    public var url: String
    /// Seconds since 1970.
    public var startedAt: Double
    public var verdict: String
    /// The outcome of each step, by its id.
    public var steps: [String: String]
    /// What the server calls itself; nil when it does not say.
    public var serverVersion: String?

    public init(
        source: String, url: String, startedAt: Double, verdict: String, steps: [String: String], serverVersion: String?
    ) {
        self.source = source
        self.url = url
        self.startedAt = startedAt
        self.verdict = verdict
        self.steps = steps
        self.serverVersion = serverVersion
    }
}

/// What a watch over a server said.
public struct StabilityEvidence: Sendable, Hashable {
    public struct Logs: Sendable, Hashable {
        public var warning: String
        /// `absent`, `present`, `unknown`
        public var verdict: String
        public var reason: String?
        public var revision: String?
        /// Entries of the revision in the window.
        public var entries: Int

        public init(warning: String, verdict: String, reason: String?, revision: String?, entries: Int) {
            self.warning = warning
            self.verdict = verdict
            self.reason = reason
            self.revision = revision
            self.entries = entries
        }
    }

    public var source: String
    public var verdict: String
    /// Seconds since 1970.
    public var from: Double
    public var to: Double
    public var planned: Int
    public var held: Int
    /// Rounds that failed, could not be judged or were left out.
    public var others: Int
    public var logs: Logs?

    public init(
        source: String, verdict: String, from: Double, to: Double, planned: Int, held: Int, others: Int, logs: Logs?
    ) {
        self.source = source
        self.verdict = verdict
        self.from = from
        self.to = to
        self.planned = planned
        self.held = held
        self.others = others
        self.logs = logs
    }

    /// Seconds that the rounds stand for: from the first one to the last, and as much as lies between two of them, because the last
    /// round stands for its own interval too.
    public var seconds: Double { planned > 1 ? (to - from) * Double(planned) / Double(planned - 1) : 0 }
}

/// Whether a concept may be called done, and what is missing.
public struct Closing: Sendable {
    /// What everything else must speak of.
    public struct Revision: Sendable, Hashable {
        /// The name under which the commit was deployed; nil when nobody says.
        public var name: String?
        /// Who says so: `canon-claims.yaml`, `--revision`.
        public var source: String

        public init(name: String?, source: String) {
            self.name = name
            self.source = source
        }
    }

    public struct Condition: Sendable, Hashable, Codable {
        public var name: String
        public var holds: Bool
        /// What was found; when it does not hold, what is missing.
        public var found: String
        /// The commit that the evidence speaks of, and when it was gathered (ISO 8601).
        public var commit: String?
        public var time: String?
    }

    public let conditions: [Condition]
    public var holds: Bool { conditions.allSatisfy(\.holds) }
    public var missing: [Condition] { conditions.filter { !$0.holds } }

    /// So long, in so many rounds, must a watch have held: an hour, a round a minute.
    public static let leastSeconds = 3600.0
    public static let leastRounds = 60
    /// Clocks of two machines may differ by so much.
    public static let clockSkew = 300.0
}

extension Closing {
    /// - Parameters:
    ///   - committed: when the commit was made; seconds since 1970. Nil: not known.
    ///   - now: seconds since 1970.
    ///   - time: writes a time.
    public init(
        _ facts: GardenFacts, committed: Double?, probe: ProbeEvidence?, stability: StabilityEvidence?,
        revision: Revision, now: Double, time: (Double) -> String
    ) {
        var list: [Condition] = []
        func add(_ name: String, at moment: Double, _ missing: String?, _ found: String) {
            list.append(
                Condition(
                    name: name, holds: missing == nil, found: missing ?? found, commit: facts.commit, time: time(moment)
                ))
        }
        let harm = facts.harm
        add(
            "committed", at: now,
            facts.commit == nil || committed == nil
                ? "there is no commit that evidence could speak of"
                : facts.isDirty != false ? "the files differ from the commit; commit or stash what is changed" : nil,
            "the files are those of the commit")
        add(
            "read", at: now,
            facts.incomplete.first.map { "the audit could not read \($0.path): \($0.text)" },
            "the audit read everything")
        add(
            "tests-collected", at: now,
            facts.uncollectable == 0
                ? nil
                : "\(AuditFigures.counted(facts.uncollectable, "test file")) cannot be parsed or collected"
                    + (facts.firstUncollectable.map { "; first \($0.path):\($0.line), \($0.text)" } ?? ""),
            "every test file parses and can be collected")
        add(
            "one-implementation", at: now,
            harm.implementations == 1 ? nil : "\(harm.implementations) objects implement the concept", "one object")
        add("one-path", at: now, Self.wrongPaths(facts), "no statement uses another path")
        let probed = Self.missing(in: probe, facts.commit, committed, revision, now)
        add(
            "probe", at: probe?.startedAt ?? now, probed,
            probe.map { "\($0.url): \($0.steps.count) of \($0.steps.count) steps held" + Self.note($0, facts.commit) }
                ?? "")
        add(
            "stability", at: stability?.to ?? now, Self.missing(in: stability, committed, now),
            stability.map { "\($0.held) of \($0.planned) rounds held from \(time($0.from)) to \(time($0.to))" } ?? "")
        add(
            "warning-absent", at: stability?.to ?? now, Self.missing(in: stability?.logs, revision),
            stability?.logs.map {
                "'\($0.warning)' in none of \(AuditFigures.counted($0.entries, "log line")) of \($0.revision ?? "")"
                    + ", which is this commit by \(revision.source)"
            } ?? "")
        conditions = list
    }

    private static func wrongPaths(_ facts: GardenFacts) -> String? {
        guard facts.harm.wrongPaths > 0 || facts.wrongTestStatements > 0 else { return nil }
        return "\(AuditFigures.counted(facts.harm.wrongPaths, "consumer")) and "
            + "\(AuditFigures.counted(facts.wrongTestStatements, "statement")) of tests use another object or path"
    }

    /// What keeps a report from counting; nil when it counts.
    private static func age(
        _ what: String, from: Double, to: Double, _ committed: Double?, _ now: Double
    ) -> String? {
        if let committed, from < committed { return "\(what) is older than the commit" }
        return to > now + clockSkew ? "\(what) lies in the future" : nil
    }

    private static func missing(
        in probe: ProbeEvidence?, _ commit: String?, _ committed: Double?, _ revision: Revision, _ now: Double
    ) -> String? {
        guard let probe else {
            return "there is no probe report: canon probe URL --format json >probe.json, and --probe probe.json"
        }
        if let age = age(probe.source, from: probe.startedAt, to: probe.startedAt, committed, now) { return age }
        if let other = otherCommit(probe.serverVersion, commit, revision) {
            return "\(probe.source) is of another revision: the server says '\(other)'"
        }
        guard !probe.steps.isEmpty else { return "\(probe.source) holds no step" }
        let others = probe.steps.filter { $0.value != "held" }.sorted { $0.key < $1.key }
        if let first = others.first {
            return
                "\(probe.source): \(others.count) of \(probe.steps.count) steps did not hold; first \(first.key), \(first.value)"
        }
        return probe.verdict == "held" ? nil : "\(probe.source): the verdict is \(probe.verdict)"
    }

    /// What the server calls itself, when that names another commit. A name that says nothing of a commit is no proof of another.
    private static func otherCommit(_ version: String?, _ commit: String?, _ revision: Revision) -> String? {
        guard let version, let commit, version != revision.name else { return nil }
        let named = commits(in: version)
        guard !named.isEmpty else { return nil }
        return named.contains { commit.hasPrefix($0) } && !version.contains("-dirty") ? nil : version
    }

    private static func note(_ probe: ProbeEvidence, _ commit: String?) -> String {
        guard let version = probe.serverVersion else { return "; the server does not say which revision it is" }
        return commits(in: version).isEmpty ? "; the server says '\(version)'" : ""
    }

    /// Parts of a text that are hexadecimal digits, some of them no letters, as many as people shorten commits to.
    private static func commits(in text: String) -> [String] {
        let words: [Substring] = text.lowercased().split { !$0.isLetter && !$0.isNumber }
        return words.filter { word in
            (7...40).contains(word.count) && word.allSatisfy { $0.isASCII && $0.isHexDigit }
                && word.contains { $0.isNumber }
        }.map(String.init)
    }

    private static func missing(in stability: StabilityEvidence?, _ committed: Double?, _ now: Double) -> String? {
        guard let stability else {
            return
                "there is no stability record: canon probe URL --every 60s --for 1h --logs LOGS --warning TEXT --format json "
                + ">stability.json, and --stability stability.json"
        }
        if let age = age(stability.source, from: stability.from, to: stability.to, committed, now) { return age }
        // A tenth of a second: times are written in whole milliseconds.
        guard stability.seconds >= leastSeconds - 0.1, stability.to >= stability.from else {
            return "\(stability.source) is about \(Int(max(0, stability.seconds) / 60)) minutes, and an hour is needed"
        }
        guard stability.planned >= leastRounds else {
            return "\(stability.source) has \(stability.planned) rounds; \(leastRounds) are needed (--every 60s)"
        }
        guard stability.held == stability.planned, stability.others == 0 else {
            return "\(stability.source): \(stability.held) of \(stability.planned) rounds held"
        }
        // The logs are a condition of their own.
        let isJudgedByLogs = stability.logs.map { $0.verdict != "absent" } ?? false
        return stability.verdict == "stable" || isJudgedByLogs
            ? nil : "\(stability.source): the verdict is \(stability.verdict)"
    }

    private static func missing(in logs: StabilityEvidence.Logs?, _ revision: Revision) -> String? {
        guard let logs else {
            return
                "nobody looked for the warning in the logs: --logs FILE --warning TEXT, here or with canon probe --every"
        }
        guard let name = logs.revision else {
            return "the logs do not name one revision" + (logs.reason.map { ": \($0)" } ?? "")
        }
        guard let deployed = revision.name else {
            return
                "which revision this commit was deployed as is not known: --revision \(name), or deployments in canon-claims.yaml"
        }
        guard name == deployed else {
            return "the logs are of another revision: \(name), and the commit is \(deployed) by \(revision.source)"
        }
        guard logs.verdict == "absent" else {
            return "'\(logs.warning)' is \(logs.verdict) in the logs of \(name)" + (logs.reason.map { ": \($0)" } ?? "")
        }
        return logs.entries > 0 && !logs.warning.isEmpty ? nil : "the logs hold no entry of \(name) in the window"
    }
}
