/// Reads settings out of INI files and TOML, as far as tools for Python keep theirs there: sections, keys, values and lines.
///
/// No value is interpreted; quotes and brackets are the caller's (``Entry/words`` takes them off). What is no setting is skipped.
enum SettingsText {
    struct Entry: Equatable {
        /// `tool.coverage.report`, `tool:pytest`; empty above the first one. Of `[[a.b]]` it is `a.b`.
        var section: String
        var key: String
        /// As written, of several lines when it has several, without comments.
        var value: String
        /// Of the key, from 1.
        var line: Int

        /// The value without quotes and brackets, cut at blanks, commas and ends of lines.
        var words: [String] {
            value.split { " ,\n\t\"'[]".contains($0) }.map(String.init)
        }

        /// The value without quotes around it.
        var text: String {
            guard let quote = value.first, "\"'".contains(quote), value.last == quote, value.count >= 2 else {
                return value
            }
            return String(value.dropFirst().dropLast())
        }
    }

    static func entries(of bytes: [UInt8], isTOML: Bool) -> [Entry] {
        var entries: [Entry] = []
        var section = ""
        var open = 0
        // By bytes: all signs are ASCII, and to look for the end of each character first takes ten times as long.
        for (index, raw) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let line = withoutComment(raw, isTOML: isTOML)
            let content = trimmed(line)
            guard let first = content.first else { continue }
            if open > 0 || (!isTOML && line.first.map { $0 == 0x20 || $0 == 0x09 } == true && !entries.isEmpty) {
                let before = entries[entries.count - 1].value
                entries[entries.count - 1].value = before + (before.isEmpty ? "" : "\n") + text(content)
                open += isTOML ? depth(content) : 0
                continue
            }
            if first == UInt8(ascii: "["),
                !content.dropFirst().contains(UInt8(ascii: "=")) || content.last == UInt8(ascii: "]")
            {
                let name = content.drop { $0 == UInt8(ascii: "[") }.prefix { $0 != UInt8(ascii: "]") }
                section = withoutQuotes(trimmed(name))
                continue
            }
            let sign = content.firstIndex { $0 == UInt8(ascii: "=") || (!isTOML && $0 == UInt8(ascii: ":")) }
            guard let sign else { continue }
            let value = trimmed(content[(sign + 1)...])
            entries.append(
                Entry(
                    section: section, key: withoutQuotes(trimmed(content[..<sign])), value: text(value),
                    line: index + 1))
            if isTOML { open = max(0, depth(value)) }
        }
        return entries
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    private static func withoutQuotes(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.filter { !isQuote($0) }, as: UTF8.self)
    }

    /// How many brackets stay open, those in quotes left out.
    private static func depth(_ text: ArraySlice<UInt8>) -> Int {
        var depth = 0
        var quote: UInt8?
        for byte in text {
            if let open = quote {
                if byte == open { quote = nil }
            } else if isQuote(byte) {
                quote = byte
            } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
                depth -= 1
            }
        }
        return depth
    }

    private static func withoutComment(_ line: ArraySlice<UInt8>, isTOML: Bool) -> ArraySlice<UInt8> {
        var quote: UInt8?
        var isAfterBlank = true
        for (index, byte) in zip(line.indices, line) {
            if let open = quote {
                if byte == open { quote = nil }
            } else if isTOML, isQuote(byte) {
                quote = byte
            } else if byte == UInt8(ascii: "#") || (!isTOML && byte == UInt8(ascii: ";")), isTOML || isAfterBlank {
                return line[..<index]
            }
            isAfterBlank = byte == 0x20 || byte == 0x09
        }
        return line
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
