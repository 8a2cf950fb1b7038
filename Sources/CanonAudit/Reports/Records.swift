import CanonFacts

/// Writes numbers, texts and lists behind each other. What reads them knows their order.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []
    /// Texts that stand there already, by their number.
    private var shared: [String: Int] = [:]

    /// Seven bits a byte, the lowest first; the last byte has its highest bit clear.
    mutating func write(_ number: Int) {
        var rest = UInt64(bitPattern: Int64(number))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func write(_ content: some Collection<UInt8>) {
        write(content.count)
        bytes += content
    }

    mutating func write(_ identity: FileIdentity) { withUnsafeBytes(of: identity) { bytes += $0 } }

    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { text in
            write(text.count)
            bytes.append(contentsOf: text)
        }
    }

    mutating func write(_ text: String?) { write(text.map { [$0] } ?? []) { $0.write($1) } }

    mutating func write<Element>(_ list: [Element], _ each: (inout RecordWriter, Element) -> Void) {
        write(list.count)
        for element in list { each(&self, element) }
    }

    /// A text that is likely to come again, a path: the second time it is a number.
    mutating func writeShared(_ text: String) {
        if let number = shared[text] { return write(number) }
        write(shared.count)
        shared[text] = shared.count
        write(text)
    }
}

/// Reads what a ``RecordWriter`` wrote. Once something is not as it should be, everything after it reads as nothing.
struct RecordReader {
    private let all: ArraySlice<UInt8>
    private var place: Int
    private var hasFailed = false
    private var shared: [String] = []

    init(_ bytes: ArraySlice<UInt8>) {
        all = bytes
        place = bytes.startIndex
    }

    /// Everything was read, and all of it was as it should be.
    var isAtEnd: Bool { !hasFailed && place == all.endIndex }

    mutating func number() -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while place < all.endIndex, shift < 64, !hasFailed {
            let byte = all[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(Int64(bitPattern: value)) }
            shift += 7
        }
        hasFailed = true
        return 0
    }

    mutating func bytes() -> ArraySlice<UInt8> {
        let count = count()
        defer { place += count }
        return all[place..<place + count]
    }

    /// A number of things that follow, each of which takes a byte at least.
    mutating func count() -> Int {
        let count = number()
        guard !hasFailed, count >= 0, count <= all.endIndex - place else {
            hasFailed = true
            return 0
        }
        return count
    }

    mutating func identity() -> FileIdentity? {
        let size = MemoryLayout<FileIdentity>.size
        guard !hasFailed, size <= all.endIndex - place else {
            hasFailed = true
            return nil
        }
        defer { place += size }
        return all[place..<place + size].withUnsafeBytes { $0.loadUnaligned(as: FileIdentity.self) }
    }

    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    mutating func optionalText() -> String? { list { $0.text() }.first }

    mutating func sharedText() -> String {
        let number = number()
        guard !hasFailed, number >= 0, number <= shared.count else {
            hasFailed = true
            return ""
        }
        if number == shared.count { shared.append(text()) }
        return shared[number]
    }

    /// - Parameter each: nil for what it cannot be.
    mutating func list<Element>(_ each: (inout RecordReader) -> Element?) -> [Element] {
        let count = count()
        var list: [Element] = []
        list.reserveCapacity(min(count, 1 << 16))
        while list.count < count, !hasFailed {
            guard let element = each(&self) else {
                hasFailed = true
                return []
            }
            list.append(element)
        }
        return list
    }
}
