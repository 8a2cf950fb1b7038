import CanonWire

/// The public keys of another issuer: a JWK Set (RFC 7517 §5).
public struct PublicKeySet: Sendable {
    /// A larger text is refused unread, in bytes.
    public static let maximumBytes = 1024 * 1024
    public static let maximumKeys = 100

    let keys: [PublicKey]
    /// One line for each key that is not used, with the reason.
    public let skipped: [String]

    /// How many keys can be used; never 0.
    public var count: Int { keys.count }

    /// Reads a JWK Set.
    /// - Throws: `KeySetError` that names the key by its place, counted from 1.
    public init(json bytes: [UInt8]) throws(KeySetError) {
        guard bytes.count <= Self.maximumBytes else {
            throw KeySetError("it has more than \(Self.maximumBytes) bytes")
        }
        let value: JSONValue
        do { value = try JSONValue.parse(bytes, depthLimit: 16) } catch { throw KeySetError("it is no JSON: \(error)") }
        guard let list = value.object?["keys"]?.array else {
            throw KeySetError("it is no JWK Set: expected an object with the list 'keys'")
        }
        guard list.count <= Self.maximumKeys else {
            throw KeySetError("it has \(list.count) keys; at most \(Self.maximumKeys) are taken")
        }
        var keys: [PublicKey] = []
        var skipped: [String] = []
        for (index, entry) in list.enumerated() {
            let place = "key \(index + 1)" + (entry.object?["kid"]?.string.map { " (\($0.abbreviated))" } ?? "")
            guard let json = entry.object else { throw KeySetError("\(place) is \(entry.kind) instead of an object") }
            do throws(KeySetError) {
                switch try PublicKey.read(json) {
                case .usable(let key): keys.append(key)
                case .skipped(let reason): skipped.append("\(place): \(reason)")
                }
            } catch {
                throw KeySetError("\(place) \(error)")
            }
        }
        try Self.checkNames(of: keys)
        guard !keys.isEmpty else {
            throw KeySetError(
                "it has no key that can be used (RS256, ES256 or EdDSA)"
                    + (skipped.isEmpty ? "" : "; \(skipped.joined(separator: "; "))"))
        }
        self.keys = keys
        self.skipped = skipped
    }

    /// A token must find one key, and no other.
    private static func checkNames(of keys: [PublicKey]) throws(KeySetError) {
        var seen: Set<String> = []
        for id in keys.compactMap(\.id) where !seen.insert(id).inserted {
            throw KeySetError("the kid \(id.abbreviated) stands at two keys; a token could not tell them apart")
        }
        for algorithm in PublicKey.Algorithm.allCases {
            let candidates = keys.filter { $0.algorithm == algorithm }
            if candidates.count > 1, candidates.contains(where: { $0.id == nil }) {
                throw KeySetError(
                    "a key for \(algorithm.rawValue) has no kid, which only the one key of its algorithm may lack")
            }
        }
    }

    /// The key for a token's header; nil when there is none for exactly this algorithm.
    func key(id: String?, algorithm: PublicKey.Algorithm) -> PublicKey? {
        let candidates = keys.filter { $0.algorithm == algorithm }
        guard let id else { return candidates.count == 1 ? candidates[0] : nil }
        return candidates.first { $0.id == id } ?? candidates.first { $0.id == nil }
    }

    func contains(thumbprint: String) -> Bool { keys.contains { $0.thumbprint == thumbprint } }

    /// What tells two sets apart: their keys and the names of these.
    var identity: Set<[String]> { Set(keys.map { [$0.id ?? "", $0.thumbprint] }) }
}
