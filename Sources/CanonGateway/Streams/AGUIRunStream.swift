import CanonStore
import CanonWire

/// One run as AG-UI events, from its beginning to its end. It ends with the run; that the client goes away does not.
struct AGUIRunStream: StreamContent {
    private let scope: UserScope
    private let thread: ThreadID
    private let pageBytes: Int
    /// The run had ended before the stream began, so its end must be among the events up to `head`.
    private let isOver: Bool
    private var view: AGUIView
    private var cursor: Int64
    private var head: Int64

    /// - Parameters:
    ///   - shownAs: the client's own id of the run.
    ///   - cursor: a number before the run's first event.
    ///   - head: the number of the thread's last event, read after the stream was opened.
    init(
        _ run: RunID, shownAs: String, isOver: Bool, in thread: ThreadID, after cursor: Int64, head: Int64,
        scope: UserScope, budget: Int
    ) {
        self.scope = scope
        self.thread = thread
        self.isOver = isOver
        self.cursor = cursor
        self.head = head
        pageBytes = StreamLimits(budget: budget).pageBytes
        view = AGUIView(.run(run, shownAs: shownAs), of: thread, epoch: scope.epoch)
    }

    mutating func step(mark: Int64) async throws -> StreamStep {
        head = max(head, mark)
        guard cursor < head else {
            guard isOver else { return .wait(after: cursor) }
            return .finish(
                failure(
                    "The events of this run are no longer kept; its answer is among the conversation's messages.",
                    "events_removed"))
        }
        let page = try await scope.events(
            of: thread, after: cursor, limit: StreamLimits.pageEvents, byteLimit: pageBytes)
        guard let last = page.last else {
            guard try await scope.extent(of: thread) == nil else {
                cursor = head
                return .send(EventStreamText())
            }
            return .finish(deletion)
        }
        var text = EventStreamText()
        for event in page {
            for told in view.events(for: event) { text.append(json: JSONValue.object(told).encoded) }
        }
        cursor = last.seq
        return view.isFinished ? .finish(text) : .send(text)
    }

    mutating func farewell(_ end: OpenStream.End) -> EventStreamText {
        switch end {
        case .draining:
            failure("The server is stopping. Send the same request again to see the rest of the run.", "going_away")
        case .refused(let reason): failure("The session has ended: log in again.", reason.text)
        case .threadDeleted: deletion
        case .gone: EventStreamText()
        }
    }

    private var deletion: EventStreamText {
        mutating get { failure("The conversation was deleted.", "thread_deleted") }
    }

    private mutating func failure(_ message: String, _ code: String) -> EventStreamText {
        EventStreamText(view.fail(message, code: code))
    }
}

extension EventStreamText {
    init(_ events: [JSONObject]) {
        self.init()
        for event in events { append(json: JSONValue.object(event).encoded) }
    }
}
