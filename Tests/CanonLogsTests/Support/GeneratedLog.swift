import CanonTestSupport

/// Log lines of an invented service: each comes from one of a fixed set of statements, with drawn values.
struct GeneratedLog {
    static let statements = [
        "worker %n picked up job %u for tenant %w",
        "worker %n finished job %u in %n ms",
        "cache miss for key %k, loading from %p",
        "connection from %i (%h) accepted",
        "connection from %i () refused",
        "user %w logged in from %i",
        "retrying upload of %p to %h:%n, attempt %n of 5",
        "flushed segments %l",
        "payment %u: state changed from pending to settled",
        "payment %u: state changed from pending to refused",
        "listener eth%d is up",
        "queue depth=%n consumers=%n lag=%n ms",
        "mail to %w@%h bounced: mailbox full",
        "shutting down",
    ]

    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// A line and the number of its statement.
    mutating func next() -> (line: String, statement: Int) {
        let statement = Int.random(in: 0..<Self.statements.count, using: &generator)
        var line = ""
        var rest = Substring(Self.statements[statement])
        while let mark = rest.firstIndex(of: "%") {
            line += rest[..<mark]
            let kind = rest.index(after: mark)
            line += value(rest[kind])
            rest = rest[rest.index(after: kind)...]
        }
        return (line + rest, statement)
    }

    private mutating func value(_ kind: Character) -> String {
        let number = Int.random(in: 0..<1_000_000, using: &generator)
        switch kind {
        case "n": return String(number)
        case "u": return "\(String(number, radix: 16))-a1b2-4c3d-\(String(number * 7, radix: 16))"
        case "w": return word(number % 400)
        case "k": return "session:\(word(number % 300)):\(number)"
        case "p": return "/srv/data/\(word(number % 90))/\(number).bin"
        case "i": return "10.\(number % 250).\(number % 7).\(number % 199)"
        case "h": return "\(word(number % 50)).example.net"
        case "l": return (0...number % 6).map { String(number + $0) }.joined(separator: ", ")
        default: return String(number % 10)
        }
    }

    /// A word without digits.
    private func word(_ number: Int) -> String {
        let syllables = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "zu"]
        return syllables[number % 10] + syllables[number / 10 % 10] + syllables[number / 100 % 10] + "n"
    }

    mutating func lines(_ count: Int) -> [(line: String, statement: Int)] { (0..<count).map { _ in next() } }
}
