/// Why bytes are no miner.
public struct MinerFormatError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
}

// The stored form of a miner, all numbers in little-endian order:
// "CanonMiner", format version (2 bytes), algorithm version (4), limits (8, 8), ceiling (8, 8), messages (8), truncated (8),
// number of shapes (8); then for each shape its identity (8, 8), count (8), flags (1: has times), first (8), last (8),
// sample (8), its time (8), length of the canonical bytes (4) and these.
extension TemplateMiner {
    private static let magic = Array("CanonMiner".utf8)
    private static let formatVersion: UInt64 = 1

    /// The state, to be stored and read again with `init(decoding:)`. Equal states have equal bytes.
    public func encoded() -> [UInt8] {
        var bytes = Self.magic
        func put(_ value: UInt64, _ width: Int = 8) {
            for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
        }
        func put(_ value: Int64) { put(UInt64(bitPattern: value)) }
        let table = table.pruned()
        let shapes = table.sorted()
        put(Self.formatVersion, 2)
        put(UInt64(Self.algorithmVersion), 4)
        put(UInt64(limits.shapes))
        put(UInt64(limits.bytesPerShape))
        put(table.ceiling.high)
        put(table.ceiling.low)
        put(counts.messages)
        put(counts.truncatedMessages)
        put(UInt64(shapes.count))
        for shape in shapes {
            put(shape.id.high)
            put(shape.id.low)
            put(shape.count)
            put(shape.first == nil ? 0 : 1, 1)
            put(shape.first ?? 0)
            put(shape.last ?? 0)
            put(shape.sample)
            put(shape.sampleTime)
            put(UInt64(shape.canonical.count), 4)
            bytes += shape.canonical
        }
        return bytes
    }

    /// The miner that was stored.
    ///
    /// - Throws: ``MinerFormatError`` when the bytes are damaged, or of another version: then the logs are to be read again.
    public init(decoding bytes: [UInt8]) throws(MinerFormatError) {
        var reader = MinerReader(bytes: bytes)
        guard bytes.starts(with: Self.magic) else {
            throw MinerFormatError(description: "these bytes are no stored miner")
        }
        reader.at = Self.magic.count
        let format = try reader.number(2)
        let algorithm = try reader.number(4)
        guard format == Self.formatVersion, algorithm == UInt64(Self.algorithmVersion) else {
            throw MinerFormatError(
                description: """
                    the stored miner is of format \(format), algorithm \(algorithm); this program knows format \
                    \(Self.formatVersion), algorithm \(Self.algorithmVersion): read the logs again
                    """)
        }
        let limits = MinerLimits(shapes: try reader.int(), bytesPerShape: try reader.int())
        let ceiling = ShapeID(high: try reader.number(), low: try reader.number())
        let messages = try reader.number()
        let truncated = try reader.number()
        let count = try reader.int()
        var shapes: [Shape] = []
        for _ in 0..<count { shapes.append(try reader.shape()) }
        guard reader.at == bytes.count else { throw reader.damaged }
        self.init(limits: limits, shapes: shapes, ceiling: ceiling, messages: messages, truncatedMessages: truncated)
    }
}

private struct MinerReader {
    let bytes: [UInt8]
    var at = 0

    var damaged: MinerFormatError { MinerFormatError(description: "the stored miner is damaged at byte \(at)") }

    mutating func number(_ width: Int = 8) throws(MinerFormatError) -> UInt64 {
        guard at + width <= bytes.count else { throw damaged }
        var value: UInt64 = 0
        for index in 0..<width { value |= UInt64(bytes[at + index]) << (8 * UInt64(index)) }
        at += width
        return value
    }

    mutating func int() throws(MinerFormatError) -> Int {
        guard let value = Int(exactly: try number()), value < 1 << 48 else { throw damaged }
        return value
    }

    mutating func signed() throws(MinerFormatError) -> Int64 { Int64(bitPattern: try number()) }

    mutating func shape() throws(MinerFormatError) -> Shape {
        let id = ShapeID(high: try number(), low: try number())
        let count = try number()
        let hasTimes = try number(1) == 1
        let first = try signed()
        let last = try signed()
        let sample = try number()
        let sampleTime = try signed()
        let length = Int(try number(4))
        guard at + length <= bytes.count, count > 0, count < 1 << 62 else { throw damaged }
        let canonical = Array(bytes[at..<at + length])
        at += length
        // The identity is a check of the text; a coarse shape has none.
        guard id.isCoarse ? canonical.isEmpty : ShapeID(hashing: canonical) == id else { throw damaged }
        return Shape(
            id: id, canonical: canonical, count: count, first: hasTimes ? first : nil, last: hasTimes ? last : nil,
            sample: sample, sampleTime: sampleTime)
    }
}
