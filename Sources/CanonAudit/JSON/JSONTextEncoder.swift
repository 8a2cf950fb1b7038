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
private final class JSONText {
    private(set) var bytes: [UInt8] = []
    private var open: [Frame] = []
    /// Members of the open objects and elements of the open arrays, those of the innermost last.
    private var parts: [Part] = []
    private var scratch: [UInt8] = []

    struct Frame {
        var isObject: Bool
        var firstPart: Int
    }

    struct Part {
        /// Where its line begins, with the indentation.
        var start: Int
        /// Of the key, between the quotes.
        var key: Range<Int>
    }

    var depth: Int { open.count }

    // MARK: Values

    func encode<Value: Encodable>(_ value: Value) throws {
        // The synthesized code of a type asks for these by the general method when they are elements of an array.
        if Value.self == String.self { return write(value as! String) }
        if Value.self == Int.self { return write(value as! Int) }
        let depth = open.count
        let before = bytes.count
        try value.encode(to: JSONValueEncoder(text: self, depth: depth))
        while open.count > depth { close() }
        // A type without members.
        if bytes.count == before {
            begin(isObject: true, at: depth)
            close()
        }
    }

    func write(_ number: some BinaryInteger) { bytes.append(contentsOf: String(number).utf8) }

    func write(_ number: Double) throws {
        guard number.isFinite else { throw JSONTextEncoder.NumberNotFinite(number: number) }
        let text = number.description
        bytes.append(contentsOf: text.hasSuffix(".0") ? text.utf8.dropLast(2) : text.utf8[...])
    }

    func write(_ flag: Bool) { bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8) }

    func writeNull() { bytes.append(contentsOf: "null".utf8) }

    func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(text)
        bytes.append(UInt8(ascii: "\""))
    }

    private func appendEscaped(_ text: String) {
        var text = text
        text.withUTF8 { text in
            var written = 0
            for (index, byte) in text.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes.append(contentsOf: text[written..<index])
                appendEscape(of: byte)
                written = index + 1
            }
            bytes.append(contentsOf: text[written...])
        }
    }

    private func appendEscape(of byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }

    // MARK: Objects and arrays

    /// Begins an object or array, unless the value has begun it already.
    func begin(isObject: Bool, at depth: Int) {
        guard open.count == depth else { return }
        bytes.append(UInt8(ascii: isObject ? "{" : "["))
        bytes.append(UInt8(ascii: "\n"))
        open.append(Frame(isObject: isObject, firstPart: parts.count))
    }

    func beginMember(_ key: String) {
        beginPart()
        let start = bytes.count + 1
        write(key)
        parts[parts.count - 1].key = start..<bytes.count - 1
        bytes.append(contentsOf: " : ".utf8)
    }

    func beginPart() {
        if parts.count > open[open.count - 1].firstPart {
            bytes.append(UInt8(ascii: ","))
            bytes.append(UInt8(ascii: "\n"))
        }
        parts.append(Part(start: bytes.count, key: 0..<0))
        indent()
    }

    func elementCount(at depth: Int) -> Int { parts.count - open[depth].firstPart }

    private func indent() { for _ in 0..<open.count { bytes.append(contentsOf: "  ".utf8) } }

    private func close() {
        let frame = open.removeLast()
        if frame.isObject { sortMembers(from: frame.firstPart) }
        parts.removeSubrange(frame.firstPart...)
        bytes.append(UInt8(ascii: "\n"))
        indent()
        bytes.append(UInt8(ascii: frame.isObject ? "}" : "]"))
    }

    /// Puts the members of the innermost object in the order of their keys.
    private func sortMembers(from first: Int) {
        let members = parts[first...]
        guard members.count > 1 else { return }
        let sorted = members.indices.sorted { isBefore(parts[$0].key, parts[$1].key) }
        guard !sorted.elementsEqual(members.indices) else { return }
        let start = parts[first].start
        scratch.removeAll(keepingCapacity: true)
        for (place, member) in sorted.enumerated() {
            // Two bytes, a comma and the line's end, stand between members.
            let end = member + 1 < parts.count ? parts[member + 1].start - 2 : bytes.count
            if place > 0 { scratch.append(contentsOf: ",\n".utf8) }
            scratch.append(contentsOf: bytes[parts[member].start..<end])
        }
        bytes.replaceSubrange(start..., with: scratch)
    }

    private func isBefore(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
        bytes[a].lexicographicallyPrecedes(bytes[b])
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
