import CanonFacts
import CanonPython
import Foundation
import Testing

@Suite("The cache of facts")
final class FactCacheTests {
    private let root = NSTemporaryDirectory() + "canon-facts-" + UUID().uuidString
    private let source = Array("import a\nx = {}\n".utf8)

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func cache(build: String = "1", version: PythonVersion = .v3_11, limit: Int = 1 << 30) -> FactCache {
        FactCache(root: root, build: build, version: version, limitBytes: limit)
    }

    private func key(_ bytes: [UInt8]) -> FactCache.Key { bytes.withUnsafeBytes { FactCache.Key(of: $0) } }

    private func read(_ bytes: [UInt8]) -> FileFacts {
        var reader = PythonFactReader(version: .v3_11)
        bytes.withUnsafeBytes { _ = reader.read($0) }
        return reader.facts
    }

    private var entries: [String] {
        (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? [])
            .map { root + "/" + $0 }
            .filter {
                (try? FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType) == .typeRegular
            }
            .sorted()
    }

    @Test("facts that were kept come back, also through another value and for a file that does not parse")
    func hit() {
        for bytes in [source, Array("x = (\n".utf8), []] {
            #expect(cache().facts(for: key(bytes)) == nil)
            cache().keep(read(bytes), for: key(bytes))
            #expect(cache().facts(for: key(bytes)) == read(bytes))
        }
        #expect(entries.count == 3)
    }

    @Test("another source, another build or another grammar is a miss")
    func misses() {
        cache().keep(read(source), for: key(source))
        #expect(cache().facts(for: key(source + [0x0A])) == nil)
        #expect(cache(build: "2").facts(for: key(source)) == nil)
        #expect(cache(version: .v3_12).facts(for: key(source)) == nil)
    }

    @Test("an entry that was cut off, changed or swapped is a miss, and is then replaced")
    func damage() throws {
        let other = Array("import b\n".utf8)
        cache().keep(read(source), for: key(source))
        let path = try #require(entries.first)
        let whole = try Data(contentsOf: URL(filePath: path))
        cache().keep(read(other), for: key(other))
        let foreign = try Data(contentsOf: URL(filePath: try #require(entries.first { $0 != path })))
        var changed = whole
        changed[whole.count / 2] ^= 1
        let damages = [
            Data(), whole.prefix(10), whole.prefix(whole.count - 1), changed, foreign, Data(repeating: 7, count: 500),
        ]
        for damage in damages {
            try damage.write(to: URL(filePath: path))
            #expect(cache().facts(for: key(source)) == nil)
            cache().keep(read(source), for: key(source))
            #expect(cache().facts(for: key(source)) == read(source))
        }
    }

    @Test("a folder in the place of an entry, or a link, is a miss and no harm")
    func strangers() throws {
        cache().keep(read(source), for: key(source))
        let path = try #require(entries.first)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let cache = cache()
        #expect(cache.facts(for: key(source)) == nil)
        cache.keep(read(source), for: key(source))
        #expect(cache.isReadOnly)
        #expect(cache.facts(for: key(source)) == nil)
    }

    @Test("where nothing can be written the cache goes on without")
    func unwritable() throws {
        try Data().write(to: URL(filePath: root))
        let cache = cache()
        cache.keep(read(source), for: key(source))
        #expect(cache.isReadOnly)
        #expect(cache.writtenCount == 0)
        #expect(cache.facts(for: key(source)) == nil)
    }

    @Test("writers at the same time leave whole entries and nothing else")
    func concurrency() {
        let sources = (0..<40).map { Array("x\($0) = {}\n".utf8) }
        let expected = sources.map { read($0) }
        let keys = sources.map { key($0) }
        let root = root
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            let cache = FactCache(root: root, build: "1", version: .v3_11)
            for (facts, key) in zip(expected, keys) {
                cache.keep(facts, for: key)
                // Another thread may be renaming its own over this one: what is read is whole all the same.
                #expect(cache.facts(for: key) == facts)
            }
        }
        #expect(entries.count == sources.count)
    }

    @Test("pruning deletes the oldest entries until the cache is below its limit")
    func pruning() throws {
        let cache = cache(limit: 40 * 4096)
        for number in 0..<60 {
            let bytes = Array("x\(number) = {}\n".utf8)
            cache.keep(read(bytes), for: key(bytes))
        }
        // Their ages, as if they had been written a minute after each other.
        for (index, path) in entries.enumerated() {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000 + Double(index) * 60)], ofItemAtPath: path
            )
        }
        let before = entries
        cache.prune()
        let after = entries
        #expect(after.count < before.count && !after.isEmpty)
        #expect(Array(before.suffix(after.count)) == after)
    }

    @Test("the folder is that of the XDG specification")
    func folder() {
        #expect(FactCache.defaultRoot(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/canon/facts")
        #expect(FactCache.defaultRoot(environment: ["XDG_CACHE_HOME": "c", "HOME": "/h"]) == "/h/.cache/canon/facts")
        #expect(FactCache.defaultRoot(environment: [:]) == nil)
    }
}
