/// The identity of a canonical shape: a hash of its text, the same in every run, shard and platform.
public struct ShapeID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The identity of the shape with these bytes.
    init(hashing bytes: some Sequence<UInt8>) {
        var high: UInt64 = 0x243F_6A88_85A3_08D3
        var low: UInt64 = 0x1319_8A2E_0370_7344
        for byte in bytes {
            high = mix(high, UInt64(byte) &+ 0x9E37_79B9)
            low = mix(low &+ 0xA409_3822_299F_31D0, UInt64(byte) ^ 0x5A5A_5A5A)
        }
        // The highest bit tells shapes from the coarse ones that take what is over the cap.
        self.init(high: high | 1 << 63, low: low)
    }

    /// The shape of all messages with so many words that did not fit into the cap.
    static func coarse(words: Int) -> ShapeID { ShapeID(high: 0, low: UInt64(words)) }

    /// Whether it stands for messages that were not told apart because there were too many shapes.
    public var isCoarse: Bool { high == 0 }

    public static func < (a: ShapeID, b: ShapeID) -> Bool { (a.high, a.low) < (b.high, b.low) }

    /// 32 hexadecimal digits.
    public var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// The identity of a template: a hash of its text.
public struct TemplateID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    init(hashing bytes: some Sequence<UInt8>) {
        var hash: UInt64 = 0x452821E638D01377
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
