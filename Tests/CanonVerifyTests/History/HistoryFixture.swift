import CanonAudit

@testable import CanonVerify

/// A history that is made up: a commit each with the implementations, the consumers and those that are bound; nil: the canonical
/// object was not there.
struct HistoryFixture: ConceptMeasuring {
    struct Broken: Error, CustomStringConvertible { let description = "its tree is not there" }

    var states: [(implementations: Int, bound: Int, consumers: Int)?]
    /// Commits that cannot be read.
    var broken: Set<Int> = []
    var concept = "rooms"

    var line: [HistoryReport.Commit] {
        states.indices.map {
            .init(
                id: String(repeating: "0", count: 36) + String(10_000 + $0).suffix(4),
                time: "2025-09-\(10 + $0 % 20)T12:00:00Z", subject: "Change <b>\($0)</b> | =1")
        }
    }

    func measure(_ commit: String) throws -> HistoryReport.Measured {
        let index = Int(commit.suffix(4))!
        if broken.contains(index) { throw Broken() }
        return HistoryReport.Measured(concepts: [Self.measurement(states[index], concept)])
    }

    static func measurement(
        _ state: (implementations: Int, bound: Int, consumers: Int)?, _ concept: String = "rooms"
    ) -> ConceptMeasurement {
        let (implementations, bound, consumers) = state ?? (0, 0, 0)
        let isMeasured = implementations > 0 && consumers > 0
        var score: Double?
        if isMeasured { score = 100 / Double(implementations) * Double(bound) / Double(consumers) }
        return ConceptMeasurement(
            name: concept, standing: isMeasured ? .measured : implementations > 0 ? .noConsumer : .noCanonical,
            implementations: implementations, importPaths: implementations, bound: bound, consumers: consumers,
            score: score, lines: 10 * implementations, methods: 3 * implementations, fanIn: consumers,
            symbols: (0..<implementations).map { "shop.rooms.Rooms\($0)" })
    }

    func report(
        samples: Int = 100, detectorChanges: [HistoryReport.DetectorChange] = [],
        progress: (Int, Int) -> Void = { _, _ in }
    ) -> HistoryReport {
        HistoryReport(
            tool: .init(version: "1", ruleSet: "aa", manifest: "bb"), python: "3.11",
            window: .init(since: nil, until: "HEAD", commits: states.count),
            samples: HistoryReport.samples(samples, of: line, by: self, progress: progress),
            detectorChanges: detectorChanges, work: .init(parsed: 3, reused: 9))
    }
}
