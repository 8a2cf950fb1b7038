import CanonCodeModel

/// Tells the scope of a path.
///
/// A pattern without `/` is one segment of the path (`tests`, `backup*`); a pattern with `/` is a glob from the root
/// (`app/legacy`, `**/tests`, `/docs`). A pattern that fits a folder stands for what is beneath it. Nothing matches a part of
/// a segment: `contest.py` is no test.
public struct ScopeMap: Sendable {
    /// What ordinary repositories look like. A scope that the manifest names replaces its line. Names that may as well be a
    /// product's own (`tools`, `archive`) count at the root only: what is skipped cannot be found.
    public static let defaults: [SourceScope: [String]] = [
        .vendored: [
            "/vendor", "vendored", "_vendor", "third_party", "node_modules", "site-packages", ".venv", "/venv", ".tox",
            ".nox", ".eggs", "__pypackages__",
        ],
        .generated: ["*_pb2.py", "*_pb2_grpc.py", "*_generated.py", "_generated", ".build", "/build", "__pycache__"],
        .backup: ["/backup", "/backups", "*.bak", "*_backup", "*_backup.py", "/archive", "/archived", ".archive"],
        .fixture: ["testdata", "test_data", "test-data", "Tests/Fixtures"],
        .test: ["tests", "test", "Tests", "test_*.py", "*_test.py", "*_tests.py", "tests.py", "conftest.py"],
        .tool: [
            "scripts", "/tools", "/bin", "/docs", "/examples", "/benchmarks", "/setup.py", "/noxfile.py", "/tasks.py",
            "/fabfile.py", ".github", ".ci",
        ],
    ]

    /// The first scope that fits wins: what is vendored is not ours to test, a copy of a test is a copy first.
    static let order: [SourceScope] = [.vendored, .generated, .backup, .fixture, .test, .tool, .live]
    private static let live = UInt8(order.count - 1)
    private static let tool = live - 1

    /// Of segments, as ranks in ``order``.
    private var exact: [[UInt8]: UInt8] = [:]
    private var globs: [(pattern: Glob, rank: UInt8)] = []
    private var anchored: [(pattern: GlobPattern, rank: UInt8)] = []
    private let roots: [GlobPattern]

    public init(manifest: Manifest = Manifest()) {
        roots = manifest.roots.map { GlobPattern($0.value, separator: UInt8(ascii: "/")) }
        for (rank, scope) in Self.order.enumerated() {
            let patterns = manifest.scopes[scope]?.map(\.value) ?? Self.defaults[scope] ?? []
            for pattern in patterns { add(pattern, rank: UInt8(rank)) }
        }
    }

    private mutating func add(_ pattern: String, rank: UInt8) {
        let bytes = Array(pattern.utf8)
        if bytes.contains(UInt8(ascii: "/")) {
            anchored.append((GlobPattern(pattern, separator: UInt8(ascii: "/")), rank))
        } else if Glob.isGlob(bytes) {
            globs.append((Glob(bytes), rank))
        } else {
            exact[bytes] = min(rank, exact[bytes] ?? .max)
        }
    }

    /// Whether a path is among what the image ships: all is, when the manifest names no roots.
    public func ships(_ path: String) -> Bool {
        roots.isEmpty
            || roots.contains { $0.matchesBeginning(of: Array(path.utf8).split(separator: UInt8(ascii: "/"))) }
    }

    public func scope(of path: String) -> SourceScope {
        var folders = Folders()
        return scope(of: path, &folders)
    }

    /// The scopes of many paths, quickly when they are sorted: what a folder says is found out once.
    public func scopes(of paths: some Sequence<String>) -> [SourceScope] {
        var folders = Folders()
        return paths.map { scope(of: $0, &folders) }
    }

    /// The folder that was looked at last.
    private struct Folders {
        var path: [UInt8] = [UInt8(ascii: "/")]
        var depth = 0
        var rank: UInt8 = 0
        var isInRoots = false
    }

    private func scope(of path: String, _ folders: inout Folders) -> SourceScope {
        var path = path
        return path.withUTF8 { scope(of: $0, &folders) }
    }

    private func scope(of path: UnsafeBufferPointer<UInt8>, _ folders: inout Folders) -> SourceScope {
        let folderEnd = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        if !path[..<folderEnd].elementsEqual(folders.path) { enter(Array(path[..<folderEnd]), &folders) }
        var rank = min(folders.rank, self.rank(ofSegment: Array(path[folderEnd...])))
        var isInRoots = folders.isInRoots
        let depth = folders.depth + 1
        if anchored.contains(where: { $0.rank < rank && $0.pattern.mayEnd(atDepth: depth) })
            || !isInRoots && roots.contains(where: { $0.mayEnd(atDepth: depth) })
        {
            let segments = Array(path).split(separator: UInt8(ascii: "/"))
            rank = min(rank, anchoredRank(of: segments))
            isInRoots = isInRoots || roots.contains { $0.matchesBeginning(of: segments) }
        }
        // What the image does not ship is no live code, whatever it is called.
        if rank == Self.live, !isInRoots { rank = Self.tool }
        return Self.order[Int(rank)]
    }

    private func enter(_ folder: [UInt8], _ folders: inout Folders) {
        let segments = folder.split(separator: UInt8(ascii: "/"))
        folders.path = folder
        folders.depth = segments.count
        folders.rank = min(segments.map { rank(ofSegment: Array($0)) }.min() ?? Self.live, anchoredRank(of: segments))
        folders.isInRoots = roots.isEmpty || roots.contains { $0.matchesBeginning(of: segments) }
    }

    private func anchoredRank(of segments: [ArraySlice<UInt8>]) -> UInt8 {
        anchored.lazy.filter { $0.pattern.matchesBeginning(of: segments) }.map(\.rank).min() ?? Self.live
    }

    private func rank(ofSegment segment: [UInt8]) -> UInt8 {
        var best = exact[segment] ?? Self.live
        for (pattern, rank) in globs where rank < best && pattern.matches(segment[...]) { best = rank }
        return best
    }
}
