import CanonStore
import CanonWire

/// The runs that wait for an answer, for a service that answers users through the producer interface: those that are
/// open, then each that begins.
///
/// The cursor is the run's number among all that ever began, so a service that comes back with it misses none and is
/// told of none twice; runs that ended meanwhile are left out.
struct RunFeed: StreamContent {
    private let log: any EventLog
    private var place: Int64
    /// The mark of the stream up to which the log was read.
    private var readMark: Int64 = -1

    private static let pageRuns = 32

    /// - Parameter cursor: nil, or one of another epoch: every open run is told.
    init(log: any EventLog, after cursor: StreamCursor?) {
        self.log = log
        place = cursor.map { $0.epoch == nil || $0.epoch == log.epoch ? $0.seq : 0 } ?? 0
    }

    mutating func step(mark: Int64) async throws -> StreamStep {
        guard mark > readMark else { return .wait(after: readMark) }
        let page = try await log.openRuns(after: place, limit: Self.pageRuns)
        // A page that is not full was the rest; what began since then has raised the stream's mark.
        if page.count < Self.pageRuns { readMark = mark }
        guard let last = page.last else { return .wait(after: readMark) }
        place = last.place
        let epoch = log.epoch
        return .send(
            EventStreamText { text in
                for opened in page {
                    text.append(
                        id: StreamCursor(epoch: epoch, seq: opened.place).text,
                        json: JSONValue.object(Self.frame(of: opened)).encoded)
                }
            })
    }

    private static func frame(of opened: OpenedRun) -> JSONObject {
        [
            "type": "run_opened", "user_id": .string(opened.record.key.user.value),
            "thread_id": .string(opened.record.key.thread.value), "run_id": .string(opened.record.run.value),
            "text": .string(opened.text), "seq": .int(opened.seq),
            "timestamp": .double(opened.record.startedAt.seconds),
        ]
    }
}
