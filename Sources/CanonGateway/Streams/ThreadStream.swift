import CanonStore
import CanonWire
import Logging

/// The place up to which a client has a thread: what stands in `id:` and comes back in `Last-Event-ID`.
struct StreamCursor: Equatable, Sendable {
    /// Nil: the client did not say, so it means this server's.
    let epoch: String?
    let seq: Int64

    init(epoch: String?, seq: Int64) {
        self.epoch = epoch
        self.seq = seq
    }

    /// Reads `epoch:seq`, or `seq` alone. Nil for anything else.
    init?(_ text: String) {
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard let first = digits.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            let seq = Int64(digits)
        else { return nil }
        let epoch = colon.map { String(text[..<$0]) }
        guard epoch != "" else { return nil }
        self.init(epoch: epoch, seq: seq)
    }

    var text: String { epoch.map { "\($0):\(seq)" } ?? "\(seq)" }
}

/// The events of one thread from a cursor on, each once and in order; a snapshot where they cannot be given.
///
/// The stream was opened, and so is woken, before the log is read: what is stored during a read raises the mark beyond
/// the page, and is read next.
struct ThreadStream: StreamContent {
    private let scope: UserScope
    private let thread: ThreadID
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let limits: StreamLimits
    private var cursor: Int64
    private var head: Int64
    private var needsSnapshot: Bool

    /// - Parameters:
    ///   - cursor: nil: from the beginning.
    ///   - extent: which numbers the log had, read after the stream was opened.
    init(
        _ thread: ThreadID, after cursor: StreamCursor?, extent: LogExtent, scope: UserScope, manager: WebSocketManager
    ) {
        self.scope = scope
        self.thread = thread
        metrics = manager.metrics
        logger = manager.logger
        limits = StreamLimits(budget: manager.limits.connectionBudgetBytes)
        let isForeign = cursor?.epoch.map { $0 != scope.epoch } ?? false
        self.cursor = cursor?.seq ?? 0
        head = extent.head
        needsSnapshot = ResumeAnswer(cursor: self.cursor, isForeign: isForeign, extent: extent) == .snapshot
    }

    mutating func step(mark: Int64) async throws -> StreamStep {
        if needsSnapshot { return try await snapshot() }
        head = max(head, mark)
        guard cursor < head else { return .wait(after: cursor) }
        let page = try await scope.events(
            of: thread, after: cursor, limit: StreamLimits.pageEvents, byteLimit: limits.pageBytes)
        var text = EventStreamText()
        let epoch = scope.epoch
        for event in page {
            guard event.seq == cursor + 1 else { break }
            cursor = event.seq
            text.append(
                id: StreamCursor(epoch: epoch, seq: cursor).text,
                json: EventFrame.superset.encode(event, epoch: epoch), isLogEvent: true)
        }
        if text.events > 0 { return .send(text) }
        return try await explainGap()
    }

    /// The log has come further, but has no next event.
    private mutating func explainGap() async throws -> StreamStep {
        guard let extent = try await scope.extent(of: thread) else { return .finish(deletion) }
        if cursor >= extent.floor {
            metrics.eventsDropped.increment(by: Int(max(1, extent.head - cursor)))
            logger.error("events are missing in the log", metadata: ["thread_id": "\(thread)", "after": "\(cursor)"])
        }
        return try await snapshot()
    }

    private mutating func snapshot() async throws -> StreamStep {
        guard let snapshot = try await scope.snapshot(of: thread, byteLimit: limits.snapshotBytes) else {
            return .finish(deletion)
        }
        needsSnapshot = false
        cursor = snapshot.at
        metrics.snapshotsSent.increment()
        let epoch = scope.epoch
        return .send(
            EventStreamText {
                $0.append(
                    id: StreamCursor(epoch: epoch, seq: snapshot.at).text,
                    json: snapshot.frame(of: thread, epoch: epoch).encoded)
            })
    }

    private var deletion: EventStreamText {
        EventStreamText { $0.append(json: ServerFrame.threadDeleted(thread).encoded) }
    }

    mutating func farewell(_ end: OpenStream.End) -> EventStreamText {
        switch end {
        case .draining: .comment("going_away")
        case .refused(let reason): .comment(reason.text)
        case .threadDeleted: deletion
        case .gone: EventStreamText()
        }
    }
}

/// How much a stream holds at once, in bytes: the same parts of the budget as on a socket.
struct StreamLimits: Sendable {
    static let pageEvents = 256
    let pageBytes: Int
    let snapshotBytes: Int

    init(budget: Int) {
        pageBytes = budget / 16
        snapshotBytes = budget / 4
    }
}
