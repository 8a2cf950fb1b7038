/// How much a miner keeps. What is over a cap is counted in `MinerTally`, never dropped in silence.
public struct MinerLimits: Sendable, Equatable, Codable {
    /// Distinct shapes kept. Of more, those with the smallest identities stay, so the choice does not depend on the order of
    /// messages; the messages of the others count as coarse shapes, one for each number of words.
    public var shapes: Int
    /// Bytes of canonical text kept of all shapes together are at most `shapes` times this.
    public var bytesPerShape: Int

    public init(shapes: Int = 100_000, bytesPerShape: Int = 2_048) {
        self.shapes = max(1, shapes)
        self.bytesPerShape = max(64, bytesPerShape)
    }

    public static let standard = MinerLimits()
}

/// What a miner has seen, and what its limits cost.
public struct MinerTally: Sendable, Equatable {
    /// Messages added.
    public var messages: UInt64 = 0
    /// Messages that count as coarse shapes, because there were more shapes than the limit.
    public var coarseMessages: UInt64 = 0
    /// Messages of which only the start was looked at.
    public var truncatedMessages: UInt64 = 0
    /// Distinct shapes kept.
    public var shapes = 0
}
