import CanonFacts
import Foundation
import Testing

@testable import CanonPython

@Suite("Packs of facts that are damaged, shared or cannot be written")
struct FactPackTests {
    private func project(files: Int = 20) throws -> TemporaryProject {
        let project = try TemporaryProject()
        for number in 0..<files { try project.write("m\(number).py", "import a\(number)\nx = {}\n") }
        project.age()
        return project
    }

    @Test("an index or facts that were cut off or changed anywhere are a miss, and are written again")
    func damage() throws {
        let project = try project(files: 3)
        let truth = try project.read(nil)
        for suffix in [".index", ".facts"] {
            for part in 0..<8 {
                for isCut in [false, true] {
                    for file in project.cacheFiles { try FileManager.default.removeItem(atPath: file) }
                    _ = try project.read(project.cache())
                    let path = try #require(project.cacheFiles.first { $0.hasSuffix(suffix) })
                    var bytes = try Data(contentsOf: URL(filePath: path))
                    let place = bytes.count * part / 8
                    if isCut { bytes = bytes.prefix(place) } else { bytes[place] ^= 0x20 }
                    try bytes.write(to: URL(filePath: path))
                    #expect(try project.read(project.cache()) == truth)
                    let again = project.cache()
                    #expect(try project.read(again) == truth)
                    #expect(again.writtenCount == 0)
                }
            }
        }
    }

    @Test("a pack keeps the key of its digests when it is written again, and another pack has another")
    func keys() throws {
        let project = try project(files: 2)
        let source = Array("import a\n".utf8)
        func digest(of folder: String) -> ContentDigest {
            let pack = project.cache().pack(ofFolder: folder)
            return source.withUnsafeBytes { pack.digest(of: $0) }
        }
        _ = try project.read(project.cache())
        let first = digest(of: project.resolvedFolder)
        try project.write("new.py", "import b\n")
        project.age()
        _ = try project.read(project.cache())
        #expect(digest(of: project.resolvedFolder) == first)
        #expect(digest(of: project.resolvedFolder + "/other") != first)
    }

    @Test("each byte of an index counts")
    func indexBytes() throws {
        let project = try project(files: 2)
        _ = try project.read(project.cache())
        let path = try project.indexPath
        let whole = try Data(contentsOf: URL(filePath: path))
        let folder = URL(filePath: project.folder).resolvingSymlinksInPath().path
        let name = Array("m1.py".utf8)
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 0x01
            try changed.write(to: URL(filePath: path))
            #expect(name.withUnsafeBytes { project.cache().pack(ofFolder: folder).entry(named: $0) } == nil)
            try whole.prefix(place).write(to: URL(filePath: path))
            #expect(name.withUnsafeBytes { project.cache().pack(ofFolder: folder).entry(named: $0) } == nil)
        }
        try whole.write(to: URL(filePath: path))
        #expect(name.withUnsafeBytes { project.cache().pack(ofFolder: folder).entry(named: $0) } != nil)
    }

    @Test("where nothing can be written, runs go on without")
    func unwritable() throws {
        let project = try project()
        try Data().write(to: URL(filePath: project.cacheRoot))
        let cache = project.cache()
        #expect(try project.read(cache) == project.read(nil))
        #expect(cache.failure?.code == ENOTDIR)
        #expect(cache.writtenCount == 0)
    }

    @Test("when writing fails half-way no file is left behind, and the next run writes all")
    func halfWritten() throws {
        let project = try project()
        let small = project.cache(limit: 2000)
        #expect(try project.read(small) == project.read(nil))
        #expect(small.failure?.code == EFBIG)
        #expect(small.writtenCount > 0)
        #expect(project.cacheFiles == [])
        let second = project.cache()
        _ = try project.read(second)
        #expect(second.writtenCount == 20)
        #expect(second.failure == nil)
    }

    @Test("runs at the same time leave one whole pack")
    func concurrency() throws {
        let project = try project(files: 60)
        let truth = try project.read(nil)
        for round in 0..<3 {
            try project.write("m\(round).py", "changed\(round)\n")
            project.age()
            let expected = try project.read(nil)
            DispatchQueue.concurrentPerform(iterations: 6) { _ in
                #expect((try? project.read(project.cache(), jobs: 2)) == expected)
            }
            // Whoever came second may have given up writing; nothing is wrong, and one more run completes it.
            _ = try project.read(project.cache())
            let last = project.cache()
            #expect(try project.read(last) == expected)
            #expect(last.writtenCount == 0)
            #expect(project.cacheFiles.count == 2)
        }
        #expect(truth.count == 60)
    }

    @Test("a run does not write while another does")
    func locked() throws {
        let project = try project()
        _ = try project.read(project.cache())
        try project.write("m1.py", "changed\n")
        project.age()
        let descriptor = open(try project.factsPath, O_RDWR)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let index = try Data(contentsOf: URL(filePath: project.indexPath))
        let cache = project.cache()
        #expect(try project.read(cache) == project.read(nil))
        #expect(cache.writtenCount == 0 && cache.failure == nil)
        #expect(try Data(contentsOf: URL(filePath: project.indexPath)) == index)
        flock(descriptor, LOCK_UN)
        let later = project.cache()
        _ = try project.read(later)
        #expect(later.writtenCount == 1)
    }

    @Test("facts that nobody needs any more are thrown away when they are the larger part")
    func compaction() throws {
        let project = try TemporaryProject()
        let source = (0..<3000).map { "name\($0) = call\($0)('text\($0)')\n" }.joined()
        for number in 0..<8 { try project.write("m\(number).py", source) }
        project.age()
        _ = try project.read(project.cache())
        let first = try project.factsPath
        let size = try Data(contentsOf: URL(filePath: first)).count
        for round in 0..<4 {
            for number in 0..<8 { try project.write("m\(number).py", source + "round\(round)\n") }
            project.age()
            _ = try project.read(project.cache())
            #expect(try Data(contentsOf: URL(filePath: project.factsPath)).count < 3 * size + 2 << 20)
        }
        #expect(try project.factsPath != first)
        #expect(project.cacheFiles.count == 2)
        let last = project.cache()
        #expect(try project.read(last) == project.read(nil))
        #expect(last.writtenCount == 0)
    }

    @Test("the packs that were written longest ago go first when the cache is too large")
    func pruning() throws {
        let projects = try (0..<4).map { _ in try project(files: 30) }
        let root = projects[0].cacheRoot
        var indexes: [String] = []
        for (number, project) in projects.enumerated() {
            let cache = FactCache(root: root, build: "1", version: .v3_11, limitBytes: 1 << 30)
            _ = try project.read(cache)
            let index = try #require(
                projects[0].cacheFiles.first { $0.hasSuffix(".index") && !indexes.contains($0) })
            indexes.append(index)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: Double(number) * 60 - 3600)], ofItemAtPath: index)
        }
        let size = projects[0].cacheFiles.reduce(0) { $0 + FactPackTests.bytesOnDisk($1) }
        let small = FactCache(root: root, build: "2", version: .v3_11, limitBytes: size)
        _ = try projects[3].read(small)
        #expect(!FileManager.default.fileExists(atPath: indexes[0]))
        #expect(FileManager.default.fileExists(atPath: indexes[3]))
        #expect(projects[0].cacheFiles.count % 2 == 0)
    }

    private static func bytesOnDisk(_ path: String) -> Int {
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        return (size + 4095) / 4096 * 4096
    }

    @Test("the folder is that of the XDG specification")
    func folder() {
        #expect(FactCache.defaultRoot(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/canon/facts")
        #expect(FactCache.defaultRoot(environment: ["XDG_CACHE_HOME": "c", "HOME": "/h"]) == "/h/.cache/canon/facts")
        #expect(FactCache.defaultRoot(environment: [:]) == nil)
    }
}
