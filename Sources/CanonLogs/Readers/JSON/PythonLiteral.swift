/// Reads the `repr` of a Python dictionary (or the JSON that it resembles) for the members that matter: a collector that calls
/// `str()` on a payload leaves single quotes, `None` and `True` behind.
struct PythonLiteral {
    private let text: ByteSpan
    private let arena: TextArena
    private var at = 0

    init(_ text: ByteSpan, arena: TextArena) {
        self.text = text
        self.arena = arena
    }

    /// Takes the members of the outermost dictionary whose values are texts. False when it is none.
    mutating func readDictionary(into values: FieldValues) -> Bool {
        guard byte == UInt8(ascii: "{") else { return false }
        at += 1
        var found = false
        while true {
            skipBlanks()
            guard let key = quoted() else { return found && byte == UInt8(ascii: "}") }
            skipBlanks()
            guard byte == UInt8(ascii: ":") else { return found }
            at += 1
            skipBlanks()
            if let value = quoted() {
                if take(key, value, into: values) { found = true }
            } else {
                skipValue()
            }
            skipBlanks()
            guard byte == UInt8(ascii: ",") else { return found }
            at += 1
        }
    }

    private func take(_ key: ByteSpan, _ value: ByteSpan, into values: FieldValues) -> Bool {
        let fields: [(StaticString, Field)] = [
            ("message", .message), ("msg", .message), ("event", .message), ("severity", .severity),
            ("level", .severity),
            ("logger", .logger), ("name", .logger), ("timestamp", .time), ("traceback", .traceback),
            ("exc_info", .traceback), ("service", .service),
        ]
        for (name, field) in fields where key.equals(name) {
            if !values.has(field) { values[field] = value }
            return field == .message
        }
        return false
    }

    private var byte: UInt8 { at < text.count ? text[at] : 0 }

    private mutating func skipBlanks() { while at < text.count, text[at].isBlank { at += 1 } }

    /// The text in single or double quotes at `at`; nil when there is none, or its end is missing.
    private mutating func quoted() -> ByteSpan? {
        let quote = byte
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        let start = at + 1
        var end = start
        while end < text.count, text[end] != quote { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
        guard end < text.count else { return nil }
        at = end + 1
        return arena.unescaped(text.part(start..<end))
    }

    /// Passes over a number, a name, or whatever is in brackets.
    private mutating func skipValue() {
        var depth = 0
        while at < text.count {
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                guard quoted() != nil else {
                    at = text.count
                    return
                }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"):
                if depth == 0 { return }
                depth -= 1
            case UInt8(ascii: ","): if depth == 0 { return }
            default: break
            }
            at += 1
        }
    }
}
