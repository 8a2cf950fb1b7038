import CanonWire
import Foundation
import Testing

@testable import CanonAgents

/// What a workspace lets nobody read, both with openat2 and with the components opened by hand.
@Suite struct WorkspaceTests {
    static let openings: [Workspace.Opening] = [.automatic, .byHand]

    private func workspace(
        _ folder: TemporaryFolder, _ opening: Workspace.Opening, forbidden: [String] = [],
        limits: Workspace.Limits = .init()
    ) throws -> Workspace {
        try Workspace(path: folder.path, forbidden: forbidden, limits: limits, opening: opening)
    }

    private func text(_ item: WorkspaceItem) throws -> String {
        guard case .file(let file) = item else {
            Issue.record("not a file: \(item)")
            return ""
        }
        return String(decoding: file.bytes, as: UTF8.self)
    }

    @Test(
        "a file is read by its relative path, also written with ./ or with the workspace's own absolute path",
        arguments: openings)
    func reads(opening: Workspace.Opening) throws {
        let folder = try TemporaryFolder()
        try folder.write("a/b/c.txt", "content")
        let workspace = try workspace(folder, opening)
        for path in ["a/b/c.txt", "./a/./b//c.txt", folder.absolute("a/b/c.txt")] {
            #expect(try text(workspace.item(at: path)) == "content")
        }
    }

    @Test("a path that leads out is refused, and the error names it", arguments: openings)
    func leavesNothing(opening: Workspace.Opening) throws {
        let outside = try TemporaryFolder()
        try outside.write("inside/ok.txt", "ok")
        try outside.write("loot.txt", "loot")
        let workspace = try Workspace(
            path: outside.absolute("inside"), forbidden: [], limits: .init(), opening: opening)
        for path in ["../loot.txt", "a/../../loot.txt", "/etc/passwd", outside.absolute("loot.txt"), "..", "ok.txt/.."]
        {
            #expect {
                try workspace.item(at: path)
            } throws: { error in
                (error as? ToolFailure)?.message.contains("'\(path)'") ?? false
            }
        }
        #expect(throws: ToolFailure.self) { try workspace.item(at: "ok.txt\0") }
    }

    @Test("links are followed neither out of the workspace nor inside it", arguments: openings)
    func followsNoLinks(opening: Workspace.Opening) throws {
        let outside = try TemporaryFolder()
        try outside.write("loot.txt", "loot")
        let folder = try TemporaryFolder()
        try folder.write("real/file.txt", "real")
        try folder.link("out.txt", to: outside.absolute("loot.txt"))
        try folder.link("folder-out", to: outside.path)
        try folder.link("in.txt", to: "real/file.txt")
        try folder.link("loop", to: ".")
        try folder.link("circle", to: "circle")
        let workspace = try workspace(folder, opening)
        for path in ["out.txt", "folder-out/loot.txt", "in.txt", "loop/loop/real/file.txt", "circle", "folder-out"] {
            #expect { try workspace.item(at: path) } throws: { error in
                (error as? ToolFailure)?.message.contains("link") ?? false
            }
        }
        var walk = WorkspaceWalk(workspace, deadline: Deadline(seconds: 10))
        try walk.run()
        #expect(walk.files == ["real/file.txt"])
        #expect(walk.omissions.refused == 5)
    }

    @Test(
        "hidden and key-like names are never read, whatever their capitals",
        arguments: [
            ".env", ".git/config", "a/.hidden", "server.pem", "SERVER.KEY", "id_rsa", "id_ed25519.pub",
            "aws_credentials.json", "Credentials/list.txt", "store.p12", "a.pfx", "x.keystore", "secrets.yaml",
            ".ssh/known_hosts",
        ])
    func refusesKeys(path: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(path, "TOP-SECRET")
        try folder.write("plain.txt", "TOP-SECRET")
        for opening in Self.openings {
            let workspace = try workspace(folder, opening)
            #expect(throws: ToolFailure.self) { try workspace.item(at: path) }
            var walk = WorkspaceWalk(workspace, deadline: Deadline(seconds: 10))
            try walk.run()
            #expect(walk.files == ["plain.txt"])
        }
    }

    @Test("a FIFO, a socket and a device neither hang nor answer", .timeLimit(.minutes(1)), arguments: openings)
    func refusesSpecialFiles(opening: Workspace.Opening) throws {
        let folder = try TemporaryFolder()
        try #require(mkfifo(folder.absolute("pipe"), 0o600) == 0)
        try folder.write("file.txt", "x")
        let workspace = try workspace(folder, opening)
        #expect(throws: ToolFailure.self) { try workspace.item(at: "pipe") }
        var walk = WorkspaceWalk(workspace, deadline: Deadline(seconds: 10))
        try walk.run()
        #expect(walk.files == ["file.txt"])

        let devices = try Workspace(path: "/dev", forbidden: [], limits: .init(), opening: opening)
        for name in ["null", "zero", "tty"] {
            #expect(throws: ToolFailure.self) { try devices.item(at: name) }
        }
    }

    @Test("the forbidden folder is refused by what it is, not by its name", arguments: openings)
    func forbidsFolder(opening: Workspace.Opening) throws {
        let folder = try TemporaryFolder()
        try folder.write("data/canon.db", "rows")
        try folder.write("data/deep/more.txt", "rows")
        try folder.write("src/a.txt", "text")
        try folder.makeFolder("elsewhere")
        try folder.link("elsewhere/alias", to: folder.absolute("data"))
        // Named through a link: only device and inode can tell.
        let workspace = try workspace(folder, opening, forbidden: [folder.absolute("elsewhere/alias")])
        for path in ["data/canon.db", "data/deep/more.txt", "data"] {
            #expect { try workspace.item(at: path) } throws: { error in
                (error as? ToolFailure)?.message.contains("data folder") ?? false
            }
        }
        #expect(try text(workspace.item(at: "src/a.txt")) == "text")
        var walk = WorkspaceWalk(workspace, deadline: Deadline(seconds: 10))
        try walk.run()
        #expect(walk.files == ["src/a.txt"])
    }

    @Test("a workspace inside the forbidden folder, or one that is no folder, is refused at once")
    func refusesWorkspace() throws {
        let folder = try TemporaryFolder()
        try folder.write("data/inner/a.txt", "x")
        #expect(throws: ToolFailure.self) {
            try Workspace(path: folder.absolute("data/inner"), forbidden: [folder.absolute("data")])
        }
        #expect(throws: ToolFailure.self) {
            try Workspace(path: folder.absolute("data"), forbidden: [folder.absolute("data")])
        }
        #expect(throws: ToolFailure.self) { try Workspace(path: folder.absolute("data/inner/a.txt")) }
        #expect(throws: ToolFailure.self) { try Workspace(path: folder.absolute("absent")) }
        #expect(throws: ToolFailure.self) { try Workspace(path: folder.path, forbidden: [folder.absolute("absent")]) }
    }

    @Test("of a long file the first part is read, and the whole size is known")
    func readsFirstPart() throws {
        let folder = try TemporaryFolder()
        var limits = Workspace.Limits()
        limits.readBytes = 1000
        try folder.write("long.txt", String(repeating: "x", count: 2500))
        try folder.write("exact.txt", String(repeating: "x", count: 1000))
        let workspace = try Workspace(path: folder.path, limits: limits)
        guard case .file(let long) = try workspace.item(at: "long.txt"),
            case .file(let exact) = try workspace.item(at: "exact.txt")
        else {
            Issue.record("not files")
            return
        }
        #expect(long.bytes.count == 1000 && long.size == 2500 && long.isTruncated)
        #expect(exact.bytes.count == 1000 && !exact.isTruncated)
    }

    @Test("a walk is sorted, passes over build folders, and says when its limits cut it")
    func walks() throws {
        let folder = try TemporaryFolder()
        for path in ["b.txt", "a/z.txt", "a/b/c.txt", "a.txt", "node_modules/x/y.js", "venv/z.py", "Z.txt"] {
            try folder.write(path, "x")
        }
        var walk = WorkspaceWalk(try Workspace(path: folder.path), deadline: Deadline(seconds: 10))
        try walk.run()
        #expect(walk.files == ["Z.txt", "a/b/c.txt", "a/z.txt", "a.txt", "b.txt"])
        #expect(walk.folders == 2)
        #expect(Set(walk.omissions.skippedFolders) == ["node_modules", "venv"])
        #expect(!walk.omissions.isCut && !walk.omissions.isLate)

        var limits = Workspace.Limits()
        limits.entries = 4
        var cut = WorkspaceWalk(try Workspace(path: folder.path, limits: limits), deadline: Deadline(seconds: 10))
        try cut.run()
        #expect(cut.omissions.isCut && cut.files.count <= 4)

        limits = Workspace.Limits()
        limits.depth = 2
        var shallow = WorkspaceWalk(try Workspace(path: folder.path, limits: limits), deadline: Deadline(seconds: 10))
        try shallow.run()
        #expect(shallow.omissions.isCut)
        #expect(!shallow.files.contains("a/b/c.txt"))

        var late = WorkspaceWalk(try Workspace(path: folder.path), deadline: Deadline(seconds: -1))
        try late.run()
        #expect(late.omissions.isLate)
    }

    @Test("folders thousands deep end the walk with a note, not with a crash")
    func walksDeep() throws {
        let folder = try TemporaryFolder()
        let deep = Array(repeating: "d", count: 500).joined(separator: "/")
        try folder.write(deep + "/f.txt", "x")
        var walk = WorkspaceWalk(try Workspace(path: folder.path), deadline: Deadline(seconds: 10))
        try walk.run()
        #expect(walk.files.isEmpty && walk.omissions.isCut)
    }
}

@Suite struct PathPatternTests {
    @Test(
        "patterns match names and folders",
        arguments: [
            ("*.py", "src/a.py", true), ("*.py", "src/a.pyc", false), ("src/*.py", "src/a.py", true),
            ("src/*.py", "src/b/a.py", false), ("src/**/*.py", "src/b/c/a.py", true), ("src/**/*.py", "src/a.py", true),
            ("**/a.py", "a.py", true), ("**/a.py", "x/y/a.py", true), ("src/**", "src/x/y", true), ("a?c", "abc", true),
            ("src/a?c", "src/a/c", false), ("*", "x/y", true), ("src/*/test_*", "src/a/test_b.py", true),
            ("**/*.py", "a/b.swift", false), ("a*b*c", "aXbYc", true), ("a*b*c", "aXbY", false),
        ])
    func matches(pattern: String, path: String, expected: Bool) {
        #expect(PathPattern(pattern).matches(path) == expected)
    }

    @Test("a pattern of many stars takes no exponential time", .timeLimit(.minutes(1)))
    func isBounded() {
        let pattern = PathPattern("x/" + String(repeating: "*a", count: 200) + "b")
        #expect(!pattern.matches("x/" + String(repeating: "a", count: 4000)))
    }
}
