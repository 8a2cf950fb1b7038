import CanonTestSupport
import Foundation
import Testing

@testable import canon

@Suite("Files of commits and of the index", .timeLimit(.minutes(5)))
struct CommittedFilesTests {
    private final class Tree {
        let root = NSTemporaryDirectory() + "canon-committed-" + UUID().uuidString

        init() throws {
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
            try git("init", "--quiet")
            try git("config", "user.name", "a")
            try git("config", "user.email", "a@example.org")
        }

        deinit { try? FileManager.default.removeItem(atPath: root) }

        func git(_ arguments: String..., mayFail: Bool = false) throws {
            let process = GitRepository.process(arguments, in: root)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(mayFail || process.terminationStatus == 0, "git \(arguments)")
        }

        func write(_ name: String, _ text: String) throws {
            let path = "\(root)/\(name)"
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: path)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }

        func repository(_ folder: String = "") throws -> GitRepository {
            try #require(GitRepository(containing: root + "/" + folder))
        }

        var names: [String] {
            (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []).filter { name in
                var isFolder: ObjCBool = false
                return !name.hasPrefix(".git")
                    && FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isFolder)
                    && !isFolder.boolValue
            }.sorted()
        }
    }

    /// Names whose order by bytes is not that of words, and a folder beside files that begin as it does.
    private static let names = [
        "a", "a b.py", "part/a.py", "part/b/c.py", "part-1.py", "part.py", "part0.py", "é.py", "Z.py",
        "part/\u{1F600}.md",
        "zz/last.py",
    ]

    @Test("what HEAD has is found from the index and its changes, whatever these are")
    func before() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let tree = try Tree()
        try tree.write("part/kept.py", "x = 1\n")
        for name in Self.names.dropLast(3) { try tree.write(name, "x = \(name.count)\n") }
        try tree.git("add", "--all")
        try tree.git("commit", "--quiet", "--message", "x")
        for round in 0..<40 {
            var edits: [String] = []
            for _ in 0..<Int.random(in: 0..<4, using: &random) { edits.append(try edit(tree, round, &random)) }
            let note = Comment(rawValue: "round \(round), \(edits), seed \(seed)")
            for folder in ["", "part"] {
                let repository = try tree.repository(folder)
                let index = CommittedFiles(try repository.staged())
                #expect(index.entries == index.entries.sorted(by: GitRepository.isBefore), note)
                let changes = try repository.stagedChanges()
                let head = try repository.files(of: try #require(repository.head))
                let before = try #require(index.before(changes), note)
                #expect(before.entries == head, note)
                let places = before.places(in: index)
                for (entry, place) in zip(before.entries, places) {
                    #expect(place == index.entries.firstIndex { $0.path == entry.path }, note)
                }
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                try tree.git("commit", "--quiet", "--allow-empty", "--message", "x", mayFail: true)
            }
        }
    }

    private func edit(_ tree: Tree, _ round: Int, _ random: inout SeededGenerator) throws -> String {
        let some = tree.names.filter { $0 != "part/kept.py" }.randomElement(using: &random) ?? "a"
        let path = "\(tree.root)/\(some)"
        switch Int.random(in: 0..<7, using: &random) {
        case 0:
            try? FileManager.default.removeItem(atPath: path)
            try tree.git("add", "--all")
            return "\(some) deleted"
        case 1:
            try tree.write(some, "y = \(round)\n")
            try tree.git("add", "--all")
            return "\(some) changed"
        case 2:
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
            try tree.git("add", "--all")
            return "\(some) a link"
        case 3:
            try tree.git("update-index", "--add", "--chmod=+x", "--", some, mayFail: true)
            return "\(some) executable"
        case 4:
            try tree.write("new\(round).py", "")
            try tree.git("add", "--intent-to-add", "new\(round).py")
            return "new\(round).py to be added"
        case 5:
            let name = try #require(Self.names.randomElement(using: &random))
            try? tree.write(name, "z = \(round)\n")
            try tree.git("add", "--all")
            return "\(name) written"
        default:
            let name = "moved/\(round) \((some as NSString).lastPathComponent)"
            try tree.git("mv", "-k", some, name, mayFail: true)
            try FileManager.default.createDirectory(atPath: "\(tree.root)/moved", withIntermediateDirectories: true)
            try tree.git("mv", "-k", some, name, mayFail: true)
            return "\(some) moved"
        }
    }

    @Test("a merge under way, or an index that has changed since, says nothing of HEAD")
    func unknown() throws {
        let tree = try Tree()
        try tree.write("a.py", "x = 1\n")
        try tree.git("add", "--all")
        try tree.git("commit", "--quiet", "--message", "x")
        let repository = try tree.repository()
        try tree.write("a.py", "x = 2\n")
        try tree.git("add", "--all")
        let changes = try repository.stagedChanges()
        try tree.write("a.py", "x = 3\n")
        try tree.git("add", "--all")
        #expect(CommittedFiles(try repository.staged()).before(changes) == nil)
        try tree.git("commit", "--quiet", "--message", "x")
        try tree.git("checkout", "--quiet", "-b", "other", "HEAD~1")
        try tree.write("a.py", "x = 4\n")
        try tree.git("commit", "--quiet", "--all", "--message", "x")
        try tree.git("merge", "--quiet", "@{-1}", mayFail: true)
        #expect(CommittedFiles(try repository.staged()).before(try repository.stagedChanges()) == nil)
    }

    @Test("git is asked by many at once, beside one that goes on answering")
    func atOnce() throws {
        let tree = try Tree()
        try tree.write("a.py", String(repeating: "x = 1\n", count: 20_000))
        try tree.git("add", "--all")
        try tree.git("commit", "--quiet", "--message", "x")
        let repository = try tree.repository()
        let head = try #require(repository.head)
        for _ in 0..<8 {
            let listings = (0..<6).map { _ in Awaited { try repository.staged() } }
            let objects = GitObjects(repository)
            #expect(try objects.object(named: ":./a.py")?.bytes.count == 120_000)
            for listing in listings { #expect(try listing.value.map(\.path) == ["a.py"]) }
            #expect(try objects.object(named: head + "^{tree}")?.id.count == 40)
            #expect(try objects.object(named: ":./b.py") == nil)
        }
    }
}
