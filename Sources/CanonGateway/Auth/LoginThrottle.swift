import Synchronization

/// Limits attempts to log in, for each account and for each address, in memory.
///
/// Each has a bucket of attempts that fills again over a quarter of an hour. A success gives the account its whole
/// bucket back and the address the one attempt it took, so that an office behind one address is not locked out by its
/// own people.
public final class LoginThrottle: Sendable {
    public enum Decision: Equatable, Sendable {
        case allowed
        /// Whole seconds until the next attempt is let through.
        case refused(retryAfter: Int)
    }

    /// The time in which an empty bucket fills, in seconds.
    public static let window = 900.0

    private struct Buckets {
        var accounts: [String: TokenBucket] = [:]
        var addresses: [String: TokenBucket] = [:]
    }

    private let capacity: Double
    private let maximumEntries: Int
    private let buckets = Mutex(Buckets())

    /// - Parameters:
    ///   - attempts: in a quarter of an hour, for each account and each address.
    ///   - maximumEntries: accounts, and as many addresses, that are kept in mind.
    public init(attempts: Int, maximumEntries: Int = 10_000) {
        capacity = Double(max(attempts, 1))
        self.maximumEntries = max(maximumEntries, 1)
    }

    /// Takes one attempt from the account and from the address, or from neither.
    /// - Parameter account: nil where no account is named yet.
    public func attempt(
        account: String?, address: String, now: ContinuousClock.Instant = .now
    ) -> Decision {
        buckets.withLock { buckets in
            var ofAddress = buckets.addresses[address] ?? full(now)
            var ofAccount = account.flatMap { buckets.accounts[$0] } ?? full(now)
            ofAddress.refill(now)
            ofAccount.refill(now)
            let wait = max(ofAddress.secondsToNext, account == nil ? 0 : ofAccount.secondsToNext)
            guard wait == 0 else { return .refused(retryAfter: max(1, Int(wait.rounded(.up)))) }
            ofAddress.level -= 1
            ofAccount.level -= 1
            buckets.addresses[address] = ofAddress
            makeRoom(in: &buckets.addresses, now: now)
            if let account {
                buckets.accounts[account] = ofAccount
                makeRoom(in: &buckets.accounts, now: now)
            }
            return .allowed
        }
    }

    /// Notes that the last attempt was a success.
    public func succeeded(account: String?, address: String) {
        buckets.withLock { buckets in
            if let account { buckets.accounts[account] = nil }
            buckets.addresses[address]?.give(1)
        }
    }

    var entryCount: Int { buckets.withLock { max($0.accounts.count, $0.addresses.count) } }

    private func full(_ now: ContinuousClock.Instant) -> TokenBucket {
        TokenBucket(capacity: capacity, perSecond: capacity / Self.window, level: capacity, updatedAt: now)
    }

    /// Keeps the number of entries bounded. The fullest buckets go, a quarter of them at a time: an attacker who makes
    /// up names cannot push out the entry of the account that is being guessed at.
    private func makeRoom(in entries: inout [String: TokenBucket], now: ContinuousClock.Instant) {
        guard entries.count > maximumEntries else { return }
        let levels = entries.map { entry -> (name: String, level: Double) in
            var bucket = entry.value
            bucket.refill(now)
            return (entry.key, bucket.level)
        }
        for entry in levels.sorted(by: { $0.level > $1.level }).prefix(entries.count / 4 + 1) {
            entries[entry.name] = nil
        }
    }
}

/// A bucket that holds up to `capacity` tokens and gains `perSecond` of them.
struct TokenBucket: Sendable {
    let capacity: Double
    let perSecond: Double
    var level: Double
    var updatedAt: ContinuousClock.Instant

    mutating func refill(_ now: ContinuousClock.Instant) {
        guard now > updatedAt else { return }
        let elapsed = now - updatedAt
        give(Double(elapsed.components.seconds) * perSecond + Double(elapsed.components.attoseconds) / 1e18 * perSecond)
        updatedAt = now
    }

    mutating func give(_ tokens: Double) { level = min(capacity, level + tokens) }

    /// 0 when a whole token is there.
    var secondsToNext: Double { level >= 1 ? 0 : (1 - level) / perSecond }
}
