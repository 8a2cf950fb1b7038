/// Everything that one verdict is made from.
public struct Observations: Hashable, Sendable {
    /// The commit that is said to have done it, and what stood before it; nil when it is not known.
    public var fix: Fix?
    /// The code that was deployed; nil when its commit is not known.
    public var deployed: StaticResult?
    /// Whether the fix is part of what was deployed; nil when either is not known.
    public var isDeployed: Bool?
    /// What runs; nil when nothing said it.
    public var runtime: RuntimeInventory?

    public struct Fix: Hashable, Sendable {
        /// The parent of the fix; nil when it is the first commit.
        public var before: StaticResult?
        public var at: StaticResult

        public init(before: StaticResult?, at: StaticResult) {
            self.before = before
            self.at = at
        }
    }

    public init(
        fix: Fix? = nil, deployed: StaticResult? = nil, isDeployed: Bool? = nil, runtime: RuntimeInventory? = nil
    ) {
        self.fix = fix
        self.deployed = deployed
        self.isDeployed = isDeployed
        self.runtime = runtime
    }
}
