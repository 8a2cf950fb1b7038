public import CanonFacts

/// The files of the tree that is audited, those of no audited language too: documents, hooks, workflows. A folder on disk or
/// a commit.
public protocol SourceTree: Sendable {
    /// Paths relative to the root, with `/`, sorted; without what version control keeps for itself.
    var paths: [String] { get }

    /// The bytes of a file; nil when it cannot be read.
    func bytes(of path: String) -> [UInt8]?

    /// What tells this state of a file from every other one; nil when nothing does.
    func identity(of path: String) -> FileIdentity?
}

extension SourceTree {
    public func identity(of path: String) -> FileIdentity? { nil }
}

/// Files in memory.
public struct SourceTreeInMemory: SourceTree {
    private let files: [String: [UInt8]]
    public let paths: [String]

    public init(_ files: [String: [UInt8]] = [:]) {
        self.files = files
        paths = files.keys.sorted()
    }

    public func bytes(of path: String) -> [UInt8]? { files[path] }
}
