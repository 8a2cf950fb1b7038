import CanonWire

/// Fills a snapshot from the newest message to the oldest until its bytes are used up.
struct SnapshotRoom {
    private var bytes: Int
    /// Newest first.
    private var messages: [MessageRecord] = []
    private var isFull = false
    private let openRuns: [ThreadSnapshot.OpenRun]

    /// The text of open runs is never cut, so it takes its place first.
    init(byteLimit: Int, openRuns: [ThreadSnapshot.OpenRun]) {
        self.openRuns = openRuns
        bytes = openRuns.reduce(max(0, byteLimit)) { $0 - $1.text.utf8.count }
    }

    /// - Parameter olderMessages: those before the ones that were added, in order.
    /// - Returns: whether there may be room for more.
    mutating func add(olderMessages: [MessageRecord]) -> Bool {
        for message in olderMessages.reversed() where !isFull {
            bytes -= message.content.utf8.count
            if bytes >= 0 || messages.isEmpty { messages.append(message) } else { isFull = true }
        }
        return !isFull
    }

    func snapshot(at head: Int64) -> ThreadSnapshot {
        ThreadSnapshot(at: head, messages: messages.reversed(), isTruncated: isFull, openRuns: openRuns)
    }
}

extension Conversation {
    /// - Parameter deltas: all text events of the run in order.
    static func openRun(_ run: RunRecord, deltas: [LogEvent]) -> ThreadSnapshot.OpenRun {
        ThreadSnapshot.OpenRun(
            run: run.run, agent: run.agent, message: deltas.first.flatMap { messageID(of: $0) }, text: text(deltas))
    }
}
