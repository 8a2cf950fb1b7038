/// The identity of a canonical shape: a hash of its text, the same in every run, shard and platform.
public struct ShapeID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// Words that are counted: more are as many.
    static let wordLimit: UInt64 = 64

    public let high: UInt64
    public let low: UInt64

    /// An identity that was stored.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The identity of the shape with these canonical bytes. Its last byte is the number of words, from which the coarse shape
    /// follows.
    init(hashing bytes: [UInt8]) {
        var high: UInt64 = 0x243F_6A88_85A3_08D3
        var low: UInt64 = 0x1319_8A2E_0370_7344
        var words: UInt64 = bytes.isEmpty ? 0 : 1
        for byte in bytes {
            high = mix(high, UInt64(byte) &+ 0x9E37_79B9)
            low = mix(low &+ 0xA409_3822_299F_31D0, UInt64(byte) ^ 0x5A5A_5A5A)
            if byte == 0x20 { words += 1 }
        }
        // The highest bit tells it from the coarse ones.
        self.init(high: high | 1 << 63, low: low & ~0xFF | min(words, Self.wordLimit))
    }

    /// Whether it stands for messages that were not told apart because there were too many shapes.
    public var isCoarse: Bool { high == 0 }

    /// The shape that counts messages of this one when there are too many: one for each number of words.
    public var coarse: ShapeID { ShapeID(high: 0, low: low & 0xFF) }

    public static func < (a: ShapeID, b: ShapeID) -> Bool { (a.high, a.low) < (b.high, b.low) }

    /// 32 hexadecimal digits.
    public var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// The identity of a template: a hash of its text.
public struct TemplateID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    /// An identity that was stored.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    init(hashing bytes: [UInt8]) {
        var hash: UInt64 = 0x4528_21E6_38D0_1377
        for byte in bytes { hash = mix(hash, UInt64(byte) &+ 0xB7E1) }
        rawValue = hash
    }

    public static func < (a: TemplateID, b: TemplateID) -> Bool { a.rawValue < b.rawValue }

    /// 16 hexadecimal digits.
    public var description: String { hexadecimal(rawValue) }
}

private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
