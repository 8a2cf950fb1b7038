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
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, raw) in lines.enumerated() {
            let line = withoutComment(raw, isTOML: isTOML)
            let content = trimmed(line)
            guard !content.isEmpty else { continue }
            if open > 0 || (!isTOML && line.first.map { $0 == " " || $0 == "\t" } == true && !entries.isEmpty) {
                entries[entries.count - 1].value += (entries[entries.count - 1].value.isEmpty ? "" : "\n") + content
                open += isTOML ? depth(content) : 0
                continue
            }
            if content.first == "[", !content.dropFirst().contains("=") || content.hasSuffix("]") {
                section = trimmed(content[...].drop { $0 == "[" }.prefix { $0 != "]" }).filter {
                    $0 != "\"" && $0 != "'"
                }
                continue
            }
            guard let sign = content.firstIndex(where: { $0 == "=" || (!isTOML && $0 == ":") }) else { continue }
            let key = trimmed(content[..<sign]).filter { $0 != "\"" && $0 != "'" }
            let value = trimmed(content[content.index(after: sign)...])
            entries.append(Entry(section: section, key: key, value: value, line: index + 1))
            if isTOML { open = max(0, depth(value)) }
        }
        return entries
    }

    /// How many brackets stay open, those in quotes left out.
    private static func depth(_ text: String) -> Int {
        var depth = 0
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if "\"'".contains(character) {
                quote = character
            } else if "[{".contains(character) {
                depth += 1
            } else if "]}".contains(character) {
                depth -= 1
            }
        }
        return depth
    }

    private static func withoutComment(_ line: Substring, isTOML: Bool) -> Substring {
        var quote: Character?
        var isAfterBlank = true
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if isTOML, "\"'".contains(character) {
                quote = character
            } else if character == "#" || (!isTOML && character == ";"), isTOML || isAfterBlank {
                return line[..<index]
            }
            isAfterBlank = character == " " || character == "\t"
        }
        return line
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        return String(text)
    }
}
