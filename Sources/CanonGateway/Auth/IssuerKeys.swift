public import Logging
import Synchronization

/// The keys of the outside issuer as they are now. They change without a restart: a file is read again when it was
/// written, a URL is asked again now and then, and when a token names a key nobody has seen.
///
/// Keys that cannot be renewed stay in force: an issuer that is down must not lock everybody out.
public final class IssuerKeys: Sendable {
    /// Between two requests on account of unknown keys. Anybody can make up the name of a key.
    static let unknownKeyInterval = Duration.seconds(10)

    /// Whether the last look at the source went well. It is told when it changes, and not at each look.
    private enum Health { case good, failing }

    private struct State {
        var keys: PublicKeySet
        /// Counts the changes of `keys`.
        var generation: UInt64 = 0
        var health = Health.good
        /// The file as it was when it was last read, whether that went well or not.
        var file: KeySetFile.Identity?
        var refreshAt: ContinuousClock.Instant
        var unknownKeyAt: ContinuousClock.Instant?
        /// The request under way, which all who need one share.
        var request: Task<Void, Never>?
    }

    private enum Reader: Sendable {
        case file(KeySetFile)
        case url(KeySetClient)
    }

    private let reader: Reader
    private let place: String
    private let refreshInterval: Duration
    private let unknownKeyInterval: Duration
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the keys for the first time.
    /// - Parameters:
    ///   - refreshInterval: between two requests to a URL; up to a tenth more is added, so that many servers do not ask
    ///     at once.
    /// - Throws: `KeySetError` when there is no key to begin with.
    public convenience init(source: KeySetSource, refreshInterval: Duration, logger: Logger) async throws(KeySetError) {
        try await self.init(
            source: source, refreshInterval: refreshInterval, unknownKeyInterval: Self.unknownKeyInterval,
            logger: logger)
    }

    init(
        source: KeySetSource, refreshInterval: Duration, unknownKeyInterval: Duration, logger: Logger
    ) async throws(KeySetError) {
        let keys: PublicKeySet
        var file: KeySetFile.Identity?
        switch source {
        case .file(let path):
            let reading = KeySetFile(path)
            (keys, file) = try reading.read()
            reader = .file(reading)
        case .url(let url):
            let client = KeySetClient(url)
            keys = try await client.fetch()
            reader = .url(client)
        }
        place = source.place
        self.refreshInterval = refreshInterval
        self.unknownKeyInterval = unknownKeyInterval
        self.logger = logger
        state = Mutex(State(keys: keys, file: file, refreshAt: .now + Self.jittered(refreshInterval)))
        report("the issuer's keys are read", keys)
    }

    // MARK: The keys

    func key(id: String?, algorithm: PublicKey.Algorithm) -> PublicKey? {
        state.withLock { $0.keys.key(id: id, algorithm: algorithm) }
    }

    /// Whether a key that verified a token is still one of the issuer's.
    func holds(thumbprint: String) -> Bool { state.withLock { $0.keys.contains(thumbprint: thumbprint) } }

    // MARK: Rotation

    /// Looks whether the keys are due or the file was written; cheap enough for twice a second. A request to a URL is
    /// begun and not waited for.
    /// - Returns: a number that differs from the last one when the keys do.
    func look() -> UInt64 {
        switch reader {
        case .file(let file):
            let identity = file.identity()
            if identity != state.withLock({ $0.file }) { read(file, identity) }
        case .url(let client):
            state.withLock { state in
                if state.refreshAt <= .now { _ = begin(client, &state) }
            }
        }
        return state.withLock { $0.generation }
    }

    /// Asks the URL for a key that is not known, unless that was done a moment ago. Returns when the answer is in.
    func refreshForUnknownKey() async {
        guard case .url(let client) = reader else { return }
        let request = state.withLock { state -> Task<Void, Never>? in
            if let request = state.request { return request }
            if let last = state.unknownKeyAt, last.duration(to: .now) < unknownKeyInterval { return nil }
            state.unknownKeyAt = .now
            return begin(client, &state)
        }
        await request?.value
    }

    private func begin(_ client: KeySetClient, _ state: inout State) -> Task<Void, Never> {
        if let request = state.request { return request }
        let request = Task { [weak self] in
            let result = await Self.outcome { () async throws(KeySetError) in try await client.fetch() }
            self?.finishRequest(result)
        }
        state.request = request
        return request
    }

    private func finishRequest(_ result: Result<PublicKeySet, KeySetError>) {
        state.withLock { state in
            state.request = nil
            state.refreshAt = .now + Self.jittered(refreshInterval)
        }
        apply(result)
    }

    private func read(_ file: KeySetFile, _ seen: KeySetFile.Identity?) {
        do throws(KeySetError) {
            let (keys, identity) = try file.read()
            state.withLock { $0.file = identity }
            apply(.success(keys))
        } catch {
            state.withLock { $0.file = seen }
            apply(.failure(error))
        }
    }

    private func apply(_ result: Result<PublicKeySet, KeySetError>) {
        switch result {
        case .success(let keys):
            let (hasChanged, hasRecovered) = state.withLock { state in
                let hasChanged = state.keys.identity != keys.identity
                let hasRecovered = state.health == .failing
                state.health = .good
                if hasChanged {
                    state.keys = keys
                    state.generation += 1
                }
                return (hasChanged, hasRecovered)
            }
            if hasRecovered { logger.notice("the issuer's keys can be read again", metadata: ["jwks": "\(place)"]) }
            if hasChanged { report("the issuer's keys have changed", keys) }
        case .failure(let error):
            let isNews = state.withLock { state in
                defer { state.health = .failing }
                return state.health == .good
            }
            guard isNews else { return }
            logger.warning(
                "the issuer's keys cannot be renewed; the ones read before stay in force",
                metadata: ["error": "\(error)"])
        }
    }

    private func report(_ message: Logger.Message, _ keys: PublicKeySet) {
        var metadata: Logger.Metadata = ["jwks": "\(place)", "keys": "\(keys.count)"]
        if !keys.skipped.isEmpty {
            metadata["skipped"] = "\(keys.skipped.count)"
            metadata["reasons"] = "\(keys.skipped.prefix(5).joined(separator: "; "))"
        }
        logger.notice(message, metadata: metadata)
    }

    private static func jittered(_ interval: Duration) -> Duration { interval * Double.random(in: 1...1.1) }

    private static func outcome<Value>(
        _ body: () async throws(KeySetError) -> Value
    ) async -> Result<Value, KeySetError> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
