/// The seam between replay and live for one thread on one connection: no gap, no duplicate, no reordering.
///
/// A connection never buffers live events while it catches up. It remembers only how far the log has come, and reads the
/// log until it has caught up: an event is durable before it is announced, so a read that starts after the announcement
/// finds it. The same reading serves a resume, a gap, and a reader that was too slow, so memory stays bounded.
///
/// When to read is the connection's decision (one read at a time, and only while the client takes bytes); what to read
/// and what to make of the answer is decided here.
struct FollowState: Equatable, Sendable {
    enum Phase: Equatable, Sendable {
        /// Takes the next live event, whatever its number, and goes on from there.
        case joining
        /// Everything up to `cursor` has been sent.
        case live(cursor: Int64)
        /// The log is being read, or is to be read, from `cursor` on.
        case behind(Lag)
    }

    /// How far a follower is behind.
    struct Lag: Equatable, Sendable {
        /// The number of the last event that was sent.
        var cursor: Int64
        /// The log is known to reach this number.
        var head: Int64
        /// A live event came since the last read began, so the page may lack it.
        var announced = false
        /// Bytes of the live events that came meanwhile and have not been sent.
        var backlog = 0
        /// The client was too slow for live events (and did not merely ask for old ones): it gets joined text.
        var isSlow = false
        /// Why reading on from `cursor` is of no use; nil: it is.
        var snapshot: SnapshotReason?
    }

    enum SnapshotReason: Equatable, Sendable {
        /// The log has no such events any more: retention was faster than the reader.
        case gap
        /// More bytes wait for a slow client than its budget allows.
        case backlog
    }

    enum LiveAction: Equatable, Sendable {
        case send
        /// It was sent already, or the reading will come to it.
        case skip
        /// From now on the log has to be read.
        case fallBehind
    }

    /// What to read next.
    enum Read: Equatable, Sendable {
        /// The events after this number; `joined`: text of one message may be put together.
        case page(after: Int64, joined: Bool)
        case snapshot(SnapshotReason)
    }

    enum Progress: Equatable, Sendable {
        case live
        /// There is more to read.
        case behind
    }

    private(set) var phase: Phase

    init(_ phase: Phase) { self.phase = phase }

    /// Follows from `cursor` on; the log is known to reach `head`.
    static func replaying(after cursor: Int64, head: Int64) -> FollowState {
        FollowState(.behind(Lag(cursor: cursor, head: max(cursor, head))))
    }

    /// The number of the last event that was sent; nil while none was.
    var cursor: Int64? {
        switch phase {
        case .joining: nil
        case .live(let cursor): cursor
        case .behind(let lag): lag.cursor
        }
    }

    /// The number of the last event the log is known to have; nil while none is.
    var head: Int64? {
        switch phase {
        case .joining: nil
        case .live(let cursor): cursor
        case .behind(let lag): max(lag.cursor, lag.head)
        }
    }

    var isBehind: Bool {
        if case .behind = phase { true } else { false }
    }

    /// A live event arrived.
    /// - Parameters:
    ///   - bytes: the size of its frame.
    ///   - writable: whether the connection can take more bytes now.
    mutating func live(_ seq: Int64, bytes: Int, writable: Bool) -> LiveAction {
        switch phase {
        case .joining:
            guard !writable else {
                phase = .live(cursor: seq)
                return .send
            }
            phase = .behind(Lag(cursor: seq - 1, head: seq, backlog: bytes, isSlow: true))
            return .fallBehind
        case .live(let cursor):
            if seq <= cursor { return .skip }
            if writable, seq == cursor + 1 {
                phase = .live(cursor: seq)
                return .send
            }
            phase = .behind(Lag(cursor: cursor, head: seq, backlog: bytes, isSlow: !writable))
            return .fallBehind
        case .behind(var lag):
            guard seq > lag.cursor else { return .skip }
            lag.head = max(lag.head, seq)
            lag.announced = true
            lag.backlog += bytes
            if !writable { lag.isSlow = true }
            phase = .behind(lag)
            return .skip
        }
    }

    /// The connection can take bytes, and asks what to read.
    /// - Parameter budget: a slow client with more bytes waiting for it than this gets a snapshot in their place.
    /// - Returns: nil when there is nothing to catch up with.
    mutating func beginRead(budget: Int) -> Read? {
        guard case .behind(var lag) = phase else { return nil }
        if lag.isSlow, lag.backlog > budget { lag.snapshot = .backlog }
        lag.announced = false
        phase = .behind(lag)
        return lag.snapshot.map { .snapshot($0) } ?? .page(after: lag.cursor, joined: lag.isSlow)
    }

    /// How many events at the head of a page, in order, may be sent: those before the first gap.
    ///
    /// Numbers have no holes, so a gap says that retention was here, or that the thread is gone.
    func contiguous(_ seqs: some Sequence<Int64>) -> Int {
        guard case .behind(let lag) = phase else { return 0 }
        var expected = lag.cursor
        var count = 0
        for seq in seqs {
            expected += 1
            if seq != expected { break }
            count += 1
        }
        return count
    }

    /// A page that was asked for was sent.
    ///
    /// Reading ends in two ways only. An empty page: the log had no more when the read began. Or the last announced event
    /// has been reached: what comes after it will be announced too. How full a page was says nothing.
    /// - Parameters:
    ///   - last: the number of the last event that was sent of it; nil when there was none.
    ///   - bytes: the size of the frames that were sent.
    ///   - gap: whether an event was missing in it.
    mutating func sent(last: Int64?, bytes: Int, gap: Bool) -> Progress {
        guard case .behind(var lag) = phase else { return .live }
        lag.cursor = max(lag.cursor, last ?? 0)
        lag.backlog = max(0, lag.backlog - bytes)
        if gap || (last == nil && !lag.announced && lag.head > lag.cursor) {
            // What was stored once is not in the log any more.
            lag.snapshot = .gap
        } else if lag.announced ? lag.cursor >= lag.head : last == nil {
            phase = .live(cursor: lag.cursor)
            return .live
        }
        phase = .behind(lag)
        return .behind
    }

    /// A snapshot that was asked for was sent.
    /// - Parameter at: the number of the last event that is in it.
    mutating func sentSnapshot(at: Int64) -> Progress {
        guard case .behind(let lag) = phase else { return .live }
        let head = max(at, lag.head)
        // What was announced while the snapshot was read may lie behind it.
        if lag.announced, head > at {
            phase = .behind(Lag(cursor: at, head: head))
            return .behind
        }
        phase = .live(cursor: at)
        return .live
    }
}
