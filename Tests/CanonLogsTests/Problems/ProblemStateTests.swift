import CanonLogs
import Testing

@Suite("States of a problem")
struct ProblemStateTests {
    static let person = ProblemStatus.Fix(source: .person, revision: "r2", after: 10)
    static let absence = ProblemStatus.Fix(source: .absence, revision: "r2", after: 10)

    struct Row: Sendable, CustomStringConvertible {
        var status: ProblemStatus?
        var observation: Observation
        var state: ProblemState
        var next: ProblemStatus
        var description: String { "\(String(describing: status)) \(observation)" }
    }

    static let table: [Row] = [
        Row(status: nil, observation: .seen(.plain), state: .new, next: .open),
        Row(status: nil, observation: .seenBefore, state: .new, next: .open),
        Row(status: .open, observation: .seen(.plain), state: .known, next: .open),
        Row(status: .open, observation: .seenBefore, state: .known, next: .open),
        Row(status: .open, observation: .absent(.insufficient("x")), state: .unknown, next: .open),
        Row(
            status: .open, observation: .absent(.enough(expected: 5)), state: .resolved, next: .resolved(Self.absence)),
        Row(status: .resolved(Self.person), observation: .seen(.afterFix), state: .regressed, next: .open),
        Row(status: .resolved(Self.absence), observation: .seen(.afterFix), state: .regressed, next: .open),
        Row(
            status: .resolved(Self.person), observation: .seen(.beforeFix), state: .known, next: .resolved(Self.person)),
        Row(status: .resolved(Self.absence), observation: .seen(.beforeFix), state: .known, next: .open),
        Row(
            status: .resolved(Self.person), observation: .seen(.unordered), state: .unknown,
            next: .resolved(Self.person)
        ),
        Row(status: .resolved(Self.person), observation: .seenBefore, state: .resolved, next: .resolved(Self.person)),
        Row(
            status: .resolved(Self.person), observation: .absent(.insufficient("x")), state: .resolved,
            next: .resolved(Self.person)),
        Row(
            status: .resolved(Self.absence), observation: .absent(.enough(expected: 5)), state: .resolved,
            next: .resolved(Self.absence)),
    ]

    @Test("each status and observation leads to one state", arguments: table)
    func transitions(row: Row) {
        let transition = ProblemTransition(status: row.status, observation: row.observation, newest: "r2", lastSeen: 10)
        #expect(transition.state == row.state)
        #expect(transition.status == row.next)
    }

    @Test("revisions are ordered by their generation, else by when they were first seen")
    func revisions() {
        let order = RevisionOrder(firstSeen: ["blue": 5, "green": 9, "shop-00100-aaa": 1])
        #expect(order.isNewer("shop-00101-abc", than: "shop-00099-zzz") == true)
        #expect(order.isNewer("shop-00009-abc", than: "shop-00010-zzz") == false)
        #expect(order.isNewer("shop-00100-aaa", than: "shop-00100-aaa") == false)
        #expect(order.isNewer("green", than: "blue") == true)
        #expect(order.isNewer("blue", than: "green") == false)
        #expect(order.isNewer("red", than: "green") == nil)
        #expect(order.isNewer("shop-00100-aaa", than: "cart-00002-aaa") == nil)
    }

    @Test("a priority comes from severity, rate, spread and words, and says so")
    func priorities() {
        func verdict(
            _ severity: LogSeverity, _ count: Int = 1, hours: Double = 1, revisions: Int = 1, _ words: String = ""
        ) -> PriorityVerdict {
            PriorityVerdict(
                severity: severity, count: count, interval: Int64(hours * 3.6e12), revisions: revisions, instances: 1,
                words: words)
        }
        #expect(verdict(.warning).priority == .p3)
        #expect(verdict(.warning, 12).priority == .p2)
        #expect(verdict(.error).priority == .p2)
        #expect(verdict(.error, 12, revisions: 2).priority == .p1)
        #expect(verdict(.error, 12, revisions: 2, "container called exit(1)").priority == .p0)
        #expect(verdict(.critical, 12).priority == .p0)
        #expect(verdict(.critical, 1, "Application startup failed").priority == .p0)
        #expect(
            verdict(.critical, 1, "Application startup failed").evidence.contains { $0.contains("application startup") }
        )
        #expect(verdict(.info, 12, "worker exited with 1").priority == .p2)
        #expect(verdict(.error, 3, hours: 0.001).priority == .p2)
    }
}
