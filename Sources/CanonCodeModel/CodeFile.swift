public import CanonFacts

/// A source file that a model is made of.
public struct CodeFile: Sendable {
    /// Relative to the tree, with `/` between its parts.
    public var path: String
    public var facts: FileFacts

    public init(path: String, facts: FileFacts) {
        self.path = path
        self.facts = facts
    }
}
