/// How many entries fell into each stretch of time. The stretches are a power of two of seconds, and become longer when there
/// would be too many, so that a timeline takes little room however long the log is.
public struct ProblemTimeline: Sendable, Hashable, Codable {
    static let maximumStretches = 512

    /// Seconds in a stretch.
    public private(set) var width: Int64 = 1
    /// Entries, by the number of the stretch since 1970.
    public private(set) var counts: [Int64: Int] = [:]

    public init() {}

    /// - Parameter time: nanoseconds since 1970.
    mutating func add(_ time: Int64, count: Int = 1) {
        counts[time / LogTime.second / width, default: 0] += count
        if counts.count > Self.maximumStretches { widen() }
    }

    private mutating func widen() {
        while counts.count > Self.maximumStretches { widen(to: width * 2) }
    }

    private mutating func widen(to wider: Int64) {
        let factor = wider / width
        var merged: [Int64: Int] = [:]
        for (stretch, count) in counts { merged[stretch / factor, default: 0] += count }
        counts = merged
        width = wider
    }

    mutating func merge(_ other: ProblemTimeline) {
        var other = other
        let wider = max(width, other.width)
        if width < wider { widen(to: wider) }
        if other.width < wider { other.widen(to: wider) }
        for (stretch, count) in other.counts { counts[stretch, default: 0] += count }
        widen()
    }

    /// The counts in `bins` equal parts of an interval.
    func binned(from first: Int64, to last: Int64, bins: Int) -> [Int] {
        var result = [Int](repeating: 0, count: bins)
        let span = max(1, last - first)
        for (stretch, count) in counts {
            let middle = stretch * width * LogTime.second + width * LogTime.second / 2
            let bin = Int(Double(middle - first) / Double(span) * Double(bins))
            result[min(bins - 1, max(0, bin))] += count
        }
        return result
    }
}
