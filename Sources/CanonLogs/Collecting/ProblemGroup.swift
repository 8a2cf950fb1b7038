import Crypto

/// The sightings that are one problem.
struct ProblemGroup {
    enum Identity {
        case template(String)
        case exception(ExceptionShape)
    }

    var fingerprint: String
    /// Fingerprints of problems that turned out to be this one.
    var merged: Set<String> = []
    var identity: Identity
    var members: [Sightings]
    /// Messages that tell of the same failures, with their entries.
    var echoes: [ProblemEcho] = []

    // MARK: Fingerprints

    /// The version of what a fingerprint is made of.
    static let version = "v1"

    static func fingerprint(template: String, logger: String, service: String) -> String {
        fingerprint(["template", template, logger, service])
    }

    static func fingerprint(of exception: ExceptionShape) -> String {
        fingerprint(["exception", exception.type] + exception.frames)
    }

    private static func fingerprint(_ parts: [String]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let digest = SHA256.hash(data: Array(parts.joined(separator: "\u{0}").utf8)).prefix(8)
        let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return version + ":" + String(decoding: text, as: UTF8.self)
    }
}

// MARK: - What the members say together

extension ProblemGroup {
    /// What was counted: entries, less those that another logger wrote about the same failure.
    struct Totals {
        var all = Sightings.Tally()
        var fresh = Sightings.Tally()
        /// Entries that told of a failure a second time.
        var repeated = 0
    }

    /// Two entries of one instance within this time that were written by different loggers, or in different forms, tell of one
    /// failure.
    static let sameFailure: Int64 = LogTime.second

    var totals: Totals {
        var totals = Totals()
        for member in members {
            totals.all.merge(member.all)
            totals.fresh.merge(member.fresh)
        }
        let (repeated, fresh) = repetitions
        totals.all.count -= repeated
        totals.fresh.count -= fresh
        totals.repeated = repeated
        return totals
    }

    /// Entries that repeat what another voice said of the same failure: of all, and of those that are new. Only an exception
    /// has several voices: its tracebacks in their forms, and each logger that has words about it.
    private var repetitions: (all: Int, fresh: Int) {
        var voices: [String: [Sightings.Moment]] = [:]
        var hasException = false
        for member in members {
            guard case .exception = member.kind else {
                voices["logger " + member.logger, default: []] += member.moments
                continue
            }
            hasException = true
            for moment in member.moments { voices["form \(moment.form.rawValue)", default: []].append(moment) }
        }
        guard hasException, voices.count > 1 else { return (0, 0) }
        // The voice that said most is the one that says all.
        let ranked = voices.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
            $0.value.sorted(by: Self.isEarlier)
        }
        var result = (all: 0, fresh: 0)
        for other in ranked.dropFirst() {
            let (all, fresh) = Self.matches(ranked[0], other)
            result.all += all
            result.fresh += fresh
        }
        return result
    }

    private static func isEarlier(_ a: Sightings.Moment, _ b: Sightings.Moment) -> Bool {
        (a.instance, a.time) < (b.instance, b.time)
    }

    /// How many moments of one list stand beside one of the other, each beside its own.
    private static func matches(_ a: [Sightings.Moment], _ b: [Sightings.Moment]) -> (all: Int, fresh: Int) {
        var result = (all: 0, fresh: 0)
        var i = 0
        var j = 0
        while i < a.count, j < b.count {
            if a[i].instance == b[j].instance, abs(a[i].time - b[j].time) <= sameFailure {
                result.all += 1
                if b[j].isFresh { result.fresh += 1 }
                i += 1
                j += 1
            } else if isEarlier(a[i], b[j]) {
                i += 1
            } else {
                j += 1
            }
        }
        return result
    }

    var severity: LogSeverity { members.map(\.severity).max() ?? .unspecified }
    var instances: Set<UInt64> { members.reduce(into: []) { $0.formUnion($1.instances) } }
    var services: [String] { Set(members.map(\.service)).sorted() }
    /// The service that logged it most.
    var service: String { (members.max { ($0.all.count, $1.service) < ($1.all.count, $0.service) })?.service ?? "" }
    var logger: String { (members.max { ($0.all.count, $1.logger) < ($1.all.count, $0.logger) })?.logger ?? "" }

    var revisions: [String: Sightings.Tally] { tallies(\.all) }
    var freshRevisions: [String: Sightings.Tally] { tallies(\.fresh) }

    private func tallies(_ part: KeyPath<Sightings.RevisionTally, Sightings.Tally>) -> [String: Sightings.Tally] {
        var result: [String: Sightings.Tally] = [:]
        for revision in members.lazy.flatMap(\.revisionTallies) where revision[keyPath: part].count > 0 {
            result[revision.name, default: Sightings.Tally()].merge(revision[keyPath: part])
        }
        return result
    }

    var timeline: ProblemTimeline { members.reduce(into: ProblemTimeline()) { $0.merge($1.timeline) } }
    var freshTimeline: ProblemTimeline { members.reduce(into: ProblemTimeline()) { $0.merge($1.freshTimeline) } }

    /// The first and the last, by time.
    var samples: [Sample] {
        let all = members.flatMap(\.samples.samples).sorted {
            ($0.time ?? 0, $0.source, $0.offset) < ($1.time ?? 0, $1.source, $1.offset)
        }
        guard let first = all.first, let last = all.last, all.count > 1 else { return all }
        return first == last ? [first] : [first, last]
    }

    var place: ProblemEnvironment { members.first?.place ?? ProblemEnvironment() }

    var code: Code? {
        if case .exception(let exception) = identity { return exception.code }
        return members.lazy.compactMap(\.code).first
    }

    /// A name for people: the exception and where, or the message.
    var title: String {
        switch identity {
        case .template(let text): Self.shortened(text)
        case .exception(let exception):
            Self.shortened(
                exception.type
                    + (exception.code.map { " in " + ($0.function.map { "\($0) " } ?? "") + "(\($0.file))" } ?? ""))
        }
    }

    static func shortened(_ text: String, to limit: Int = 100) -> String {
        let line = text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
        return line.count <= limit ? line : line.prefix(limit - 1) + "…"
    }
}
