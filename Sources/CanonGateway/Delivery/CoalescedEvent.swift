import CanonWire

/// One event of a page, or the text deltas of one message in a row put together as one.
///
/// A client that is too slow for live text gets it in fewer and longer pieces. The piece stands for each event in it:
/// its frame carries `seq_from` and `seq`, and the text of all of them.
struct CoalescedEvent: Equatable, Sendable {
    /// The event, or the last of those it stands for with the text of all.
    let event: LogEvent
    /// The number of the first event that it stands for; `event.seq` when it is one.
    let from: Int64

    var count: Int { Int(event.seq - from + 1) }

    /// Joins what may be joined: deltas in a row of the same message and run that differ in nothing but their text.
    static func join(_ events: [LogEvent]) -> [CoalescedEvent] {
        var joined: [CoalescedEvent] = []
        var piece: Piece?
        for event in events {
            if piece?.extend(with: event) == true { continue }
            if let finished = piece { joined.append(finished.coalesced) }
            piece = Piece(event)
            if piece == nil { joined.append(CoalescedEvent(event: event, from: event.seq)) }
        }
        if let piece { joined.append(piece.coalesced) }
        return joined
    }

    /// A run of deltas.
    private struct Piece {
        private let from: Int64
        private var last: LogEvent
        private var text: String
        /// The members beside the text, which must be the same in all.
        private let rest: JSONObject

        /// Nil when the event is no delta.
        init?(_ event: LogEvent) {
            guard let (text, rest) = Self.parts(of: event) else { return nil }
            self.text = text
            self.rest = rest
            from = event.seq
            last = event
        }

        mutating func extend(with event: LogEvent) -> Bool {
            guard event.seq == last.seq + 1, event.run == last.run, event.agent == last.agent,
                event.parentRun == last.parentRun, let (text, rest) = Self.parts(of: event), rest == self.rest
            else { return false }
            self.text += text
            last = event
            return true
        }

        var coalesced: CoalescedEvent {
            guard from < last.seq else { return CoalescedEvent(event: last, from: from) }
            var fields = rest
            fields["delta"] = .string(text)
            let event = LogEvent(
                user: last.user, thread: last.thread, seq: last.seq, eventID: last.eventID, type: last.type,
                timestamp: last.timestamp, run: last.run, parentRun: last.parentRun, agent: last.agent,
                fields: fields.encodedText)
            return CoalescedEvent(event: event, from: from)
        }

        private static func parts(of event: LogEvent) -> (text: String, rest: JSONObject)? {
            guard event.type == .streamChunk,
                let fields = (try? JSONValue.parse(event.fields.utf8, depthLimit: 2 * JSONValue.defaultDepthLimit))?
                    .object,
                let text = fields["delta"]?.string
            else { return nil }
            return (text, JSONObject(fields.members.filter { $0.key != "delta" }))
        }
    }
}
