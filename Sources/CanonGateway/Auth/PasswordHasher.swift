import CanonStore
import Crypto
import CryptoExtras
import Dispatch
import Foundation
import Synchronization

/// Why a password could not be hashed.
public enum PasswordHashingError: Error, Equatable, Sendable {
    /// As many are waiting as may; try again in a second.
    case overloaded
    /// The stored hash is not of a kind this version knows.
    case unreadableHash
    /// The library refused the parameters or ran out of memory.
    case failed
}

/// Hashes passwords with scrypt (RFC 7914), a few at a time.
///
/// Each hash takes 32 MiB and some hundred milliseconds on purpose. So that a flood of log-ins takes neither the memory
/// nor the threads that serve sockets, hashes run on a queue of their own, `concurrency` at a time, and only so many
/// callers may wait.
public final class PasswordHasher: Sendable {
    /// The cost of one hash: memory is 128 · 2^logN · blockSize bytes, time grows with all three.
    public struct Parameters: Sendable, Equatable {
        public var logN: Int
        public var blockSize: Int
        public var parallelism: Int

        public init(logN: Int, blockSize: Int, parallelism: Int) {
            self.logN = logN
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// OWASP's Password Storage Cheat Sheet for 32 MiB.
        public static let recommended = Parameters(logN: 15, blockSize: 8, parallelism: 3)

        var isSane: Bool {
            (1...20).contains(logN) && (1...32).contains(blockSize) && (1...16).contains(parallelism)
                && blockSize << logN <= 1 << 21
        }
    }

    private struct Gate {
        var running = 0
        var waiting: [CheckedContinuation<Bool, Never>] = []
    }

    public let parameters: Parameters
    private let concurrency: Int
    private let maximumWaiting: Int
    private let gate = Mutex(Gate())
    private let count = Atomic<UInt64>(0)
    private let queue = DispatchQueue(label: "canon.passwords", qos: .utility, attributes: .concurrent)
    /// What the password of an account that does not exist is compared with.
    private let decoy: EncodedHash

    /// - Parameters:
    ///   - concurrency: hashes at a time; memory is bounded by 32 MiB times this.
    ///   - maximumWaiting: callers that may wait for their turn.
    public init(parameters: Parameters = .recommended, concurrency: Int = 2, maximumWaiting: Int = 64) {
        self.parameters = parameters
        self.concurrency = concurrency
        self.maximumWaiting = maximumWaiting
        decoy = EncodedHash(parameters: parameters, salt: Self.randomSalt(), key: [UInt8](repeating: 0, count: 32))
    }

    /// How many keys were derived so far.
    public var derivations: UInt64 { count.load(ordering: .relaxed) }

    /// Hashes a password under a new salt.
    /// - Returns: `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, the PHC string format.
    public func hash(_ password: String) async throws(PasswordHashingError) -> String {
        var hash = EncodedHash(parameters: parameters, salt: Self.randomSalt(), key: [])
        hash.key = try await derive(password, hash)
        return hash.text
    }

    /// Whether a password is the one that was hashed.
    /// - Parameter encoded: nil when there is no account: then the same work is done, and the answer is no.
    public func verify(_ password: String, against encoded: String?) async throws(PasswordHashingError) -> Bool {
        guard let encoded else {
            _ = try await derive(password, decoy)
            return false
        }
        guard let hash = EncodedHash(text: encoded) else { throw .unreadableHash }
        let key = try await derive(password, hash)
        var difference = UInt8(key.count == hash.key.count ? 0 : 1)
        for (left, right) in zip(key, hash.key) { difference |= left ^ right }
        // An empty password cannot be set, so no hash is of one; the work above was done all the same.
        return difference == 0 && !password.isEmpty
    }

    /// Whether a hash was made with parameters other than today's.
    public func needsUpgrade(_ encoded: String) -> Bool { EncodedHash(text: encoded)?.parameters != parameters }

    private static func randomSalt() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private func derive(_ password: String, _ hash: EncodedHash) async throws(PasswordHashingError) -> [UInt8] {
        guard await enter() else { throw .overloaded }
        defer { leave() }
        count.add(1, ordering: .relaxed)
        let key = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: hash.derive(from: password)) }
        }
        guard let key else { throw .failed }
        return key
    }

    /// Waits for a turn. False: too many wait already.
    private func enter() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = gate.withLock { gate -> Bool? in
                if gate.running < concurrency {
                    gate.running += 1
                    return true
                }
                guard gate.waiting.count < maximumWaiting else { return false }
                gate.waiting.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Hands the turn to whoever waits longest.
    private func leave() {
        let next = gate.withLock { gate -> CheckedContinuation<Bool, Never>? in
            guard !gate.waiting.isEmpty else {
                gate.running -= 1
                return nil
            }
            return gate.waiting.removeFirst()
        }
        next?.resume(returning: true)
    }
}

/// `$scrypt$ln=<log2 N>,r=<block size>,p=<parallelism>$<salt>$<key>`, both in base64 without padding.
struct EncodedHash: Sendable, Equatable {
    var parameters: PasswordHasher.Parameters
    var salt: [UInt8]
    var key: [UInt8]

    init(parameters: PasswordHasher.Parameters, salt: [UInt8], key: [UInt8]) {
        self.parameters = parameters
        self.salt = salt
        self.key = key
    }

    init?(text: String) {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0].isEmpty, fields[1] == "scrypt" else { return nil }
        let costs = fields[2].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3, costs[0].hasPrefix("ln="), costs[1].hasPrefix("r="), costs[2].hasPrefix("p="),
            let logN = Int(costs[0].dropFirst(3)), let blockSize = Int(costs[1].dropFirst(2)),
            let parallelism = Int(costs[2].dropFirst(2)),
            let salt = Self.decode(fields[3]), let key = Self.decode(fields[4]), salt.count >= 8, key.count >= 16
        else { return nil }
        parameters = .init(logN: logN, blockSize: blockSize, parallelism: parallelism)
        guard parameters.isSane else { return nil }
        self.salt = salt
        self.key = key
    }

    var text: String {
        let costs = "ln=\(parameters.logN),r=\(parameters.blockSize),p=\(parameters.parallelism)"
        return "$scrypt$\(costs)$\(Self.encode(salt))$\(Self.encode(key))"
    }

    func derive(from password: String) -> [UInt8]? {
        // The library traps on an empty password; the caller refuses one whatever comes out.
        let bytes = Array(PasswordRules.normalized(password).utf8)
        let key = try? KDF.Scrypt.deriveKey(
            from: bytes.isEmpty ? [0] : bytes, salt: salt, outputByteCount: key.isEmpty ? 32 : key.count,
            rounds: 1 << parameters.logN, blockSize: parameters.blockSize, parallelism: parameters.parallelism)
        return key?.withUnsafeBytes { Array($0) }
    }

    // The PHC format has the standard alphabet of base64.
    private static func encode(_ bytes: [UInt8]) -> String {
        Base64URL.encode(bytes).replacing("-", with: "+").replacing("_", with: "/")
    }

    private static func decode(_ text: Substring) -> [UInt8]? {
        guard !text.contains(where: { $0 == "-" || $0 == "_" }) else { return nil }
        return Base64URL.decode(Array(text.replacing("+", with: "-").replacing("/", with: "_").utf8))
    }
}
