private import Foundation

/// Writes values as JSON text while they are encoded: the very bytes that Foundation's encoder gives with sorted keys, slashes
/// as they are, and an indented line for each member, without a tree of values in between. A report of ten thousand findings is
/// written several times as fast.
///
/// It knows what synthesized conformances do. Containers that a type nests by hand are refused: no type of a report does.
enum JSONTextEncoder {
    /// - Throws: what an `encode(to:)` throws, or ``NumberNotFinite``.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let text = JSONText()
        try text.encode(value)
        return text.bytes
    }

    /// JSON has no way to write it.
    struct NumberNotFinite: Error {
        var number: Double
    }
}

/// The text so far, and the objects and arrays that are open.
///
/// One thread writes, and nothing that is called while a variable is changed comes back to it: the check of each access for
/// another one under way would cost a third of the time.
final class JSONText {
    @exclusivity(unchecked) private var text = ByteSink()
    @exclusivity(unchecked) private var open: [Frame] = []
    /// Members of the open objects and elements of the open arrays, those of the innermost last.
    @exclusivity(unchecked) private var parts: [Part] = []
    @exclusivity(unchecked) private var sorted: [Part] = []
    @exclusivity(unchecked) private var scratch = ByteSink()
    /// How many objects and arrays are open within the innermost of ``open``.
    @exclusivity(unchecked) private var inset = 0

    struct Frame {
        var isObject: Bool
        var firstPart: Int
    }

    struct Part {
        /// Where its line begins, with the indentation.
        var start: Int
        /// Where it ends, once the object is complete.
        var end = 0
        /// Where its key begins and ends, between the quotes.
        var keyStart = 0
        var keyEnd = 0
        /// The first eight bytes of the key, which nearly always tell keys apart.
        var head: UInt64 = 0
    }

    var bytes: [UInt8] { text.bytes }
    var depth: Int { open.count }

    // MARK: Values

    func encode<Value: Encodable>(_ value: Value) throws {
        // Elements of an array come here whatever they are.
        if Value.self == String.self { return write(value as! String) }
        if Value.self == Int.self { return write(value as! Int) }
        if Value.self == Finding.self { return write(value as! Finding) }
        let depth = open.count
        let before = text.count
        try value.encode(to: JSONValueEncoder(text: self, depth: depth))
        while open.count > depth { close() }
        // A type without members.
        if text.count == before {
            begin(isObject: true, at: depth)
            close()
        }
    }

    func write(_ number: some BinaryInteger) { text.append(String(number)) }

    /// Most numbers are lines.
    func write(_ number: Int) {
        guard (0..<10_000).contains(number) else { return text.append(String(number)) }
        if number >= 1_000 { text.append(UInt8(ascii: "0") + UInt8(number / 1_000)) }
        if number >= 100 { text.append(UInt8(ascii: "0") + UInt8(number / 100 % 10)) }
        if number >= 10 { text.append(UInt8(ascii: "0") + UInt8(number / 10 % 10)) }
        text.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    func write(_ number: Double) throws {
        guard number.isFinite else { throw JSONTextEncoder.NumberNotFinite(number: number) }
        let digits = number.description
        text.append(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits)
    }

    func write(_ flag: Bool) { text.append(flag ? "true" : "false" as StaticString) }

    func writeNull() { text.append("null" as StaticString) }

    func write(_ value: String) {
        text.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { value in
            var written = 0
            for index in value.indices {
                let byte = value[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                text.append(UnsafeBufferPointer(rebasing: value[written..<index]))
                appendEscape(of: byte)
                written = index + 1
            }
            text.append(UnsafeBufferPointer(rebasing: value[written...]))
        }
        text.append(UInt8(ascii: "\""))
    }

    private func appendEscape(of byte: UInt8) {
        switch byte {
        case 0x08: text.append("\\b" as StaticString)
        case 0x09: text.append("\\t" as StaticString)
        case 0x0A: text.append("\\n" as StaticString)
        case 0x0C: text.append("\\f" as StaticString)
        case 0x0D: text.append("\\r" as StaticString)
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            text.append("\\u00" as StaticString)
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        default:
            text.append(UInt8(ascii: "\\"))
            text.append(byte)
        }
    }

    // MARK: Objects whose members are given in the order of their keys

    /// Adds the members of one object.
    struct Members {
        let text: JSONText
        fileprivate var isFirst = true

        /// Begins the next member; its value is to follow.
        mutating func begin(_ key: StaticString) {
            text.beginItem(isFirst: isFirst)
            isFirst = false
            text.text.append("\"" as StaticString)
            text.text.append(key)
            text.text.append("\" : " as StaticString)
        }
    }

    func writeObject(_ body: (inout Members) -> Void) {
        text.append("{\n" as StaticString)
        inset += 1
        var members = Members(text: self)
        body(&members)
        inset -= 1
        end("}")
    }

    func writeArray<Element>(_ elements: [Element], _ body: (Element) -> Void) {
        text.append("[\n" as StaticString)
        inset += 1
        var isFirst = true
        for element in elements {
            beginItem(isFirst: isFirst)
            isFirst = false
            body(element)
        }
        inset -= 1
        end("]")
    }

    private func beginItem(isFirst: Bool) {
        if !isFirst { text.append(",\n" as StaticString) }
        text.appendBlanks(2 * (open.count + inset))
    }

    private func end(_ sign: StaticString) {
        text.append(UInt8(ascii: "\n"))
        text.appendBlanks(2 * (open.count + inset))
        text.append(sign)
    }

    // MARK: Objects and arrays

    /// Begins an object or array, unless the value has begun it already.
    func begin(isObject: Bool, at depth: Int) {
        guard open.count == depth else { return }
        text.append(isObject ? "{\n" : "[\n" as StaticString)
        open.append(Frame(isObject: isObject, firstPart: parts.count))
    }

    func beginMember(_ key: String) {
        beginPart()
        let start = text.count + 1
        write(key)
        let last = parts.count - 1
        parts[last].keyStart = start
        parts[last].keyEnd = text.count - 1
        parts[last].head = text.head(from: start, to: text.count - 1)
        text.append(" : " as StaticString)
    }

    func beginPart() {
        if parts.count > open[open.count - 1].firstPart { text.append(",\n" as StaticString) }
        parts.append(Part(start: text.count))
        text.appendBlanks(2 * open.count)
    }

    func elementCount(at depth: Int) -> Int { parts.count - open[depth].firstPart }

    private func close() {
        let frame = open.removeLast()
        if frame.isObject { sortMembers(from: frame.firstPart) }
        parts.removeSubrange(frame.firstPart...)
        text.append(UInt8(ascii: "\n"))
        text.appendBlanks(2 * open.count)
        text.append(UInt8(ascii: frame.isObject ? "}" : "]"))
    }

    /// Puts the members of the innermost object in the order of their keys.
    private func sortMembers(from first: Int) {
        sorted.removeAll(keepingCapacity: true)
        var isSorted = true
        for place in parts.indices[first...] {
            var part = parts[place]
            // Two bytes, a comma and the line's end, stand between members.
            part.end = place + 1 < parts.count ? parts[place + 1].start - 2 : text.count
            // By insertion: there are few, and types name their members nearly in order.
            var slot = sorted.count
            while slot > 0, isBefore(part, sorted[slot - 1]) { slot -= 1 }
            if slot < sorted.count { isSorted = false }
            sorted.insert(part, at: slot)
        }
        guard !isSorted else { return }
        let start = parts[first].start
        scratch.removeAll()
        for (place, part) in sorted.enumerated() {
            if place > 0 { scratch.append(",\n" as StaticString) }
            scratch.append(text[part.start..<part.end])
        }
        text.replace(from: start, with: scratch)
    }

    private func isBefore(_ a: Part, _ b: Part) -> Bool {
        if a.head != b.head { return a.head < b.head }
        return text[a.keyStart..<a.keyEnd].lexicographicallyPrecedes(text[b.keyStart..<b.keyEnd])
    }
}

/// Bytes that are appended to, a few at a time.
struct ByteSink: ~Copyable {
    private var base = malloc(1 << 12)!.assumingMemoryBound(to: UInt8.self)
    private var capacity = 1 << 12
    private(set) var count = 0

    deinit { free(base) }

    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Valid until something is appended.
    subscript(range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// Up to eight bytes as a number that orders as they do.
    func head(from start: Int, to end: Int) -> UInt64 {
        var head: UInt64 = 0
        for (place, byte) in self[start..<end].prefix(8).enumerated() { head |= UInt64(byte) << (56 - 8 * place) }
        return head
    }

    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(bytes.count)
        (base + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    mutating func appendBlanks(_ number: Int) {
        reserve(number)
        (base + count).update(repeating: UInt8(ascii: " "), count: number)
        count += number
    }

    mutating func replace(from start: Int, with other: borrowing ByteSink) {
        precondition(start >= 0 && start <= count)
        count = start
        append(UnsafeBufferPointer(start: other.base, count: other.count))
    }

    mutating func removeAll() { count = 0 }

    private mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(to: count + more) }
    }

    @inline(never)
    private mutating func grow(to wanted: Int) {
        capacity = max(wanted, capacity * 2)
        // The system moves many pages without touching what is in them.
        guard let larger = realloc(base, capacity) else { preconditionFailure("no memory for a report") }
        base = larger.assumingMemoryBound(to: UInt8.self)
    }
}

/// Writes one value.
private struct JSONValueEncoder: Encoder {
    let text: JSONText
    /// Of what is open around the value.
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        text.begin(isObject: true, at: depth)
        return KeyedEncodingContainer(JSONObjectWriter<Key>(text: text))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        text.begin(isObject: false, at: depth)
        return JSONArrayWriter(text: text, depth: depth)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingleWriter(text: text) }
}

private func refuseNesting() -> Never {
    preconditionFailure("a type of a report nests a container by hand; give the part a type of its own")
}

private struct JSONObjectWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let text: JSONText

    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) {
        text.beginMember(key.stringValue)
        text.writeNull()
    }

    func encode(_ value: String, forKey key: Key) {
        text.beginMember(key.stringValue)
        text.write(value)
    }

    func encode(_ value: Int, forKey key: Key) {
        text.beginMember(key.stringValue)
        text.write(value)
    }

    func encode(_ value: Bool, forKey key: Key) {
        text.beginMember(key.stringValue)
        text.write(value)
    }

    func encode(_ value: Double, forKey key: Key) throws {
        text.beginMember(key.stringValue)
        try text.write(value)
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        text.beginMember(key.stringValue)
        try text.encode(value)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> { refuseNesting() }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { refuseNesting() }
    func superEncoder() -> any Encoder { refuseNesting() }
    func superEncoder(forKey key: Key) -> any Encoder { refuseNesting() }
}

private struct JSONArrayWriter: UnkeyedEncodingContainer {
    let text: JSONText
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var count: Int { text.elementCount(at: depth) }

    func encodeNil() {
        text.beginPart()
        text.writeNull()
    }

    func encode(_ value: some Encodable) throws {
        text.beginPart()
        try text.encode(value)
    }

    func nestedContainer<NestedKey: CodingKey>(keyedBy keyType: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
        refuseNesting()
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { refuseNesting() }
    func superEncoder() -> any Encoder { refuseNesting() }
}

private struct JSONSingleWriter: SingleValueEncodingContainer {
    let text: JSONText

    var codingPath: [any CodingKey] { [] }

    func encodeNil() { text.writeNull() }
    func encode(_ value: Bool) { text.write(value) }
    func encode(_ value: String) { text.write(value) }
    func encode(_ value: Double) throws { try text.write(value) }
    func encode(_ value: Float) throws { try text.write(Double(value)) }
    func encode(_ value: Int) { text.write(value) }
    func encode(_ value: Int8) { text.write(value) }
    func encode(_ value: Int16) { text.write(value) }
    func encode(_ value: Int32) { text.write(value) }
    func encode(_ value: Int64) { text.write(value) }
    func encode(_ value: UInt) { text.write(value) }
    func encode(_ value: UInt8) { text.write(value) }
    func encode(_ value: UInt16) { text.write(value) }
    func encode(_ value: UInt32) { text.write(value) }
    func encode(_ value: UInt64) { text.write(value) }
    func encode(_ value: some Encodable) throws { try text.encode(value) }
}
