/// Gathers an agent's reasoning, which arrives in pieces of a few letters, into lines worth an event.
struct ThoughtBuffer: Sendable {
    private var text = ""
    /// The step of the last thought, from 1.
    private(set) var step = 0

    private static let length = 240

    /// A thought that is said as it stands.
    mutating func say(_ thought: String) -> AgentEvent {
        step += 1
        return .thinking(thought, step: step, totalSteps: nil)
    }

    /// Adds a piece; returns the thoughts that became complete.
    mutating func append(_ piece: String) -> [AgentEvent] {
        text += piece
        var events: [AgentEvent] = []
        while let end = Self.end(of: text) {
            let thought = text[..<end]
            text = String(text[end...].drop { $0 == "\n" || $0 == " " })
            if let event = spoken(thought) { events.append(event) }
        }
        return events
    }

    /// What is left when the reasoning ends.
    mutating func flush() -> [AgentEvent] {
        defer { text = "" }
        return spoken(text[...]).map { [$0] } ?? []
    }

    private mutating func spoken(_ thought: Substring) -> AgentEvent? {
        let trimmed = thought.drop { $0.isWhitespace }
        guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        return say(String(trimmed[...last]))
    }

    /// The end of the first line, or of as many words as fit.
    private static func end(of text: String) -> String.Index? {
        if let line = text.firstIndex(of: "\n") { return text.index(after: line) }
        guard text.utf8.count > length,
            let limit = text.index(text.startIndex, offsetBy: length, limitedBy: text.endIndex)
        else { return nil }
        return text[..<limit].lastIndex(of: " ") ?? limit
    }
}
