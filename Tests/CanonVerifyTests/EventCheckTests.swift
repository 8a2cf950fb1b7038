import CanonWire
import Testing

@testable import CanonVerify

@Suite("What must be so of a thread's events")
struct EventCheckTests {
    private static func events(_ types: [String], from first: Int64 = 1) -> [JSONObject] {
        types.enumerated().map { index, type in
            [
                "type": .string(type), "seq": .int(first + Int64(index)),
                "event_id": .string("e\(first + Int64(index))"),
                "epoch": "p", "user_id": "u", "thread_id": "t", "execution_id": "x",
            ]
        }
    }

    private static let path = EventType.goldenPath.map(\.rawValue)

    @Test("the five in their order hold, also with repetitions and pieces of text between")
    func order() throws {
        try EventChecks.order(of: Self.events(["user_message"] + Self.path))
        let long = [
            "agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_thinking", "stream_chunk",
            "agent_completed",
        ]
        try EventChecks.order(of: Self.events(long))
    }

    @Test(
        "another order, a missing one, two ends and an end in the middle do not",
        arguments: [
            ["agent_thinking", "agent_started", "tool_executing", "tool_completed", "agent_completed"],
            ["agent_started", "tool_executing", "tool_completed", "agent_thinking", "agent_completed"],
            ["agent_started", "agent_thinking", "tool_completed", "tool_executing", "agent_completed"],
            ["agent_started", "agent_thinking", "tool_executing", "agent_completed"],
            ["agent_started", "agent_thinking", "tool_executing", "tool_completed"],
            ["agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_error"],
            [
                "agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed",
                "agent_completed",
            ],
            ["agent_started", "agent_completed", "agent_thinking", "tool_executing", "tool_completed"], [],
        ])
    func disorder(types: [String]) {
        #expect(throws: StepFailure.self) { try EventChecks.order(of: Self.events(types)) }
    }

    @Test("numbers without holes hold, joined ones stand for all they hold")
    func sequence() throws {
        var events = Self.events(["a", "b", "c"], from: 4)
        try EventChecks.sequence(of: events, from: 4)
        events[2]["seq"] = 9
        events[2]["seq_from"] = 6
        try EventChecks.sequence(of: events, from: 4)
    }

    @Test("a hole, a repetition, another epoch, user or thread, and an id twice do not")
    func holes() {
        func expectFailure(_ change: (inout [JSONObject]) -> Void) {
            var events = Self.events(["a", "b", "c"])
            change(&events)
            #expect(throws: StepFailure.self) { try EventChecks.sequence(of: events, from: 1) }
        }
        expectFailure { $0.remove(at: 1) }
        expectFailure { $0.remove(at: 0) }
        expectFailure { $0.insert($0[1], at: 1) }
        expectFailure { $0.swapAt(0, 1) }
        expectFailure { $0[2]["epoch"] = "q" }
        expectFailure { $0[2]["user_id"] = "v" }
        expectFailure { $0[2]["thread_id"] = "s" }
        expectFailure { $0[2]["event_id"] = "e1" }
        expectFailure { $0[1]["seq"] = nil }
    }

    @Test("two receivers with another event, or another end, do not have the same log")
    func same() throws {
        let one = Self.events(["a", "b", "c"])
        try EventChecks.same(one, one, names: ("x", "y"))
        var other = one
        other[1]["event_id"] = "z"
        #expect(throws: StepFailure.self) { try EventChecks.same(one, other, names: ("x", "y")) }
        #expect(throws: StepFailure.self) { try EventChecks.same(one, Array(one.dropLast()), names: ("x", "y")) }
        #expect(throws: StepFailure.self) { try EventChecks.same(Array(one.dropLast()), one, names: ("x", "y")) }
    }
}
