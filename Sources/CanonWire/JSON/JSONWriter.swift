/// Appends compact JSON to a byte array. Doubles must be finite: JSON has no word for the others.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init(reservingCapacity capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    /// Appends bytes that are JSON already, or punctuation between values.
    public mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    public mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: raw("null" as StaticString)
        case .bool(let value): raw(value ? "true" : "false" as StaticString)
        case .int(let value): raw(String(value))
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                self.value(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object): self.object(object)
        }
    }

    public mutating func object(_ object: JSONObject) {
        bytes.append(UInt8(ascii: "{"))
        members(object, leadingComma: false)
        bytes.append(UInt8(ascii: "}"))
    }

    /// The members without their braces, to be spliced into an object that is being written.
    public mutating func members(_ object: JSONObject, leadingComma: Bool) {
        var needsComma = leadingComma
        for (key, value) in object.members {
            if needsComma { bytes.append(UInt8(ascii: ",")) }
            needsComma = true
            string(key)
            bytes.append(UInt8(ascii: ":"))
            self.value(value)
        }
    }

    private mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON cannot hold \(value)")
        raw(value.description)
    }

    public mutating func string(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var runStart = 0
            for index in 0..<utf8.count {
                let byte = utf8[index]
                // Most text needs no escape, so unescaped runs are copied whole.
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[runStart..<index]))
                escape(byte)
                runStart = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[runStart...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            let digits: StaticString = "0123456789abcdef"
            raw("u00" as StaticString)
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}

extension JSONValue {
    /// Compact JSON, UTF-8.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }
}

extension JSONObject {
    /// Compact JSON text.
    public var encodedText: String {
        var writer = JSONWriter()
        writer.object(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
