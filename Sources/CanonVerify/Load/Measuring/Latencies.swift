import Histogram
import NIOCore

/// Nanoseconds of the monotonic clock, which all processes of a machine share.
public func monotonicNanoseconds() -> UInt64 { NIODeadline.now().uptimeNanoseconds }

/// Latencies, to three significant digits between a microsecond and an hour, in bounded memory.
public struct Latencies: Sendable {
    private static let longest: UInt64 = 3_600_000_000_000
    private var histogram = Histogram<UInt64>(lowestDiscernibleValue: 256, highestTrackableValue: longest)

    public init() {}

    /// - Parameters:
    ///   - start: when it was due, by the monotonic clock.
    ///   - end: when it had come. Not after `start` counts as 0.
    public mutating func record(from start: UInt64, to end: UInt64) {
        histogram.record(end > start ? min(end - start, Self.longest) : 0)
    }

    public var count: UInt64 { histogram.totalCount }

    /// The latency that so many per cent did not exceed, in nanoseconds; 0 when there is none.
    public func nanoseconds(_ percentile: Double) -> UInt64 {
        count > 0 ? histogram.valueAtPercentile(percentile) : 0
    }

    /// The curve from the median to the greatest, closer and closer to 100 per cent: for charts.
    var curve: [(percentile: Double, nanoseconds: UInt64)] {
        guard count > 0 else { return [] }
        return histogram.percentiles(ticksPerHalfDistance: 4).map { ($0.percentileLevelIteratedTo, $0.value) }
    }
}
