/// What the auditor says of one commit, as far as a verdict needs it.
public struct StaticResult: Hashable, Sendable {
    /// The full id.
    public var commit: String
    /// By the name of the concept.
    public var concepts: [String: Implementations]
    /// What decided in that commit what counts: the hash of the rule set and manifest that stand in it, and its waivers. Equal
    /// detectors look at the same things; nil when the commit has no manifest.
    public var detector: String?
    /// Implementations by the commit's own manifest, by concept: what its own audit would have said.
    public var byOwnDetector: [String: Int]
    /// Files that could not be read or parsed, so that a name that is not found may still be there.
    public var incomplete: Int

    public struct Implementations: Hashable, Sendable {
        /// The canonical symbol.
        public var canonical: String
        /// Every implementation, the canonical one included.
        public var symbols: Set<String>
        /// Other names by which live code reaches one of them, to its symbol.
        public var aliases: [String: String]
        /// Modules that use another object, or another path.
        public var unbound: [String]
        public var consumers: Int

        public init(
            canonical: String, symbols: Set<String>, aliases: [String: String] = [:], unbound: [String] = [],
            consumers: Int = 0
        ) {
            self.canonical = canonical
            self.symbols = symbols
            self.aliases = aliases
            self.unbound = unbound
            self.consumers = consumers
        }

        /// What stands there that should not.
        public func excess(over claim: Claim) -> Set<String> {
            symbols.subtracting(claim.expected.isEmpty ? [canonical] : claim.expected)
        }
    }

    public init(
        commit: String, concepts: [String: Implementations], detector: String? = nil,
        byOwnDetector: [String: Int] = [:], incomplete: Int = 0
    ) {
        self.commit = commit
        self.concepts = concepts
        self.detector = detector
        self.byOwnDetector = byOwnDetector
        self.incomplete = incomplete
    }
}
