/// What to look for in the text or path of files.
enum SearchPattern: Hashable, Sendable {
    /// Words in this order, any case, with nothing or one of space, `_`, `-`, `.`, `/` between them.
    case words([String])
    /// A text as it is.
    case literal(String)

    /// How a reader would say it.
    var description: String {
        switch self {
        case .words(let words):
            "\"\(words.joined(separator: " "))\" in any case"
                + (words.count > 1 ? ", with or without a separator between the words" : "")
        case .literal(let text): "\"\(text)\""
        }
    }
}

/// Looks for many patterns in one reading of a text.
///
/// At each byte the last three letters index a table of what patterns can begin with, so that nearly all places cost one look.
struct WordSearch {
    private struct Needle {
        /// Letters and digits in lower case; for a literal the bytes as they are.
        var bytes: [UInt8]
        /// Before which bytes of a word a separator may stand.
        var joints: Set<Int>
        var isLiteral: Bool
    }

    private let needles: [Needle]
    /// By the hash of three folded bytes: the needles that begin so.
    private var table: [[Int]] = Array(repeating: [], count: 1 << 15)
    /// Too short for the table.
    private var short: [Int] = []

    init(_ patterns: [SearchPattern]) {
        needles = patterns.map { pattern in
            switch pattern {
            case .words(let words):
                var bytes: [UInt8] = []
                var joints: Set<Int> = []
                for word in words {
                    if !bytes.isEmpty { joints.insert(bytes.count) }
                    bytes += word.lowercased().utf8
                }
                return Needle(bytes: bytes, joints: joints, isLiteral: false)
            case .literal(let text): return Needle(bytes: Array(text.utf8), joints: [], isLiteral: true)
            }
        }
        for (index, needle) in needles.enumerated() where !needle.bytes.isEmpty {
            let beginning = needle.bytes.prefix(3).map(Self.folded)
            if beginning.count == 3, !needle.joints.contains(1), !needle.joints.contains(2) {
                table[Self.hash(beginning[0], beginning[1], beginning[2])].append(index)
            } else {
                short.append(index)
            }
        }
    }

    /// Which of the patterns stand in a text, by their index.
    func found(in text: [UInt8]) -> Set<Int> {
        var found: Set<Int> = []
        text.withUnsafeBufferPointer { text in
            for index in short where (0..<text.count).contains(where: { matches(needles[index], text, $0) }) {
                found.insert(index)
            }
            guard text.count >= 3, needles.count > short.count else { return }
            table.withUnsafeBufferPointer { table in
                for start in 0..<(text.count - 2) {
                    let candidates = table[
                        Self.hash(
                            Self.folded(text[start]), Self.folded(text[start + 1]), Self.folded(text[start + 2]))]
                    guard !candidates.isEmpty else { continue }
                    for index in candidates
                    where !found.contains(index) && matches(needles[index], text, start) {
                        found.insert(index)
                    }
                    if found.count == needles.count { return }
                }
            }
        }
        return found
    }

    private func matches(_ needle: Needle, _ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
        var place = start
        for (offset, wanted) in needle.bytes.enumerated() {
            guard place < text.count else { return false }
            if needle.joints.contains(offset), Self.isSeparator(text[place]) { place += 1 }
            guard place < text.count else { return false }
            let byte = needle.isLiteral ? text[place] : Self.folded(text[place])
            guard byte == wanted else { return false }
            place += 1
        }
        return true
    }

    private static func hash(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Int {
        Int(a & 31) << 10 | Int(b & 31) << 5 | Int(c & 31)
    }

    private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x5F, 0x2D, 0x2E, 0x2F: true
        default: false
        }
    }
}
