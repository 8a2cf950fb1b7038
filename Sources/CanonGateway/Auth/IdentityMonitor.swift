public import CanonStore
public import Logging

/// Notices what other processes change about accounts and tokens, and clears away what has expired.
public struct IdentityMonitor: Sendable {
    /// How often the version is read: half of the second within which a revocation must close live sockets.
    public static let interval = Duration.milliseconds(500)
    private static let purgeInterval = Duration.seconds(600)

    private let store: IdentityStore
    private let visitorSeconds: Int
    private let keys: IssuerKeys?
    private let logger: Logger

    /// - Parameter keys: the other issuer's, which are looked after here too.
    public init(store: IdentityStore, visitorSeconds: Int, keys: IssuerKeys? = nil, logger: Logger) {
        self.store = store
        self.keys = keys
        self.visitorSeconds = visitorSeconds
        self.logger = logger
    }

    /// Runs until its task is cancelled.
    /// - Parameter onChange: called at the first look, since what changed before it cannot be known, and after each
    ///   change of what a session depends on, this process's own and the other issuer's keys included; it should ask
    ///   `Authenticator.isValid` of every connected principal.
    public func run(onChange: @Sendable () async -> Void) async {
        var known: Int64?
        var knownKeys = keys?.look()
        var purgedAt: ContinuousClock.Instant?
        while !Task.isCancelled {
            // Apart from the accounts: a key that is gone must end its sockets even while they cannot be read.
            let currentKeys = keys?.look()
            if currentKeys != knownKeys { await onChange() }
            knownKeys = currentKeys
            do {
                let version = try await store.version()
                if known != version { await onChange() }
                known = version
                if purgedAt.map({ $0.duration(to: .now) >= Self.purgeInterval }) ?? true {
                    try await store.purge(visitorSeconds: visitorSeconds)
                    purgedAt = .now
                }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("The accounts could not be read; trying again", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
