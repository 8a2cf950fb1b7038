import CanonAudit
import CanonFacts
import CanonPython
import Foundation
import Synchronization

/// The files of a folder on disk.
final class WorkTree: SourceTree, Sendable {
    let root: String
    let paths: [String]
    private let identities: [String: FileIdentity?]

    /// - Parameters:
    ///   - root: without `/` at its end, unless it is the root of the machine.
    ///   - files: all of them, in the order of ``SourceTree/paths``: whoever looked for source has met them.
    init(root: String, files: [PythonProject.AnyFile]) {
        self.root = root
        paths = files.map(\.name)
        identities = Dictionary(files.lazy.map { ($0.name, $0.identity) }, uniquingKeysWith: { first, _ in first })
    }

    func identity(of path: String) -> FileIdentity? { identities[path] ?? nil }

    /// Nil for what is not among ``paths`` (behind a symbolic link, say: a report may depend on nothing that the search for files
    /// did not see), no regular file, larger than a document is, or cannot be read.
    func bytes(of path: String) -> [UInt8]? {
        guard identities[path] != nil else { return nil }
        var reader = SourceReader()
        let file = SourceFile(path: "\(root)/\(path)")
        guard case .success(let bytes) = reader.load(file), bytes.count <= Self.largestDocument else { return nil }
        return Array(bytes)
    }

    static let largestDocument = 8 << 20
}

/// The files of a commit, or of the index.
final class CommitTree: SourceTree, Sendable {
    let paths: [String]
    private let files: CommittedFiles
    /// By the places of ``files``.
    private let identities: [FileIdentity?]
    private let objects: Mutex<GitObjects>

    /// - Parameter identities: of each file the one of the file on disk that holds the same.
    init(_ repository: GitRepository, _ files: CommittedFiles, identities: [FileIdentity?]) {
        paths = files.entries.map(\.path)
        self.files = files
        self.identities = identities
        objects = Mutex(GitObjects(repository))
    }

    convenience init(_ repository: GitRepository, files: [GitRepository.Entry]) {
        self.init(repository, CommittedFiles(files), identities: Array(repeating: nil, count: files.count))
    }

    func identity(of path: String) -> FileIdentity? { files.place(of: path).flatMap { identities[$0] } }

    func bytes(of path: String) -> [UInt8]? {
        guard let blob = files[path]?.blob else { return nil }
        return objects.withLock { objects in (try? objects.contents(of: [blob]))?.first ?? nil }
    }
}
