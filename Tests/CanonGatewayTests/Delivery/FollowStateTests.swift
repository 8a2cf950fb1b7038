import CanonTestSupport
import Testing

@testable import CanonGateway

@Suite("The seam between replay and live")
struct FollowStateTests {
    private typealias Phase = FollowState.Phase
    private typealias Lag = FollowState.Lag

    @Test("a live event is sent, skipped, or begins to be caught up with, by where the following stands")
    func live() {
        let lag = Lag(cursor: 5, head: 8)
        let table: [(Phase, Int64, Bool, FollowState.LiveAction, Phase)] = [
            (.joining, 5, true, .send, .live(cursor: 5)),
            (.joining, 5, false, .fallBehind, .behind(Lag(cursor: 4, head: 5, backlog: 10, isSlow: true))),
            (.live(cursor: 5), 6, true, .send, .live(cursor: 6)),
            (.live(cursor: 5), 5, true, .skip, .live(cursor: 5)),
            (.live(cursor: 5), 3, false, .skip, .live(cursor: 5)),
            (.live(cursor: 5), 8, true, .fallBehind, .behind(Lag(cursor: 5, head: 8, backlog: 10))),
            (.live(cursor: 5), 6, false, .fallBehind, .behind(Lag(cursor: 5, head: 6, backlog: 10, isSlow: true))),
            (.behind(lag), 9, true, .skip, .behind(Lag(cursor: 5, head: 9, announced: true, backlog: 10))),
            (.behind(lag), 7, true, .skip, .behind(Lag(cursor: 5, head: 8, announced: true, backlog: 10))),
            (
                .behind(lag), 9, false, .skip,
                .behind(Lag(cursor: 5, head: 9, announced: true, backlog: 10, isSlow: true))
            ),
            (.behind(lag), 5, true, .skip, .behind(lag)),
        ]
        for (before, seq, writable, action, after) in table {
            var state = FollowState(before)
            #expect(state.live(seq, bytes: 10, writable: writable) == action, "\(before) at \(seq)")
            #expect(state.phase == after, "\(before) at \(seq)")
        }
    }

    @Test("what is read next: a page, a page with joined text for a slow client, or a snapshot")
    func beginRead() {
        let table: [(Phase, FollowState.Read?)] = [
            (.joining, nil), (.live(cursor: 3), nil),
            (.behind(Lag(cursor: 3, head: 9)), .page(after: 3, joined: false)),
            (.behind(Lag(cursor: 3, head: 9, announced: true)), .page(after: 3, joined: false)),
            (.behind(Lag(cursor: 3, head: 9, backlog: 100, isSlow: true)), .page(after: 3, joined: true)),
            (.behind(Lag(cursor: 3, head: 9, backlog: 101, isSlow: true)), .snapshot(.backlog)),
            // Whoever asked for much gets it page by page, however much is said meanwhile.
            (.behind(Lag(cursor: 3, head: 9, backlog: 101)), .page(after: 3, joined: false)),
            (.behind(Lag(cursor: 3, head: 9, snapshot: .gap)), .snapshot(.gap)),
        ]
        for (phase, read) in table {
            var state = FollowState(phase)
            #expect(state.beginRead(budget: 100) == read, "\(phase)")
            if case .behind(let lag) = state.phase { #expect(!lag.announced, "\(phase)") }
        }
    }

    @Test("a page goes on to the next one, finds a gap, or hands over to live")
    func sent() {
        func lag(_ cursor: Int64, _ head: Int64, announced: Bool = false) -> Phase {
            .behind(Lag(cursor: cursor, head: head, announced: announced))
        }
        func gap(_ cursor: Int64, _ head: Int64) -> Phase {
            .behind(Lag(cursor: cursor, head: head, snapshot: .gap))
        }
        let table: [(Phase, Int64?, Bool, FollowState.Progress, Phase)] = [
            (lag(5, 8), 7, false, .behind, lag(7, 8)),
            (lag(5, 8), 8, false, .behind, lag(8, 8)),
            (lag(8, 8), nil, false, .live, .live(cursor: 8)),
            (lag(5, 9, announced: true), 8, false, .behind, lag(8, 9, announced: true)),
            (lag(5, 9, announced: true), 9, false, .live, .live(cursor: 9)),
            (lag(5, 9, announced: true), 11, false, .live, .live(cursor: 11)),
            (lag(5, 9, announced: true), nil, false, .behind, lag(5, 9, announced: true)),
            (lag(5, 9), nil, false, .behind, gap(5, 9)),
            (lag(5, 9), 6, true, .behind, gap(6, 9)),
            (lag(5, 9), nil, true, .behind, gap(5, 9)),
            (.live(cursor: 3), nil, false, .live, .live(cursor: 3)),
        ]
        for (before, last, isGap, progress, after) in table {
            var state = FollowState(before)
            #expect(state.sent(last: last, bytes: 0, gap: isGap) == progress, "\(before), page to \(last ?? 0)")
            #expect(state.phase == after, "\(before), page to \(last ?? 0)")
        }
    }

    @Test("after a snapshot live events follow, unless later ones were announced while it was read")
    func sentSnapshot() {
        let table: [(Lag, Int64, FollowState.Progress, Phase)] = [
            (Lag(cursor: 5, head: 9, backlog: 99, isSlow: true, snapshot: .backlog), 9, .live, .live(cursor: 9)),
            (Lag(cursor: 5, head: 9, announced: true, snapshot: .gap), 9, .live, .live(cursor: 9)),
            (Lag(cursor: 5, head: 11, announced: true), 9, .behind, .behind(Lag(cursor: 9, head: 11))),
        ]
        for (lag, at, progress, after) in table {
            var state = FollowState(.behind(lag))
            #expect(state.sentSnapshot(at: at) == progress, "\(lag)")
            #expect(state.phase == after, "\(lag)")
        }
    }

    @Test("only the events before the first gap of a page may be sent")
    func contiguous() {
        let state = FollowState.replaying(after: 5, head: 9)
        for (seqs, count) in [([], 0), ([6, 7], 2), ([7, 8], 0), ([6, 8], 1), ([6, 6], 1)] as [([Int64], Int)] {
            #expect(state.contiguous(seqs) == count, "\(seqs)")
        }
    }

    /// A log that grows while it is read and is pruned, a reader that stalls, and announcements that arrive late.
    @Test(
        "whatever the interleaving, a reader gets every event once and in order, or a snapshot in its place",
        arguments: 1...400 as ClosedRange<UInt64>)
    func randomInterleaving(seed: UInt64) {
        var world = World(seed: seed)
        for step in 0..<400 { world.step(isQuiet: step > 300) }
        world.settle()
        #expect(world.reader.faults == [])
        #expect(world.reader.has == world.stored)
        #expect(world.state.phase == .live(cursor: world.stored))
    }

    private struct Reader {
        var has: Int64
        var faults: [String] = []

        mutating func take(_ seq: Int64) {
            if seq != has + 1 { faults.append("\(seq) after \(has)") }
            has = seq
        }
    }

    /// The log, the connection and the client of one following.
    private struct World {
        enum UnderWay {
            /// What a page will hold is fixed when its read begins.
            case page(after: Int64, floor: Int64, upTo: Int64)
            case snapshot(at: Int64)
        }

        var generator: SeededGenerator
        var stored: Int64
        var floor: Int64 = 0
        var announcements: [Int64] = []
        var reader: Reader
        var state: FollowState
        var read: UnderWay?
        var writable = true

        init(seed: UInt64) {
            generator = SeededGenerator(seed: seed)
            stored = Int64.random(in: 0...20, using: &generator)
            let start = Int64.random(in: 0...stored, using: &generator)
            reader = Reader(has: start)
            state = .replaying(after: start, head: stored)
        }

        mutating func step(isQuiet: Bool) {
            switch Int.random(in: 0..<16, using: &generator) {
            case 0..<5 where !isQuiet:
                stored += 1
                announcements.append(stored)
            case 5..<9: announce()
            case 9..<12: finishRead()
            case 12: floor = isQuiet ? floor : Int64.random(in: floor...stored, using: &generator)
            default: writable = isQuiet || Bool.random(using: &generator)
            }
            beginRead()
        }

        mutating func settle() {
            writable = true
            while !announcements.isEmpty || read != nil {
                finishRead()
                beginRead()
                announce()
                beginRead()
            }
        }

        private mutating func announce() {
            guard !announcements.isEmpty else { return }
            let seq = announcements.removeFirst()
            if state.live(seq, bytes: 10, writable: writable) == .send { reader.take(seq) }
        }

        private mutating func beginRead() {
            guard writable, read == nil else { return }
            switch state.beginRead(budget: 60) {
            case .page(let cursor, _): read = .page(after: cursor, floor: floor, upTo: stored)
            case .snapshot: read = .snapshot(at: stored)
            case nil: break
            }
        }

        private mutating func finishRead() {
            switch read {
            case nil: return
            case .snapshot(let at):
                if at < reader.has { reader.faults.append("snapshot \(at) after \(reader.has)") }
                reader.has = at
                _ = state.sentSnapshot(at: at)
            case .page(let after, let floor, let upTo):
                let first = max(after, floor) + 1
                let last = min(upTo, first + Int64.random(in: 0...4, using: &generator))
                let page = first <= last ? Array(first...last) : []
                let count = state.contiguous(page)
                for seq in page.prefix(count) { reader.take(seq) }
                _ = state.sent(last: page.prefix(count).last, bytes: 10 * count, gap: count < page.count)
            }
            read = nil
        }
    }
}
