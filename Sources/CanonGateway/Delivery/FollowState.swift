/// The seam between replay and live for one thread on one connection: no gap, no duplicate, no reordering.
///
/// A connection never buffers live events while it replays. It remembers only how far the log has come, and reads the
/// log until it has caught up: an event is durable before it is announced, so a read that starts after the announcement
/// finds it. The same reading serves a resume, a gap, and a reader that was too slow, so memory stays bounded.
struct FollowState: Equatable, Sendable {
    enum Phase: Equatable, Sendable {
        /// Takes the next live event, whatever its number, and goes on from there.
        case joining
        /// Everything up to `cursor` has been sent.
        case live(cursor: Int64)
        /// A page after `cursor` is being read; the log is known to reach `head`.
        /// `announced`: a live event came since that read began, so the page may lack it.
        case reading(cursor: Int64, head: Int64, announced: Bool)
        /// The reader is too slow: the log is read again from `cursor` when it has caught its breath.
        case waiting(cursor: Int64, head: Int64)
    }

    enum LiveAction: Equatable, Sendable {
        case send
        /// It was sent already, or the reading will come to it.
        case skip
        /// Read the log after this number.
        case read(after: Int64)
    }

    enum PageAction: Equatable, Sendable {
        case read(after: Int64)
        case wait
        case live
    }

    private(set) var phase: Phase

    init(_ phase: Phase) { self.phase = phase }

    /// The number of the last event that was sent; nil while none was.
    var cursor: Int64? {
        switch phase {
        case .joining: nil
        case .live(let cursor), .reading(let cursor, _, _), .waiting(let cursor, _): cursor
        }
    }

    /// The number of the last event the log is known to have; nil while none is.
    var head: Int64? {
        switch phase {
        case .joining: nil
        case .live(let cursor): cursor
        case .reading(let cursor, let head, _), .waiting(let cursor, let head): max(cursor, head)
        }
    }

    /// A live event arrived.
    /// - Parameter writable: whether the connection can take more bytes now.
    mutating func live(_ seq: Int64, writable: Bool) -> LiveAction {
        switch phase {
        case .joining:
            phase = writable ? .live(cursor: seq) : .waiting(cursor: seq - 1, head: seq)
            return writable ? .send : .skip
        case .live(let cursor):
            if seq <= cursor { return .skip }
            if !writable {
                phase = .waiting(cursor: cursor, head: seq)
                return .skip
            }
            if seq == cursor + 1 {
                phase = .live(cursor: seq)
                return .send
            }
            phase = .reading(cursor: cursor, head: seq, announced: false)
            return .read(after: cursor)
        case .reading(let cursor, let head, _):
            phase = .reading(cursor: cursor, head: max(head, seq), announced: true)
            return .skip
        case .waiting(let cursor, let head):
            phase = .waiting(cursor: cursor, head: max(head, seq))
            return .skip
        }
    }

    /// A page that was asked for was sent.
    /// - Parameters:
    ///   - last: the number of its last event; nil when it was empty.
    ///   - isEnd: whether the log had no more when the page was read.
    ///   - writable: whether the connection can take more bytes now.
    mutating func page(last: Int64?, isEnd: Bool, writable: Bool) -> PageAction {
        guard case .reading(let cursor, let head, let announced) = phase else { return .live }
        let reached = max(cursor, last ?? 0)
        if isEnd, reached >= head || !announced {
            // What is known to have been stored and is not in the log any more was deleted.
            phase = .live(cursor: max(reached, head))
            return .live
        }
        guard writable else {
            phase = .waiting(cursor: reached, head: head)
            return .wait
        }
        phase = .reading(cursor: reached, head: head, announced: false)
        return .read(after: reached)
    }

    /// The connection can take bytes again.
    /// - Returns: the number to read after, when there is something to catch up with.
    mutating func becameWritable() -> Int64? {
        guard case .waiting(let cursor, let head) = phase else { return nil }
        phase = .reading(cursor: cursor, head: head, announced: false)
        return cursor
    }
}
