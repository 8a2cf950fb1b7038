private import Foundation

/// The text of one source file by lines, for what facts do not keep: the key of a subscript, an argument.
struct SourceLines {
    private let bytes: [UInt8]
    private var starts: [Int] = [0]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            var place = 0
            while place < bytes.count, let end = memchr(start + place, 0x0A, bytes.count - place) {
                place = UnsafeRawPointer(end) - start + 1
                starts.append(place)
            }
        }
    }

    /// A line without blanks around, at most 120 bytes of it.
    func text(line: Int) -> String {
        guard starts.indices.contains(line - 1) else { return "" }
        let end = line < starts.count ? starts[line] - 1 : bytes.count
        var text = bytes[starts[line - 1]..<max(starts[line - 1], end)].drop { $0 == 0x20 || $0 == 0x09 }
        while text.last == 0x0D || text.last == 0x20 { text.removeLast() }
        return text.count <= 120
            ? String(decoding: text, as: UTF8.self) : String(decoding: text.prefix(117), as: UTF8.self) + "..."
    }

    /// Whether a text stands in some lines.
    func holds(_ text: String, in lines: ClosedRange<Int>) -> Bool {
        guard let start = starts.dropFirst(lines.lowerBound - 1).first else { return false }
        let end = lines.upperBound < starts.count ? starts[lines.upperBound] : bytes.count
        let wanted = Array(text.utf8)
        return bytes[start..<max(start, end)].indices.contains {
            bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted)
        }
    }

    /// What stands in the first brackets behind a dotted name, up to a comma: the key of `name[key]`, the first argument of
    /// `name(argument)`.
    ///
    /// - Parameters:
    ///   - column: of the name, from 0, in bytes.
    ///   - name: the dotted text that stands there.
    /// - Returns: nil when no bracket follows.
    func argument(line: Int, column: Int, after name: String) -> (bracket: Character, text: String)? {
        guard starts.indices.contains(line - 1) else { return nil }
        var index = starts[line - 1] + column
        for byte in name.utf8 {
            while index < bytes.count, Self.isBlank(bytes[index]), byte != bytes[index] { index += 1 }
            guard index < bytes.count, bytes[index] == byte else { return nil }
            index += 1
        }
        while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "[") || bytes[index] == UInt8(ascii: "(") else {
            return nil
        }
        let bracket: Character = bytes[index] == UInt8(ascii: "[") ? "[" : "("
        var depth = 0
        var quote: UInt8 = 0
        var text: [UInt8] = []
        index += 1
        while index < bytes.count, text.count < 120 {
            let byte = bytes[index]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == 0x22 || byte == 0x27 {
                quote = byte
            } else if byte == 0x28 || byte == 0x5B || byte == 0x7B {
                depth += 1
            } else if byte == 0x29 || byte == 0x5D || byte == 0x7D {
                if depth == 0 { break }
                depth -= 1
            } else if byte == 0x2C, depth == 0, bracket == "(" {
                break
            }
            text.append(byte)
            index += 1
        }
        let words = text.split { Self.isBlank($0) }.map { String(decoding: $0, as: UTF8.self) }
        return (bracket, words.joined(separator: " "))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D || byte == 0x5C
    }
}
