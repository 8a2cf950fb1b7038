/// What a migration would do, and what stands in its way. It has read everything and changed nothing.
public struct MigrationPlan: Sendable {
    /// Where every reference leads afterwards: the dotted name of the canonical object.
    public var target: String
    /// The dotted names of the objects that give way, sorted.
    public var sources: [String]
    /// What happens to each file, by path. Files that stay as they are do not occur.
    public var changes: [FileChange]
    /// Statements that change in ``changes``, not counting those that are removed.
    public var statements: Int
    /// Call sites that do not fit the canonical object.
    public var unfit: [UnfitCall]
    /// References that stay although they name what gives way, each with the reason.
    public var left: [LeftReference]
    /// What nothing refers to afterwards, or what still does.
    public var layers: [RemovableLayer]
    /// What the same migration would change outside of the paths that it was narrowed to.
    public var remaining: Remaining
    /// What ``changes`` would be without the files that have an unfit call site, when those stopped the plan.
    public var fitting: Remaining?
    /// Whether files with an unfit call site were left out instead of stopping the plan.
    public var skipsUnfit: Bool
    /// What could not be read, so that a reference may have been missed.
    public var unread: [Evidence]

    public struct Remaining: Sendable, Hashable {
        public var statements: Int
        public var files: Int

        public init(statements: Int = 0, files: Int = 0) {
            self.statements = statements
            self.files = files
        }
    }

    public init(target: String, sources: [String]) {
        self.target = target
        self.sources = sources
        changes = []
        statements = 0
        unfit = []
        left = []
        layers = []
        remaining = Remaining()
        fitting = nil
        skipsUnfit = false
        unread = []
    }

    public enum Verdict: String, Sendable {
        /// Every reference is where it belongs already.
        case nothing
        /// The changes can be applied.
        case ready
        /// Call sites do not fit: nothing may be applied.
        case unfit
        /// Something could not be read.
        case incomplete
    }

    public var verdict: Verdict {
        if !unread.isEmpty { return .incomplete }
        if !unfit.isEmpty, !skipsUnfit { return .unfit }
        return changes.isEmpty ? .nothing : .ready
    }

    /// Files that hold something else afterwards.
    public var rewrittenFiles: Int { changes.count { $0.outcome != .deleted } }
    /// Files that are gone afterwards.
    public var deletedFiles: Int { changes.count { $0.outcome == .deleted } }
}

/// A call, or a use of an attribute, that the canonical object does not take as it is.
public struct UnfitCall: Sendable, Hashable {
    public var path: String
    /// From 1.
    public var line: Int
    /// As it is written, shortened: `manager.send(user, urgent=…)`.
    public var call: String
    /// The object that it is written for.
    public var source: String
    public var reason: String
}

/// A reference that the plan leaves alone.
public struct LeftReference: Sendable, Hashable {
    public var path: String
    /// From 1.
    public var line: Int
    public var text: String
    public var reason: String
}

/// A module, declaration or statement that only leads to the canonical object, or is replaced by it.
public struct RemovableLayer: Sendable, Hashable {
    public enum Fate: Sendable, Hashable {
        /// It goes, because of this.
        case removed(proof: [String])
        /// It stays, because of these.
        case blocked([Evidence])
    }

    /// The dotted name: of a module, or of a name in one.
    public var symbol: String
    public var path: String
    /// From 1.
    public var line: Int
    /// `module`, `alias`, `class`, `function`
    public var kind: String
    public var fate: Fate
}
