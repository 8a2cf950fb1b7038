import CanonAudit
import CanonPython
import Foundation
import Synchronization

/// The files of a folder on disk, listed when somebody asks.
final class WorkTree: SourceTree, Sendable {
    let root: String
    private let listing: LazyListing

    /// - Parameter root: without `/` at its end, unless it is the root of the machine.
    init(root: String) {
        self.root = root
        listing = LazyListing(root: root)
    }

    var paths: [String] { listing.paths }

    /// Nil for what is no regular file, larger than a document is, or cannot be read.
    func bytes(of path: String) -> [UInt8]? {
        var reader = SourceReader()
        let file = SourceFile(path: "\(root)/\(path)")
        guard case .success(let bytes) = reader.load(file), bytes.count <= Self.largestDocument else { return nil }
        return Array(bytes)
    }

    static let largestDocument = 8 << 20
}

/// Lists once, whoever asks first.
private final class LazyListing: Sendable {
    private let root: String
    private let found = Mutex<[String]?>(nil)

    init(root: String) { self.root = root }

    var paths: [String] {
        found.withLock { found in
            if let found { return found }
            var folder = SourceFolder(suffix: "")
            try? folder.add(argument: root)
            let paths = folder.files.lazy.map(\.name).filter { !$0.hasPrefix(".git/") }
            found = Array(paths)
            return found ?? []
        }
    }
}

/// The files of a commit.
final class CommitTree: SourceTree, Sendable {
    let paths: [String]
    private let blobs: [String: String]
    private let objects: Mutex<GitObjects>

    init(_ repository: GitRepository, files: [GitRepository.Entry]) throws {
        paths = files.map(\.path)
        blobs = Dictionary(files.map { ($0.path, $0.blob) }, uniquingKeysWith: { first, _ in first })
        objects = Mutex(try GitObjects(repository))
    }

    func bytes(of path: String) -> [UInt8]? {
        guard let blob = blobs[path] else { return nil }
        return objects.withLock { objects in (try? objects.contents(of: [blob]))?.first ?? nil }
    }
}
