extension String {
    /// The number of terminal cells the text takes: two for East Asian wide characters and emoji, none for combining
    /// marks (Unicode Standard Annex 11; emoji as in Unicode Technical Standard 51).
    var displayWidth: Int {
        reduce(0) { $0 + $1.displayWidth }
    }

    /// The longest beginning that fits into so many cells, ending in `…` when something was cut off.
    func truncated(toWidth width: Int) -> String {
        guard displayWidth > width else { return self }
        guard width > 0 else { return "" }
        var result = ""
        var used = 0
        for character in self {
            guard used + character.displayWidth <= width - 1 else { break }
            result.append(character)
            used += character.displayWidth
        }
        return result + "…"
    }

    /// The longest end that fits into so many cells, beginning with `…` when something was cut off: of a dotted name the end
    /// says most.
    func truncated(toLastCells width: Int) -> String {
        guard displayWidth > width else { return self }
        guard width > 0 else { return "" }
        var result: [Character] = []
        var used = 0
        for character in reversed() {
            guard used + character.displayWidth <= width - 1 else { break }
            result.append(character)
            used += character.displayWidth
        }
        return "…" + String(result.reversed())
    }

    /// Control characters as visible escapes, so that text from outside cannot steer the terminal or break a line.
    var escapingControls: String {
        guard unicodeScalars.contains(where: \.isTerminalControl) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.isTerminalControl: result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Character {
    fileprivate var displayWidth: Int {
        let scalars = unicodeScalars
        // U+FE0F asks for the emoji form of a character that has a text form too; U+20E3 makes a keycap.
        if scalars.contains("\u{FE0F}") || scalars.contains("\u{20E3}") { return 2 }
        return scalars.first.map(\.displayWidth) ?? 0
    }
}

extension Unicode.Scalar {
    /// C0, C1, DEL, and the characters that reorder or hide what follows them.
    fileprivate var isTerminalControl: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    fileprivate var displayWidth: Int {
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? 0 : 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        if properties.isEmojiPresentation { return 2 }
        return Self.isWide(value) ? 2 : 1
    }

    /// East_Asian_Width W or F, in blocks: unassigned places inside a wide block are wide as well, as Annex 11 asks.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
            0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FB, 0x1F200...0x1F2FF,
            0x20000...0x2FFFD, 0x30000...0x3FFFD:
            true
        default: false
        }
    }
}
