import CanonWire
import NIOConcurrencyHelpers

/// One token bucket per user, shared by all of the user's devices.
final class TokenBuckets: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Timestamp
    }

    private let perSecond: Double
    private let burst: Double
    private let buckets = NIOLockedValueBox<[UserID: Bucket]>([:])
    /// Full buckets are dropped when there are more than this.
    private static let sweepAbove = 10_000

    init(perSecond: Int, burst: Int) {
        self.perSecond = Double(max(1, perSecond))
        self.burst = Double(max(1, burst))
    }

    /// How many users' buckets are remembered.
    var count: Int { buckets.withLockedValue { $0.count } }

    /// Takes one token.
    /// - Returns: nil when there was one, else the milliseconds until there is.
    func take(for user: UserID, at now: Timestamp = .now()) -> Int64? {
        buckets.withLockedValue { buckets in
            if buckets.count > Self.sweepAbove { sweep(&buckets, now) }
            return take(from: &buckets[user, default: Bucket(tokens: burst, filledAt: now)], now)
        }
    }

    private func take(from bucket: inout Bucket, _ now: Timestamp) -> Int64? {
        bucket.tokens = tokens(in: bucket, now)
        bucket.filledAt = max(bucket.filledAt, now)
        guard bucket.tokens < 1 else {
            bucket.tokens -= 1
            return nil
        }
        // A thousandth is left out, so that the last bit of a fraction does not cost a millisecond.
        return Int64(((1 - bucket.tokens) / perSecond * 1000 - 0.001).rounded(.up))
    }

    private func tokens(in bucket: Bucket, _ now: Timestamp) -> Double {
        let seconds = Double(max(0, now.milliseconds - bucket.filledAt.milliseconds)) / 1000
        return min(burst, bucket.tokens + seconds * perSecond)
    }

    private func sweep(_ buckets: inout [UserID: Bucket], _ now: Timestamp) {
        buckets = buckets.filter { tokens(in: $0.value, now) < burst }
    }
}
