import CanonWire
import Testing

@testable import CanonGateway

@Suite("Text put together for a slow client")
struct CoalescedEventTests {
    private func event(
        _ seq: Int64, _ type: EventType = .streamChunk, run: String = "r", agent: String = "a",
        fields: JSONObject
    ) -> CanonWire.LogEvent {
        CanonWire.LogEvent(
            user: UserID("u"), thread: ThreadID("t"), seq: seq, eventID: EventID("e\(seq)"), type: type,
            timestamp: Timestamp(milliseconds: seq), run: RunID(run), parentRun: nil, agent: agent,
            fields: fields.encodedText)
    }

    private func delta(_ seq: Int64, _ text: String, message: String = "m", run: String = "r") -> CanonWire.LogEvent {
        event(seq, run: run, fields: ["message_id": .string(message), "delta": .string(text)])
    }

    /// `from-to:text` of each.
    private func shape(_ events: [CanonWire.LogEvent]) -> [String] {
        CoalescedEvent.join(events).map { piece in
            let text = try? JSONValue.parse(piece.event.fields.utf8)["delta"]?.string
            return "\(piece.from)-\(piece.event.seq):\(text ?? "")"
        }
    }

    @Test("deltas in a row of one message become one that has the number, the id and the time of the last")
    func joined() throws {
        let pieces = CoalescedEvent.join([delta(4, "He"), delta(5, "llo"), delta(6, " ünï\u{1F600}\n\"")])
        #expect(pieces.count == 1)
        let piece = try #require(pieces.first)
        #expect(piece.from == 4 && piece.count == 3)
        #expect(piece.event.seq == 6 && piece.event.eventID == EventID("e6"))
        #expect(piece.event.timestamp == Timestamp(milliseconds: 6))
        let fields = try JSONValue.parse(piece.event.fields.utf8)
        #expect(fields == ["message_id": "m", "delta": "Hello ünï\u{1F600}\n\""])
        let frame = try JSONValue.parse(EventFrame.superset.encode(piece.event, epoch: "E", from: piece.from))
        #expect(frame["seq_from"] == 4 && frame["seq"] == 6)
        #expect(frame["payload"]?["delta"] == "Hello ünï\u{1F600}\n\"")
        let flat = try JSONValue.parse(EventFrame.flat.encode(piece.event, epoch: "E", from: piece.from))
        #expect(flat["seq_from"] == 4 && flat["seq"] == 6)
    }

    @Test("what differs in anything but its text stays apart")
    func apart() {
        #expect(shape([delta(1, "a"), delta(2, "b", message: "n")]) == ["1-1:a", "2-2:b"])
        #expect(shape([delta(1, "a"), delta(2, "b", run: "q")]) == ["1-1:a", "2-2:b"])
        #expect(shape([delta(1, "a"), delta(3, "b")]) == ["1-1:a", "3-3:b"])
        #expect(
            shape([delta(1, "a"), event(2, fields: ["message_id": "m", "delta": "b", "model": "x"]), delta(3, "c")])
                == ["1-1:a", "2-2:b", "3-3:c"])
        #expect(
            shape([delta(1, "a"), event(2, agent: "b", fields: ["message_id": "m", "delta": "b"])]) == [
                "1-1:a", "2-2:b",
            ])
    }

    @Test("other events, and deltas without a text, go as they are and divide the text")
    func divided() {
        let thinking = event(3, .agentThinking, fields: ["reasoning": "hm"])
        #expect(
            shape([delta(1, "a"), delta(2, "b"), thinking, delta(4, "c"), delta(5, "d")])
                == ["1-2:ab", "3-3:", "4-5:cd"])
        #expect(
            shape([delta(1, "a"), event(2, fields: ["message_id": "m"]), delta(3, "c")]) == ["1-1:a", "2-2:", "3-3:c"])
        #expect(shape([]) == [])
    }

    @Test("a single event's frame has no seq_from")
    func single() throws {
        let frame = try JSONValue.parse(EventFrame.superset.encode(delta(1, "a"), epoch: "E", from: 1))
        #expect(frame["seq_from"] == nil)
    }
}
