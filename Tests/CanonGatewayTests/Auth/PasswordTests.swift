import CanonStore
import Testing

@testable import CanonGateway

@Suite struct PasswordTests {
    private let cheap = PasswordHasher.Parameters(logN: 2, blockSize: 1, parallelism: 1)

    @Test("a password matches its hash and nothing else does")
    func match() async throws {
        let hasher = PasswordHasher(parameters: cheap)
        let hash = try await hasher.hash("correct horse battery")
        #expect(hash.hasPrefix("$scrypt$ln=2,r=1,p=1$"))
        #expect(try await hasher.hash("correct horse battery") != hash, "each hash has its own salt")
        #expect(try await hasher.verify("correct horse battery", against: hash))
        #expect(try await hasher.verify("correct horse batterz", against: hash) == false)
        #expect(try await hasher.verify("", against: hash) == false)
        #expect(try await hasher.verify("correct horse battery", against: nil) == false)
    }

    @Test("hashes of other implementations are read: the vector of RFC 7914 and one of Python's hashlib")
    func vectors() async throws {
        let hasher = PasswordHasher(parameters: cheap)
        // RFC 7914 section 12: N 1024, r 8, p 16; its key has 64 bytes.
        let rfc = EncodedHash(
            parameters: .init(logN: 10, blockSize: 8, parallelism: 16), salt: Array("NaCl".utf8),
            key: [UInt8](repeating: 0, count: 64))
        let key = try #require(rfc.derive(from: "password"))
        #expect(key.prefix(8) == [0xFD, 0xBA, 0xBE, 0x1C, 0x9D, 0x34, 0x72, 0x00])
        #expect(key.suffix(4) == [0xA2, 0xCC, 0x06, 0x40])
        // As Python's hashlib.scrypt derives it.
        let foreign = "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$5f/Vi+XRWGUNGScbsma6KJ4zLFIke/NJsrvr7lQLAyA"
        #expect(try await hasher.verify("password", against: foreign))
    }

    @Test("a password typed in another Unicode form is the same password")
    func normalization() async throws {
        let hasher = PasswordHasher(parameters: cheap)
        let hash = try await hasher.hash("pässwörter \u{FB01}n groß")
        #expect(try await hasher.verify("pa\u{308}sswo\u{308}rter fin groß", against: hash))
        #expect(try await hasher.verify("passworter fin groß", against: hash) == false)
    }

    @Test("the parameters stand in the hash, and older ones ask for an upgrade")
    func upgrade() async throws {
        let old = try await PasswordHasher(parameters: cheap).hash("correct horse battery")
        let new = PasswordHasher(parameters: .init(logN: 3, blockSize: 1, parallelism: 1))
        #expect(try await new.verify("correct horse battery", against: old))
        #expect(new.needsUpgrade(old))
        #expect(try await new.needsUpgrade(new.hash("correct horse battery")) == false)
    }

    @Test(
        "a stored hash that cannot be read is an error and not a wrong password",
        arguments: [
            "", "plain", "$2b$12$abcdefghijklmnopqrstuv", "$scrypt$ln=2,r=1$c2FsdHNhbHQ$AAAA",
            "$scrypt$ln=40,r=8,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=20,r=32,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=2,r=1,p=1$c2FsdHNhbHQ$",
            "$scrypt$ln=2,r=1,p=1$$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=2,r=1,p=1$c2FsdHNhbHQ$!!!",
        ])
    func unreadable(_ hash: String) async {
        await #expect(throws: PasswordHashingError.unreadableHash) {
            _ = try await PasswordHasher(parameters: cheap).verify("x", against: hash)
        }
    }

    @Test("only so many hashes run at once, and only so many wait")
    func bounded() async throws {
        let hasher = PasswordHasher(
            parameters: .init(logN: 10, blockSize: 8, parallelism: 4), concurrency: 1, maximumWaiting: 3)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask { (try? await hasher.hash("correct horse battery")) != nil }
            }
            return await group.reduce(into: (done: 0, refused: 0)) {
                if $1 { $0.done += 1 } else { $0.refused += 1 }
            }
        }
        #expect(outcomes.done >= 4)
        #expect(outcomes.refused > 0)
        #expect(hasher.derivations == UInt64(outcomes.done))
        #expect(try await hasher.verify("x", against: nil) == false, "and the queue is free again afterwards")
    }

    @Test("the recommended parameters are OWASP's for 32 MiB")
    func recommended() { #expect(PasswordHasher().parameters == .init(logN: 15, blockSize: 8, parallelism: 3)) }

    @Test(
        "which passwords may be set",
        arguments: [
            ("elevenchars", PasswordProblem.tooShort(minimum: 12)), ("twelve chars", nil),
            ("１２３４５６７８９０１２", nil), (String(repeating: "a", count: 1024), nil),
            (String(repeating: "a", count: 1025), .tooLong(maximumBytes: 1024)),
            (String(repeating: "a", count: 9999), .tooLong(maximumBytes: 1024)),
            ("Anna@Example.COM", .isTheEmail), ("", .tooShort(minimum: 12)),
        ] as [(String, PasswordProblem?)])
    func rules(_ password: String, _ problem: PasswordProblem?) {
        #expect(PasswordRules.problem(with: password, email: "anna@example.com") == problem)
    }
}
