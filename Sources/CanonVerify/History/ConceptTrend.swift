import CanonAudit

/// A concept from the first sample that could be read to the last one.
public struct ConceptTrend: Hashable, Sendable {
    public enum Direction: String, Hashable, Codable, Sendable, CaseIterable {
        case better, same, worse
        /// One end was not measured, or there is only one.
        case unknown
    }

    public var concept: String
    public var first: ConceptMeasurement?
    public var last: ConceptMeasurement?
    /// How many samples gave a score.
    public var measured: Int
    /// Whether the score was the same in each of them.
    public var isSteady: Bool

    public init(_ concept: String, in samples: [HistoryReport.Sample]) {
        let found = samples.compactMap { $0.measurement(of: concept) }
        self.init(concept, found)
    }

    /// - Parameter measurements: oldest first.
    public init(_ concept: String, _ measurements: [ConceptMeasurement]) {
        self.concept = concept
        first = measurements.first
        last = measurements.count > 1 ? measurements.last : nil
        let scores = measurements.compactMap(\.score)
        measured = scores.count
        isSteady = Set(scores).count <= 1
    }

    public var direction: Direction {
        guard let before = first?.score, let now = last?.score else { return .unknown }
        return now > before ? .better : now < before ? .worse : .same
    }

    /// One sentence, in which a figure that did not move is told as the measurement that it is.
    public var sentence: String {
        guard let first else { return "\(concept): in none of the commits that could be read" }
        guard let last else { return "\(concept): \(Self.state(first)), at one commit only" }
        if direction == .same, isSteady, let score = last.score {
            let bound = first.fraction == last.fraction ? last.fraction : "\(first.fraction), then \(last.fraction)"
            return "\(concept): still \(AuditFigures.percent(score)) % (\(bound)), as measured at \(measured) commits"
        }
        return "\(concept): \(Self.state(first)), then \(Self.state(last))"
    }

    private static func state(_ one: ConceptMeasurement) -> String {
        one.score == nil ? one.scoreText : "\(one.scoreText) (\(one.fraction))"
    }
}

extension HistoryReport {
    /// By the order of the manifest.
    public var trends: [ConceptTrend] { concepts.map { ConceptTrend($0, in: samples) } }
}
