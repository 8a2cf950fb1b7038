/// What is to be migrated, as somebody asks for it.
public struct MigrationRequest: Sendable {
    /// The dotted name of the canonical object.
    public var target: String
    /// Dotted names of what gives way; empty: what the concept says.
    public var sources: [String]
    /// The manifest's concept; nil: the one that has the target.
    public var concept: String?
    /// Paths relative to the tree, of files or folders; empty: everything.
    public var only: [String]
    /// Documents are mended as well.
    public var includesDocuments: Bool
    /// Files with a call site that does not fit keep what they have, instead of stopping the plan.
    public var skipsUnfit: Bool

    public init(
        target: String, sources: [String] = [], concept: String? = nil, only: [String] = [],
        includesDocuments: Bool = false, skipsUnfit: Bool = false
    ) {
        self.target = target
        self.sources = sources
        self.concept = concept
        self.only = only
        self.includesDocuments = includesDocuments
        self.skipsUnfit = skipsUnfit
    }

    /// Whether the request is about a file.
    func covers(_ path: String) -> Bool { only.isEmpty || only.contains { covers(path, by: $0) } }

    func covers(_ path: String, by folder: String) -> Bool {
        let folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        return folder == "." || path == folder || path.hasPrefix(folder + "/")
    }
}

/// A request that cannot be planned: what is wrong, and what to do.
public struct MigrationProblem: Error, CustomStringConvertible, Sendable {
    public var description: String

    init(_ description: String) { self.description = description }
}
