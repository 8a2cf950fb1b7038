import CanonFacts
import Foundation
import Testing

@testable import CanonPython

/// A folder of sources and a cache, for one test.
final class TemporaryProject: Sendable {
    let folder = NSTemporaryDirectory() + "canon-project-" + UUID().uuidString
    let cacheRoot = NSTemporaryDirectory() + "canon-cache-" + UUID().uuidString

    var resolvedFolder: String { URL(filePath: folder).resolvingSymlinksInPath().path }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit {
        for path in [folder, cacheRoot] { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Writes a file. Its times are an hour ago unless told, so that it can be trusted not to change within a tick.
    func write(_ name: String, _ text: String, time: Date = Date(timeIntervalSinceNow: -3600)) throws {
        let path = folder + "/" + name
        let parent = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        // In place: the inode stays.
        if let handle = FileHandle(forWritingAtPath: path) {
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        } else {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    }

    func cache(build: String = "1", version: PythonVersion = .v3_11, limit: Int = 1 << 30) -> FactCache {
        FactCache(root: cacheRoot, build: build, version: version, limitBytes: limit)
    }

    /// Reads everything.
    func read(
        _ cache: FactCache?, verifies: Bool = false, jobs: Int = 1, leavingOut: (@Sendable (String) -> Bool)? = nil
    ) throws -> [String: FileFacts] {
        let result = try PythonProject.read(
            folder, version: .v3_11, jobs: jobs, cache: cache, verifiesCache: verifies, leavingOut: leavingOut)
        return Dictionary(uniqueKeysWithValues: result.files.map { ($0.name, $0.facts) })
    }

    /// The stamps of files just written are too young to be trusted; a moment later, those of the next run are not.
    func age() {
        let start = Date()
        while Date().timeIntervalSince(start) < 0.03 { usleep(5000) }
    }

    var cacheFiles: [String] {
        (FileManager.default.enumerator(atPath: cacheRoot)?.compactMap { $0 as? String } ?? [])
            .map { cacheRoot + "/" + $0 }
            .filter {
                (try? FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType) == .typeRegular
            }
            .sorted()
    }

    var indexPath: String { get throws { try #require(cacheFiles.first { $0.hasSuffix(".index") }) } }
    var factsPath: String { get throws { try #require(cacheFiles.first { $0.hasSuffix(".facts") }) } }
}

@Suite("Projects and their cache")
struct PythonProjectTests {
    private func project() throws -> TemporaryProject {
        let project = try TemporaryProject()
        try project.write("a.py", "import b\nx = {}\n")
        try project.write("pkg/b.py", "class B: pass\n")
        try project.write("pkg/broken.py", "x = (\n")
        try project.write("pkg/deep/__init__.py", "")
        try project.write("pkg/notes.txt", "no source\n")
        project.age()
        return project
    }

    @Test(
        "files are found in the order of their bytes, folders are left out when asked, and a missing path is an error")
    func files() throws {
        let project = try project()
        let all = try PythonProject.read(project.folder, version: .v3_11, jobs: 2)
        #expect(all.files.map(\.name) == ["a.py", "pkg/b.py", "pkg/broken.py", "pkg/deep/__init__.py"])
        #expect(all.files[2].facts.error != nil)
        let some = try PythonProject.read(project.folder, version: .v3_11, jobs: 1) { $0 == "pkg/deep" }
        #expect(some.files.map(\.name) == ["a.py", "pkg/b.py", "pkg/broken.py"])
        #expect(throws: PythonProject.MissingPath.self) {
            try PythonProject.read(project.folder + "/none", version: .v3_11, jobs: 1)
        }
    }

    @Test("a second run takes every fact from the pack and writes nothing")
    func warm() throws {
        let project = try project()
        let first = project.cache()
        let facts = try project.read(first, jobs: 2)
        #expect(first.writtenCount == 4)
        #expect(first.failure == nil)
        let files = project.cacheFiles
        #expect(files.count == 2)
        let index = try Data(contentsOf: URL(filePath: project.indexPath))
        let second = project.cache()
        #expect(try project.read(second, jobs: 2) == facts)
        #expect(second.writtenCount == 0)
        #expect(try project.read(nil) == facts)
        #expect(project.cacheFiles == files)
        #expect(try Data(contentsOf: URL(filePath: project.indexPath)) == index)
    }

    @Test("a file that changed, came or went is seen, the others are not read again")
    func changes() throws {
        let project = try project()
        _ = try project.read(project.cache())
        try project.write("a.py", "import c\nx = {}\n")
        try project.write("new.py", "y = 1\n")
        try FileManager.default.removeItem(atPath: project.folder + "/pkg/b.py")
        project.age()
        let cache = project.cache()
        #expect(try project.read(cache) == project.read(nil))
        #expect(cache.writtenCount == 2)
        let again = project.cache()
        #expect(try project.read(again).count == 4)
        #expect(again.writtenCount == 0)
    }

    @Test("a file whose size, times and inode are as they were is not opened; --verify-cache opens it")
    func trust() throws {
        let project = try project()
        let cache = project.cache()
        let facts = try project.read(cache)
        // Other facts of the same length in the pack, with a checksum: only what is not read can show them.
        let foreign = try PythonProject.read(project.folder, version: .v3_11, jobs: 1).files[0].facts
        let pack = cache.pack(ofFolder: project.resolvedFolder)
        let entry = try #require(
            Array("a.py".utf8).withUnsafeBytes { name in pack.entry(named: name) })
        #expect(pack.facts(of: entry) == foreign)
        let path = try project.factsPath
        var bytes = try Data(contentsOf: URL(filePath: path))
        var forged = facts["a.py"]!.records
        forged.lineCount = 77
        var encoded: [UInt8] = []
        FileFacts(forged).encode(into: &encoded)
        bytes.replaceSubrange(Int(entry.offset)..<Int(entry.offset) + encoded.count, with: encoded)
        try bytes.write(to: URL(filePath: path))
        #expect(try project.read(project.cache())["a.py"]?.lineCount == 77)
        // The same contents: the facts are still those of the pack. Other contents of the same size and times: they are not.
        #expect(try project.read(project.cache(), verifies: true)["a.py"]?.lineCount == 77)
    }

    @Test("a change that leaves size and modification time alone is seen by the other times")
    func sameTime() throws {
        let project = try project()
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        try project.write("a.py", "import b\nx = {}\n", time: time)
        project.age()
        _ = try project.read(project.cache())
        try project.write("a.py", "import c\nx = {}\n", time: time)
        let facts = try #require(try project.read(project.cache())["a.py"])
        #expect(facts.events.first.map { facts.names[$0.name] } == "c")
    }

    @Test("a file that was written within a tick of being read is compared by its contents the next time")
    func racy() throws {
        let project = try TemporaryProject()
        try project.write("a.py", "import b\n", time: Date())
        let first = project.cache()
        _ = try project.read(first)
        let pack = first.pack(ofFolder: project.resolvedFolder)
        let entry = try #require(Array("a.py".utf8).withUnsafeBytes { name in pack.entry(named: name) })
        #expect(!FactPack.isCurrent(entry, entry.stamp))
        project.age()
        // Now it is known to be as it was, and the time of that is noted.
        let second = project.cache()
        _ = try project.read(second)
        #expect(second.writtenCount == 0)
        let later = second.pack(ofFolder: project.resolvedFolder)
        let renewed = try #require(Array("a.py".utf8).withUnsafeBytes { name in later.entry(named: name) })
        #expect(FactPack.isCurrent(renewed, renewed.stamp))
        #expect(renewed.digest == entry.digest && renewed.offset == entry.offset)
    }

    @Test("a touched file is hashed, not parsed, and its new stamp is kept")
    func touched() throws {
        let project = try project()
        _ = try project.read(project.cache())
        try project.write("a.py", "import b\nx = {}\n", time: Date(timeIntervalSinceNow: -60))
        project.age()
        let cache = project.cache()
        _ = try project.read(cache)
        #expect(cache.writtenCount == 0)
        let index = try Data(contentsOf: URL(filePath: project.indexPath))
        _ = try project.read(project.cache())
        #expect(try Data(contentsOf: URL(filePath: project.indexPath)) == index)
    }

    @Test("whole seconds are trusted after two of them only")
    func coarseTimes() {
        var stamp = FileStamp(bytes: 3, changed: 5_000_000_000, touched: 5_000_000_000, inode: 1, device: 1)
        #expect(!stamp.isOlder(than: 6_900_000_000))
        #expect(stamp.isOlder(than: 7_000_000_000))
        stamp.touched = 5_000_000_001
        #expect(!stamp.isOlder(than: 5_010_000_000))
        #expect(stamp.isOlder(than: 5_100_000_000))
    }

    @Test("another build or another grammar has a pack of its own")
    func builds() throws {
        let project = try project()
        _ = try project.read(project.cache())
        for cache in [project.cache(build: "2"), project.cache(version: .v3_12)] {
            _ = try project.read(cache)
            #expect(cache.writtenCount == 4)
        }
    }

    @Test("what a run leaves out stays in the pack; a run over all forgets what is gone")
    func leavingOut() throws {
        let project = try project()
        _ = try project.read(project.cache())
        try project.write("a.py", "import changed\n")
        project.age()
        let partial = project.cache()
        _ = try project.read(partial) { $0 == "pkg" }
        #expect(partial.writtenCount == 1)
        let all = project.cache()
        #expect(try project.read(all) == project.read(nil))
        #expect(all.writtenCount == 0)
        try FileManager.default.removeItem(atPath: project.folder + "/pkg/b.py")
        _ = try project.read(project.cache())
        try project.write("pkg/b.py", "class B: pass\n")
        let last = project.cache()
        _ = try project.read(last)
        #expect(last.writtenCount == 1)
    }

    @Test("the names of all files are told on request, in the order of their bytes, without those of git")
    func allFiles() throws {
        let project = try TemporaryProject()
        for name in ["b.py", "a/c.md", "a.txt", ".hidden/x.yml", "a/b.py", ".git/config", ".git/hooks/h.py", "z"] {
            try project.write(name, "")
        }
        let all = try PythonProject(paths: [project.folder], version: .v3_11, jobs: 1, namingOthers: true)
        #expect(all.allFiles.map(\.name) == [".hidden/x.yml", "a.txt", "a/b.py", "a/c.md", "b.py", "z"])
        #expect(all.files.map(\.name) == [".git/hooks/h.py", "a/b.py", "b.py"])
        let sources = try PythonProject(paths: [project.folder], version: .v3_11, jobs: 1)
        #expect(sources.allFiles.map(\.name) == ["a/b.py", "b.py"])
    }
}
