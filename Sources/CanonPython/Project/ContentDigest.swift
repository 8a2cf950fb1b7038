internal import Crypto

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// What tells the contents of a file from all others whose digests were made with the same key.
struct ContentDigest: Equatable, BitwiseCopyable {
    var a: UInt64 = 0
    var b: UInt64 = 0
}

/// The secret of one pack's digests.
struct DigestKey: BitwiseCopyable {
    fileprivate var a: UInt64 = 0
    fileprivate var b: UInt64 = 0

    static func random() -> DigestKey {
        var key = DigestKey()
        key.a = .random(in: .min ... .max)
        key.b = .random(in: .min ... .max)
        return key
    }
}

/// Makes the digests of one pack.
///
/// A digest is the AES-GMAC of the contents (NIST SP 800-38D), with one nonce for all: nobody gets to see a digest, so that it
/// gives nothing away. Whoever does not know the key, which lies in the user's own cache, makes two contents of one digest by
/// luck alone (2^-100 for files of a gigabyte). SHA-256 needs no secret and takes twice as long: a twentieth of an audit.
struct ContentHasher: Sendable {
    private let key: SymmetricKey
    private let nonce: AES.GCM.Nonce

    init(key: DigestKey) {
        self.key = withUnsafeBytes(of: key) { SymmetricKey(data: $0) }
        guard let nonce = try? AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)) else {
            preconditionFailure("a nonce of AES-GCM has 12 bytes")
        }
        self.nonce = nonce
    }

    func digest(of contents: UnsafeRawBufferPointer) -> ContentDigest {
        guard let sealed = try? AES.GCM.seal([UInt8](), using: key, nonce: nonce, authenticating: contents) else {
            preconditionFailure("a key of 128 bits seals whatever it is given")
        }
        return sealed.tag.withUnsafeBytes { $0.loadUnaligned(as: ContentDigest.self) }
    }
}
