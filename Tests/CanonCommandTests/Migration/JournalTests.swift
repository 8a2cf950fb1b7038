import CanonTestSupport
import Testing

@testable import canon

/// A migration of five files on a disk of which every call may be the last.
private struct Scene {
    static let attributes = FileAttributes(mode: 0o640, owner: 1, group: 2)
    static let old: [String: String] = [
        "shop/app.py": "from shop.old import Store\n", "shop/tool.py": "import shop.old\n", "main.py": "main\n",
        "shop/old/__init__.py": "", "shop/old/store.py": "class Store: pass\n", "shop/gone.py": "gone\n",
        "shop/other.py": "nobody touches this\n",
    ]
    static let new: [String: String] = [
        "shop/app.py": "from shop.new import Store\n", "shop/tool.py": "import shop.new as new, and more\n",
        "main.py": "MAIN\n", "shop/other.py": "nobody touches this\n",
    ]

    static let journal: MigrationJournal = {
        let changed = old.keys.sorted().filter { old[$0] != new[$0] }
        return MigrationJournal(
            token: "0123456789abcdef",
            entries: changed.map { path in
                MigrationJournal.Entry(
                    path: path, attributes: attributes, before: Array(old[path]!.utf8),
                    after: new[path].map { Array($0.utf8) })
            })
    }()

    let disk: ModelDisk

    init(_ disk: ModelDisk? = nil) { self.disk = disk ?? ModelDisk(Self.files(Self.old)) }

    private static func files(_ texts: [String: String]) -> [String: ModelDisk.File] {
        var files: [String: ModelDisk.File] = [:]
        for (path, text) in texts {
            files["tree/" + path] = ModelDisk.File(bytes: Array(text.utf8), attributes: attributes)
        }
        // The lock, which is what makes the folder of the journal.
        files["git/canon-migrate/lock"] = ModelDisk.File(bytes: [], attributes: JournalFolder.attributes)
        return files
    }

    private var folder: JournalFolder { JournalFolder(files: disk.mount("git/canon-migrate")) }

    func migrate() throws(TreeMove.Failure) {
        try TreeMove(Self.journal, tree: disk.mount("tree"), folder: folder).run(isCancelled: { false }) { _ in }
    }

    func recover() throws(JournalRecovery.Problem) -> JournalRecovery.Outcome {
        try JournalRecovery(folder: folder, tree: disk.mount("tree")).run()
    }

    enum Tree { case old, new, mixed }

    /// Nothing else may be there: no staged file, no journal.
    var tree: Tree {
        if disk.files == Self.files(Self.old) { return .old }
        return disk.files == Self.files(Self.new) && !disk.folders.contains("tree/shop/old") ? .new : .mixed
    }

    /// How many calls a migration makes that nothing disturbs.
    static func calls() throws -> Int {
        let scene = Scene()
        try scene.migrate()
        #expect(scene.tree == .new)
        return scene.disk.calls
    }
}

@Suite("The journal of a migration")
struct JournalTests {
    @Test(
        "after a kill at any call, recovery leaves exactly the old or the new tree, and the new one from the commit on")
    func kills() throws {
        let calls = try Scene.calls()
        #expect(calls > 40)
        var seen: [Scene.Tree] = []
        for last in 0...calls {
            let scene = Scene()
            scene.disk.schedule(.init(lastCall: last))
            try? scene.migrate()
            let after = Scene(scene.disk.afterKill())
            let outcome = try after.recover()
            #expect(after.tree != .mixed, "killed after call \(last) of \(calls)")
            if case .completed = outcome { #expect(after.tree == .new) }
            if case .undone = outcome { #expect(after.tree == .old) }
            #expect(try after.recover() == .nothing)
            seen.append(after.tree)
        }
        let commit = try #require(seen.firstIndex(of: .new))
        #expect(seen[..<commit].allSatisfy { $0 == .old } && seen[commit...].allSatisfy { $0 == .new })
        #expect(commit > 0)
    }

    @Test("after a power cut at any call, recovery leaves exactly the old or the new tree", arguments: 0..<20)
    func powerCuts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for last in 0...(try Scene.calls()) {
            let scene = Scene()
            scene.disk.schedule(.init(lastCall: last))
            try? scene.migrate()
            let after = Scene(scene.disk.afterPowerCut(&random))
            _ = try after.recover()
            #expect(after.tree != .mixed, "seed \(seed), power cut after call \(last)")
        }
    }

    @Test("a recovery that is cut off itself is taken up by the next one", arguments: 0..<2)
    func cutRecoveries(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for last in 0...(try Scene.calls()) {
            let scene = Scene()
            scene.disk.schedule(.init(lastCall: last))
            try? scene.migrate()
            let broken = scene.disk.afterPowerCut(&random)
            var second = 0
            while true {
                let again = Scene(broken.afterKill())
                again.disk.schedule(.init(lastCall: second))
                let isDone = (try? again.recover()) != nil
                let after = Scene(again.disk.afterPowerCut(&random))
                _ = try after.recover()
                if after.tree == .mixed {
                    Issue.record("seed \(seed), cut after call \(last), and after \(second) of the recovery")
                }
                if isDone { break }
                second += 1
            }
        }
    }

    @Test("a migration that was told to be done survives a power cut", arguments: 0..<20)
    func durable(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let scene = Scene()
        try scene.migrate()
        let after = Scene(scene.disk.afterPowerCut(&random))
        _ = try after.recover()
        #expect(after.tree == .new, "seed \(seed)")
    }

    @Test("a call that fails leaves every byte as it was, or all is moved")
    func failures() throws {
        let full = SystemError(code: 28)
        var undone = 0
        for call in 1...(try Scene.calls()) {
            let scene = Scene()
            scene.disk.schedule(.init(failures: [call: full]))
            do {
                try scene.migrate()
                // What failed was the end of the journal.
                scene.disk.schedule(.init())
                _ = try scene.recover()
                #expect(scene.tree == .new, "call \(call)")
            } catch {
                guard case TreeMove.Failure.undone(_, let reason) = error, reason == .system(full) else {
                    Issue.record("call \(call): \(error)")
                    continue
                }
                #expect(scene.tree == .old, "call \(call)")
                undone += 1
            }
        }
        #expect(undone > 30)
    }

    @Test("a disk that breaks for good leaves a journal, and recovery is possible when it works again")
    func brokenDisks() throws {
        var halfway = 0
        for call in 1...(try Scene.calls()) {
            let scene = Scene()
            scene.disk.schedule(.init(brokenFrom: call))
            do {
                try scene.migrate()
            } catch TreeMove.Failure.halfway {
                halfway += 1
            } catch {}
            scene.disk.schedule(.init())
            _ = try scene.recover()
            #expect(scene.tree != .mixed, "broken from call \(call)")
        }
        #expect(halfway > 10)
    }

    @Test("a file that changed since the plan stops the migration, and keeps its change")
    func changedSincePlan() throws {
        let scene = Scene()
        scene.disk.write("tree/shop/tool.py", Array("somebody's\n".utf8))
        #expect(throws: TreeMove.Failure.self) { try scene.migrate() }
        #expect(scene.disk.files["tree/shop/tool.py"]?.bytes == Array("somebody's\n".utf8))
        scene.disk.write("tree/shop/tool.py", Array(Scene.old["shop/tool.py"]!.utf8))
        #expect(scene.tree == .old)
    }

    @Test(
        "what somebody wrote between the interruption and the recovery is not overwritten, and nothing else is touched")
    func conflicts() throws {
        let scene = Scene()
        // Past the commit, when some of the files are moved.
        let calls = try Scene.calls()
        scene.disk.schedule(.init(lastCall: calls - 25))
        try? scene.migrate()
        let after = Scene(scene.disk.afterKill())
        after.disk.write("tree/shop/app.py", Array("somebody's\n".utf8))
        let before = after.disk.files
        #expect(throws: JournalRecovery.Problem.conflict(paths: ["shop/app.py"], state: .committed)) {
            try after.recover()
        }
        #expect(after.disk.files == before)
        after.disk.write("tree/shop/app.py", Array(Scene.old["shop/app.py"]!.utf8))
        #expect(try after.recover() == .completed(files: Scene.journal.entries.count))
        #expect(after.tree == .new)
    }

    @Test("whoever ends it before the commit gets the old tree")
    func cancelled() throws {
        for moment in 0..<Scene.journal.entries.count {
            let scene = Scene()
            var asked = 0
            let move = TreeMove(
                Scene.journal, tree: scene.disk.mount("tree"),
                folder: JournalFolder(files: scene.disk.mount("git/canon-migrate")))
            #expect(throws: TreeMove.Failure.self) {
                try move.run(
                    isCancelled: {
                        asked += 1
                        return asked > moment
                    }, progress: { _ in })
            }
            #expect(scene.tree == .old)
        }
    }

    @Test("a journal of which one byte is wrong or missing is told as damaged, and nothing is touched")
    func damage() throws {
        let whole = Scene.journal.encoded
        #expect(try MigrationJournal(encoded: whole) == Scene.journal)
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0x10
            if (try? MigrationJournal(encoded: bytes)) != nil { Issue.record("byte \(index) may be wrong") }
            if (try? MigrationJournal(encoded: Array(whole[..<index]))) != nil {
                Issue.record("\(index) bytes will do")
            }
        }
    }

    @Test("a path that leaves the tree is no path", arguments: ["../x", "/x", "a//b", "a/./b", "", "a/", ".", "a/.."])
    func improperPaths(path: String) {
        #expect(!RelativePath.isProper(path))
        let entry = MigrationJournal.Entry(path: path, attributes: Scene.attributes, before: [1], after: [2])
        let bytes = MigrationJournal(token: "0123456789abcdef", entries: [entry]).encoded
        #expect(throws: MigrationJournal.Damage.self) { try MigrationJournal(encoded: bytes) }
    }
}
