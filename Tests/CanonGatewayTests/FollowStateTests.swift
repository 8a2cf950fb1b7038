import CanonTestSupport
import Testing

@testable import CanonGateway

@Suite("The seam between replay and live")
struct FollowStateTests {
    private typealias Phase = FollowState.Phase

    @Test("a live event is sent, skipped or read for, by where the following stands")
    func live() {
        let table: [(Phase, Int64, Bool, FollowState.LiveAction, Phase)] = [
            (.joining, 5, true, .send, .live(cursor: 5)),
            (.joining, 5, false, .skip, .waiting(cursor: 4, head: 5)),
            (.live(cursor: 5), 6, true, .send, .live(cursor: 6)),
            (.live(cursor: 5), 5, true, .skip, .live(cursor: 5)),
            (.live(cursor: 5), 3, true, .skip, .live(cursor: 5)),
            (.live(cursor: 5), 8, true, .read(after: 5), .reading(cursor: 5, head: 8, announced: false)),
            (.live(cursor: 5), 6, false, .skip, .waiting(cursor: 5, head: 6)),
            (
                .reading(cursor: 5, head: 8, announced: false), 9, true, .skip,
                .reading(cursor: 5, head: 9, announced: true)
            ),
            (
                .reading(cursor: 5, head: 8, announced: false), 7, true, .skip,
                .reading(cursor: 5, head: 8, announced: true)
            ),
            (.waiting(cursor: 5, head: 6), 7, true, .skip, .waiting(cursor: 5, head: 7)),
        ]
        for (before, seq, writable, action, after) in table {
            var state = FollowState(before)
            #expect(state.live(seq, writable: writable) == action, "\(before) at \(seq)")
            #expect(state.phase == after, "\(before) at \(seq)")
        }
    }

    @Test("a page goes on to the next page, waits for the reader, or hands over to live")
    func page() {
        let table: [(Phase, Int64?, Bool, FollowState.PageAction, Phase)] = [
            (
                .reading(cursor: 5, head: 8, announced: false), 7, true, .read(after: 7),
                .reading(cursor: 7, head: 8, announced: false)
            ),
            (
                .reading(cursor: 5, head: 8, announced: false), 8, true, .read(after: 8),
                .reading(cursor: 8, head: 8, announced: false)
            ),
            (.reading(cursor: 8, head: 8, announced: false), nil, true, .live, .live(cursor: 8)),
            (
                .reading(cursor: 5, head: 9, announced: true), 8, true, .read(after: 8),
                .reading(cursor: 8, head: 9, announced: false)
            ),
            (.reading(cursor: 5, head: 9, announced: true), 9, true, .live, .live(cursor: 9)),
            (.reading(cursor: 5, head: 9, announced: true), 11, true, .live, .live(cursor: 11)),
            (
                .reading(cursor: 5, head: 9, announced: true), nil, true, .read(after: 5),
                .reading(cursor: 5, head: 9, announced: false)
            ),
            (.reading(cursor: 5, head: 9, announced: false), nil, true, .live, .live(cursor: 9)),
            (.reading(cursor: 5, head: 9, announced: false), 7, false, .wait, .waiting(cursor: 7, head: 9)),
            (.reading(cursor: 5, head: 8, announced: true), 8, false, .live, .live(cursor: 8)),
        ]
        for (before, last, writable, action, after) in table {
            var state = FollowState(before)
            #expect(state.page(last: last, writable: writable) == action, "\(before), page to \(last ?? 0)")
            #expect(state.phase == after, "\(before), page to \(last ?? 0)")
        }
    }

    @Test("only a following that waits for its reader reads when it can write again")
    func writable() {
        var waiting = FollowState(.waiting(cursor: 3, head: 9))
        #expect(waiting.becameWritable() == 3)
        #expect(waiting.phase == .reading(cursor: 3, head: 9, announced: false))
        for phase in [.joining, .live(cursor: 3), .reading(cursor: 3, head: 9, announced: true)] as [Phase] {
            var state = FollowState(phase)
            #expect(state.becameWritable() == nil)
            #expect(state.phase == phase)
        }
    }

    /// A log that grows while it is read, a reader that stalls, and announcements that arrive late.
    @Test("whatever the interleaving, every event is sent once and in order", arguments: 1...300 as ClosedRange<UInt64>)
    func randomInterleaving(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var stored: Int64 = Int64.random(in: 0...20, using: &generator)
        let start = Int64.random(in: 0...stored, using: &generator)
        var announcements: [Int64] = []
        var sent: [Int64] = []
        var state = FollowState(.reading(cursor: start, head: stored, announced: false))
        // What the page under way will hold is fixed when its read begins.
        var page: (after: Int64, upTo: Int64)? = (start, stored)
        var writable = true
        func begin(_ cursor: Int64) { page = (cursor, stored) }
        for step in 0..<400 {
            let isQuiet = step > 300
            switch Int.random(in: 0..<4, using: &generator) {
            case 0 where !isQuiet:
                stored += 1
                announcements.append(stored)
            case 1 where !announcements.isEmpty:
                let seq = announcements.removeFirst()
                switch state.live(seq, writable: writable) {
                case .send: sent.append(seq)
                case .skip: break
                case .read(let cursor): begin(cursor)
                }
            case 2:
                guard let current = page else { break }
                page = nil
                let limit = Int64.random(in: 1...5, using: &generator)
                let last = min(current.upTo, current.after + limit)
                if last > current.after { sent.append(contentsOf: (current.after + 1)...last) }
                let action = state.page(last: last > current.after ? last : nil, writable: writable)
                if case .read(let cursor) = action { begin(cursor) }
            default:
                writable = isQuiet || Bool.random(using: &generator)
                if writable, let cursor = state.becameWritable() { begin(cursor) }
            }
        }
        while !announcements.isEmpty || page != nil {
            if let current = page {
                page = nil
                if current.upTo > current.after { sent.append(contentsOf: (current.after + 1)...current.upTo) }
                let last = current.upTo > current.after ? current.upTo : nil
                if case .read(let cursor) = state.page(last: last, writable: true) { begin(cursor) }
            } else {
                let seq = announcements.removeFirst()
                switch state.live(seq, writable: true) {
                case .send: sent.append(seq)
                case .skip: break
                case .read(let cursor): begin(cursor)
                }
            }
            if let cursor = state.becameWritable() { begin(cursor) }
        }
        #expect(sent == (start < stored ? Array((start + 1)...stored) : []))
    }
}
