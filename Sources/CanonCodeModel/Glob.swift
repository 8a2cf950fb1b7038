/// A pattern for a text without parts, such as a name or one segment of a path: `*` stands for any characters, `?` for one. There
/// are no other special characters.
public struct Glob: Sendable, Hashable {
    private let glob: [UInt8]
    private let ignoresCase: Bool
    /// The place of the only `*`, the usual form, which needs no search; -1 for others.
    private let onlyStar: Int

    /// - Parameter glob: in UTF-8.
    public init(_ glob: [UInt8]) { self.init(bytes: glob, ignoresCase: false) }

    /// - Parameter ignoresCase: whether capitals do not matter.
    public init(_ glob: String, ignoresCase: Bool = false) {
        self.init(bytes: Array((ignoresCase ? glob.lowercased() : glob).utf8), ignoresCase: ignoresCase)
    }

    private init(bytes glob: [UInt8], ignoresCase: Bool) {
        self.glob = glob
        self.ignoresCase = ignoresCase
        let stars = glob.indices.filter { glob[$0] == UInt8(ascii: "*") }
        onlyStar = stars.count == 1 && !glob.contains(UInt8(ascii: "?")) ? stars[0] : -1
    }

    /// Whether a text has a sign with a meaning.
    public static func isGlob(_ bytes: [UInt8]) -> Bool {
        bytes.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    public func matches(_ text: String) -> Bool {
        matchesBytes(Array((ignoresCase ? text.lowercased() : text).utf8)[...])
    }

    /// - Parameter text: in UTF-8.
    public func matches(_ text: ArraySlice<UInt8>) -> Bool {
        ignoresCase ? matches(String(decoding: text, as: UTF8.self)) : matchesBytes(text)
    }

    private func matchesBytes(_ text: ArraySlice<UInt8>) -> Bool {
        guard onlyStar >= 0 else { return search(text) }
        return text.withUnsafeBufferPointer { text in
            glob.withUnsafeBufferPointer { glob in
                guard text.count >= glob.count - 1 else { return false }
                for place in 0..<onlyStar where text[place] != glob[place] { return false }
                let shift = text.count - glob.count
                for place in onlyStar + 1..<glob.count where text[place + shift] != glob[place] { return false }
                return true
            }
        }
    }

    /// One place to go back to, the last `*`: no pattern takes more than the product of the two lengths.
    private func search(_ text: ArraySlice<UInt8>) -> Bool {
        var (sign, place) = (0, text.startIndex)
        var star: (sign: Int, place: Int)?
        while place < text.endIndex {
            if sign < glob.count, glob[sign] == UInt8(ascii: "*") {
                star = (sign, place)
                sign += 1
            } else if sign < glob.count, glob[sign] == UInt8(ascii: "?"), !Self.continues(text[place]) {
                sign += 1
                place += 1
                while place < text.endIndex, Self.continues(text[place]) { place += 1 }
            } else if sign < glob.count, glob[sign] == text[place] {
                sign += 1
                place += 1
            } else if let back = star {
                star = (back.sign, back.place + 1)
                (sign, place) = (back.sign + 1, back.place + 1)
            } else {
                return false
            }
        }
        return glob[sign...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Whether a byte is inside of a character's UTF-8.
    private static func continues(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
