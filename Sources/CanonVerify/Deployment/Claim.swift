/// That something was done: an issue, said to be complete.
public struct Claim: Hashable, Sendable {
    /// The number or name.
    public var id: String
    public var title: String
    /// Whether the issue is closed; a claim about an open one cannot be a false completion.
    public var isClosed: Bool
    /// The commit that is said to have done it, as any name git knows; nil when nobody wrote it down.
    public var fix: String?
    /// The concept of the manifest that it is about.
    public var concept: String
    /// The implementations that may remain, as canonical symbols; empty: the canonical one of the manifest alone.
    public var expected: [String]
    /// What is counted: nil, the implementations; else the names that a program would find.
    public var names: NameQuery?

    /// The names that stand in a program's modules at one moment of its start, as `canon audit replay` finds them: for claims about
    /// a warning that lists names.
    public struct NameQuery: Hashable, Sendable {
        /// The module that is started.
        public var entry: String
        /// The module whose loading is the moment.
        public var moment: String
        /// What the names and their modules look like; `*` for any text, without regard to case.
        public var name: String
        public var module: String

        public init(entry: String, moment: String, name: String, module: String) {
            self.entry = entry
            self.moment = moment
            self.name = name
            self.module = module
        }
    }

    public init(
        id: String, title: String = "", isClosed: Bool = true, fix: String? = nil, concept: String,
        expected: [String] = [], names: NameQuery? = nil
    ) {
        self.names = names
        self.id = id
        self.title = title
        self.isClosed = isClosed
        self.fix = fix
        self.concept = concept
        self.expected = expected
    }
}

/// What was deployed: a revision of the platform, and the commit that it was built from.
public struct Deployment: Hashable, Sendable {
    public var revision: String
    /// As any name git knows; nil when nobody knows, which is never guessed.
    public var commit: String?

    public init(revision: String, commit: String?) {
        self.revision = revision
        self.commit = commit
    }
}

/// What a running program said of itself: the implementations of a concept that it had loaded.
public struct RuntimeInventory: Hashable, Sendable {
    /// Where the list comes from, in words: "log of revision …", "GET …/api/manager".
    public var source: String
    public var revision: String?
    /// The concept; nil: the only one there is.
    public var concept: String?
    /// Canonical symbols, or names by which the program reached them.
    public var symbols: Set<String>
    /// Seconds since 1970; nil when the source does not say.
    public var time: Double?

    public init(
        source: String, revision: String? = nil, concept: String? = nil, symbols: Set<String>, time: Double? = nil
    ) {
        self.source = source
        self.revision = revision
        self.concept = concept
        self.symbols = symbols
        self.time = time
    }
}
