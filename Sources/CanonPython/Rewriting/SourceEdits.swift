/// Replacements in a text, by offset. Everything between them stays byte for byte.
struct SourceEdits {
    struct Edit {
        var start: Int
        var end: Int
        var text: String
    }

    private(set) var edits: [Edit] = []

    var isEmpty: Bool { edits.isEmpty }

    mutating func replace(_ start: UInt32, _ end: UInt32, with text: String) {
        edits.append(Edit(start: Int(start), end: Int(end), text: text))
    }

    mutating func insert(_ text: String, at offset: UInt32) { replace(offset, offset, with: text) }

    mutating func remove(_ start: UInt32, _ end: UInt32) { replace(start, end, with: "") }

    /// Whether a place lies in something that is replaced already.
    func covers(_ start: UInt32, _ end: UInt32) -> Bool {
        edits.contains { $0.start < Int(end) && Int(start) < $0.end }
    }

    /// The bytes of the file with all edits made; nil when offsets of the text do not tell those in the file (an encoding with
    /// characters of several bytes), or when two edits overlap.
    ///
    /// - Parameter text: what the parser read: UTF-8, without byte order mark, with line feeds.
    func applied(to bytes: [UInt8], text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let map = OffsetMap(text: text, bytes: bytes) else { return nil }
        let newline = map.newline
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 256)
        var read = 0
        // At one place, what is inserted comes in the order in which it was asked for.
        let ordered = edits.enumerated().sorted {
            ($0.element.start, $0.element.end, $0.offset) < ($1.element.start, $1.element.end, $1.offset)
        }
        for (_, edit) in ordered {
            let (start, end) = (map.place(of: edit.start), map.place(of: edit.end))
            guard start >= read, end >= start else { return nil }
            result += bytes[read..<start]
            for byte in edit.text.utf8 {
                if byte == 0x0A { result += newline } else { result.append(byte) }
            }
            read = end
        }
        return result + bytes[read...]
    }
}

/// Where an offset of the parser's text lies in the file.
struct OffsetMap {
    /// Bytes of the byte order mark.
    private let mark: Int
    /// By offset of the text, where the two are not the same.
    private let places: [Int]?
    private let count: Int
    /// How the file ends its lines.
    let newline: [UInt8]

    init?(text: UnsafeBufferPointer<UInt8>, bytes: [UInt8]) {
        count = bytes.count
        mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let hasReturns = bytes.contains(0x0D)
        newline = !hasReturns ? [0x0A] : Self.firstNewline(bytes)
        let body = bytes[mark...]
        let isSame =
            !hasReturns && body.count <= text.count && zip(body, text).allSatisfy { $0 == $1 }
            && text.count - body.count <= 1
        guard !isSame else {
            places = nil
            return
        }
        // A byte of the file is a character, or part of one, of the text.
        var places: [Int] = []
        places.reserveCapacity(text.count + 1)
        var read = mark
        for byte in text {
            guard byte & 0xC0 != 0x80 || (read < bytes.count && bytes[read] == byte) else {
                // The rest of a character that is one byte in the file.
                places.append(read)
                continue
            }
            places.append(read)
            guard read < bytes.count else { continue }
            if byte == 0x0A {
                guard bytes[read] == 0x0A || bytes[read] == 0x0D else { return nil }
                if bytes[read] == 0x0D, read + 1 < bytes.count, bytes[read + 1] == 0x0A { read += 1 }
            } else if byte < 0x80 {
                guard bytes[read] == byte else { return nil }
            } else if bytes[read] < 0x80 {
                return nil
            }
            read += 1
        }
        guard read == bytes.count else { return nil }
        places.append(read)
        self.places = places
    }

    private static func firstNewline(_ bytes: [UInt8]) -> [UInt8] {
        guard let index = bytes.firstIndex(where: { $0 == 0x0D || $0 == 0x0A }) else { return [0x0A] }
        if bytes[index] == 0x0A { return [0x0A] }
        return index + 1 < bytes.count && bytes[index + 1] == 0x0A ? [0x0D, 0x0A] : [0x0D]
    }

    func place(of offset: Int) -> Int {
        guard let places else { return min(offset + mark, count) }
        return offset < places.count ? places[offset] : count
    }
}
