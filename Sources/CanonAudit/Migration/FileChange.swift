/// What a migration does to one file: all of it, as bytes, so that nothing needs to be computed while files are moved in.
public struct FileChange: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        /// The file holds these bytes afterwards.
        case rewritten([UInt8])
        /// The file is gone afterwards.
        case deleted
    }

    /// Relative to the root of the tree, with `/`.
    public let path: String
    /// What the file held when the change was planned. A file that holds something else is not touched.
    public let before: [UInt8]
    public let outcome: Outcome

    public init(path: String, before: [UInt8], outcome: Outcome) {
        self.path = path
        self.before = before
        self.outcome = outcome
    }
}
