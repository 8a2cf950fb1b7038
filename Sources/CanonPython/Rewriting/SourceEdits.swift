/// Replacements in a text, by offset.
struct SourceEdits {
    private var edits: [(start: Int, end: Int, text: String)] = []

    var count: Int { edits.count }

    mutating func replace(_ start: UInt32, _ end: UInt32, with text: String) {
        edits.append((Int(start), Int(end), text))
    }

    /// The bytes with all of them made.
    func applied(to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 256)
        var read = 0
        for edit in edits.sorted(by: { $0.start < $1.start }) {
            result += bytes[read..<edit.start]
            result += Array(edit.text.utf8)
            read = edit.end
        }
        return result + bytes[read...]
    }
}
