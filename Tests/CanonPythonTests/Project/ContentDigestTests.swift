import Testing

@testable import CanonPython

@Suite("Digests of contents")
struct ContentDigestTests {
    private func digest(_ bytes: [UInt8], _ key: DigestKey) -> ContentDigest {
        bytes.withUnsafeBytes { ContentHasher(key: key).digest(of: $0) }
    }

    @Test("the one of nothing under a key of zeros is the tag that the standard's first test case gives")
    func standard() {
        let digest = digest([], DigestKey())
        let tag: [UInt8] = [
            0x58, 0xE2, 0xFC, 0xCE, 0xFA, 0x7E, 0x30, 0x61, 0x36, 0x7F, 0x1D, 0x57, 0xA4, 0xE7, 0x45, 0x5A,
        ]
        #expect(withUnsafeBytes(of: digest) { Array($0) } == tag)
    }

    @Test("each byte counts, and how many there are")
    func contents() {
        let key = DigestKey.random()
        var digests: [ContentDigest] = []
        for count in [0, 1, 15, 16, 17, 1_000] {
            let bytes = [UInt8](repeating: 0, count: count)
            digests.append(digest(bytes, key))
            #expect(digest(bytes, key) == digests.last)
            for place in [0, count / 2, count - 1] where place >= 0 && place < count {
                var other = bytes
                other[place] = 1
                #expect(digest(other, key) != digests.last)
            }
        }
        for (index, digest) in digests.enumerated() { #expect(!digests[..<index].contains(digest)) }
    }

    @Test("under another key it is another")
    func keys() {
        let bytes = Array("import a\n".utf8)
        #expect(digest(bytes, .random()) != digest(bytes, .random()))
    }
}
