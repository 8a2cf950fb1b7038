import Foundation
import Testing

@testable import CanonPython

@Suite("Answers that are kept for a folder")
struct KeptAnswerTests {
    private let question = Array("what?".utf8)
    private let answer = Array("that".utf8)

    private func project() throws -> TemporaryProject {
        let project = try TemporaryProject()
        try project.write("a.py", "import b\n")
        try project.write("pkg/b.py", "class B: pass\n")
        try project.write("docs/notes.md", "notes\n")
        project.age()
        return project
    }

    /// A run as an audit makes it: find, look for the answer, read, keep the answer.
    private func found(
        _ project: TemporaryProject, _ cache: FactCache?, verifies: Bool = false,
        leavingOut: (@Sendable (String) -> Bool)? = nil
    ) throws -> PythonProject {
        try PythonProject(
            paths: [project.folder], version: .v3_11, jobs: 2, cache: cache, verifiesCache: verifies,
            namingOthers: true, leavingOut: leavingOut)
    }

    private func run(_ project: TemporaryProject, _ cache: FactCache?, keeping answer: [UInt8]) throws {
        let found = try found(project, cache)
        _ = found.map { $1 }
        found.finish()
        found.keep(answer, to: question)
    }

    private func answer(_ project: TemporaryProject, cache: FactCache? = nil) throws -> [UInt8]? {
        try found(project, cache ?? project.cache()).keptAnswer(to: question)
    }

    @Test("the same question about the same files has the answer that was kept, another question has none")
    func kept() throws {
        let project = try project()
        #expect(try answer(project) == nil)
        try run(project, project.cache(), keeping: answer)
        #expect(try answer(project) == answer)
        #expect(try found(project, project.cache()).keptAnswer(to: question + [0]) == nil)
        #expect(try answer(project, cache: project.cache(build: "2")) == nil)
        #expect(try answer(project, cache: project.cache(version: .v3_12)) == nil)
        #expect(try found(project, nil).keptAnswer(to: question) == nil)
        // Who does not believe the stamps is not answered by them.
        #expect(try found(project, project.cache(), verifies: true).keptAnswer(to: question) == nil)
        // One answer for each folder: the last.
        try run(project, project.cache(), keeping: [])
        #expect(try answer(project) == [])
        #expect(project.cacheFiles.count == 3)
    }

    @Test(
        "a file of any kind that changed, came, went or was renamed leaves no answer",
        arguments: ["a.py", "docs/notes.md"])
    func changes(_ name: String) throws {
        let project = try project()
        let path = project.folder + "/" + name
        func expectMiss(_ change: () throws -> Void) throws {
            try run(project, project.cache(), keeping: answer)
            #expect(try answer(project) == answer)
            try change()
            project.age()
            #expect(try answer(project) == nil)
        }
        // The same size and modification time: the other time tells.
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        try project.write(name, "import c\n", time: time)
        project.age()
        try expectMiss { try project.write(name, "import d\n", time: time) }
        try expectMiss { try project.write(name, "import longer\n") }
        try expectMiss { try FileManager.default.moveItem(atPath: path, toPath: path + ".txt") }
        try expectMiss { try project.write(name, "import c\n") }
        try expectMiss { try FileManager.default.removeItem(atPath: path) }
        try expectMiss { try project.write("new." + name.suffix(2), "") }
    }

    @Test("files that were written just now cannot be told from later ones: nothing is kept")
    func young() throws {
        let project = try TemporaryProject()
        try project.write("a.py", "import b\n", time: Date())
        try run(project, project.cache(), keeping: answer)
        project.age()
        #expect(try answer(project) == nil)
    }

    @Test("what was read after a change belongs to no state that is found again")
    func changeWhileReading() throws {
        let project = try project()
        let before = try found(project, project.cache())
        try project.write("a.py", "import c\n")
        before.keep(answer, to: question)
        #expect(try answer(project) == nil)
        project.age()
        #expect(try answer(project) == nil)
    }

    @Test("a folder that was not seen as a whole has no answer")
    func partial() throws {
        let project = try project()
        let part = try found(project, project.cache()) { $0 == "pkg" }
        part.keep(answer, to: question)
        #expect(part.keptAnswer(to: question) == nil)
        let sources = try PythonProject(paths: [project.folder], version: .v3_11, jobs: 1, cache: project.cache())
        sources.keep(answer, to: question)
        #expect(sources.keptAnswer(to: question) == nil)
        #expect(project.cacheFiles == [])
    }

    @Test("an answer that was cut off or changed anywhere is none")
    func damage() throws {
        let project = try project()
        try run(project, project.cache(), keeping: answer)
        let path = try #require(project.cacheFiles.first { $0.hasSuffix(KeptAnswer.suffix) })
        let whole = try Data(contentsOf: URL(filePath: path))
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 0x01
            try changed.write(to: URL(filePath: path))
            #expect(try answer(project) == nil)
            try whole.prefix(place).write(to: URL(filePath: path))
            #expect(try answer(project) == nil)
        }
        try (whole + [0]).write(to: URL(filePath: path))
        #expect(try answer(project) == nil)
        try whole.write(to: URL(filePath: path))
        #expect(try answer(project) == answer)
    }

    @Test("runs at the same time leave one whole answer, and nothing else")
    func concurrency() throws {
        let project = try project()
        let answers = (0..<8).map { [UInt8](repeating: UInt8($0), count: 100_000) }
        DispatchQueue.concurrentPerform(iterations: answers.count) { number in
            try? run(project, project.cache(), keeping: answers[number])
            if let answer = try? answer(project) { #expect(answers.contains(answer)) }
        }
        #expect(answers.contains(try #require(try answer(project))))
        #expect(project.cacheFiles.count { !$0.hasSuffix(".facts") } == 2)
    }

    @Test("where nothing can be written nothing is kept, and an answer too large for the cache is left out")
    func unwritable() throws {
        let project = try project()
        let small = project.cache(limit: 40_000)
        try run(project, small, keeping: [UInt8](repeating: 1, count: 10_001))
        #expect(try answer(project) == nil)
        #expect(small.failure == nil)
        try run(project, project.cache(limit: 40_000), keeping: answer)
        #expect(try answer(project) == answer)
        let other = try self.project()
        try Data().write(to: URL(filePath: other.cacheRoot))
        let cache = other.cache()
        try run(other, cache, keeping: answer)
        #expect(cache.failure?.code == ENOTDIR)
    }

    @Test("facts and answers of other folders stay, however old; what belongs to no index goes after an hour")
    func leftovers() throws {
        let old = try project()
        try run(old, old.cache(), keeping: answer)
        let kept = old.cacheFiles
        #expect(kept.count == 3)
        let folder = try #require(kept.first.map { ($0 as NSString).deletingLastPathComponent })
        let orphans = ["/1234.answer", "/1234.5.facts", "/1234.index.7.tmp"].map { folder + $0 }
        for path in orphans { try Data("x".utf8).write(to: URL(filePath: path)) }
        for path in kept + orphans {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: path)
        }
        let other = try project()
        let shared = FactCache(root: old.cacheRoot, build: "2", version: .v3_11)
        _ = try other.read(shared)
        #expect(kept.allSatisfy { FileManager.default.fileExists(atPath: $0) })
        #expect(!orphans.contains { FileManager.default.fileExists(atPath: $0) })
        #expect(try answer(old) == answer)
    }
}
