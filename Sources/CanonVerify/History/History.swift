public import CanonAudit

/// The auditor, asked about one commit of a history.
public protocol ConceptMeasuring {
    /// - Throws: when the commit cannot be read at all; a file that cannot be is told in the result.
    func measure(_ commit: String) throws -> HistoryReport.Measured
}

extension HistoryReport {
    /// What one commit gave.
    public struct Measured: Hashable, Sendable {
        public var concepts: [ConceptMeasurement]
        public var unread: [Evidence]
        public var unparsable: Int

        public init(concepts: [ConceptMeasurement], unread: [Evidence] = [], unparsable: Int = 0) {
            self.concepts = concepts
            self.unread = unread
            self.unparsable = unparsable
        }
    }

    /// Measures evenly spaced commits of a line. One that cannot be read is told, and the others go on.
    ///
    /// - Parameters:
    ///   - line: oldest first.
    ///   - samples: how many of them are read.
    ///   - progress: called before each with its number, and once at the end.
    public static func samples(
        _ samples: Int, of line: [Commit], by auditor: some ConceptMeasuring,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) -> [Sample] {
        let places = CommitSampling.places(of: samples, among: line.count)
        let measured = places.enumerated().map { number, place in
            progress(number, places.count)
            var sample = Sample(
                commit: line[place], position: place, concepts: [], problem: nil, unread: [], unparsable: 0)
            do {
                let found = try auditor.measure(line[place].id)
                sample.concepts = found.concepts
                sample.unread = found.unread
                sample.unparsable = found.unparsable
            } catch {
                sample.problem = "\(error)"
            }
            return sample
        }
        progress(places.count, places.count)
        return measured
    }

    public init(
        tool: AuditReport.Tool, python: String, window: Window, samples: [Sample], detectorChanges: [DetectorChange],
        work: Work
    ) {
        self.tool = tool
        self.python = python
        self.window = window
        self.samples = samples
        self.detectorChanges = detectorChanges
        self.work = work
    }
}
