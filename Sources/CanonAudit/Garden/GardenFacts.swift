/// What was measured for one concept, and by whom: what boxes are ticked from. What was not measured is nil, which is never good
/// news.
public struct GardenFacts: Sendable {
    public var harm: ConceptHarm
    public var commit: String?
    /// Whether the files differ from the commit; nil when nobody knows.
    public var isDirty: Bool?
    /// What the audit could not read: then nothing is known to be gone.
    public var incomplete: [Evidence] = []
    public var layers = 0
    /// Statements of tests that use what is to go, or a path that is not registered.
    public var wrongTestStatements = 0
    public var protecting: [TestSplit.File] = []
    public var breaking = 0
    public var gaps = 0
    /// Test files that pytest cannot collect, and that do not parse, of the whole program.
    public var uncollectable = 0
    public var firstUncollectable: Evidence?
    /// The path of the module that `canon garden tests` wrote for the concept; nil when there is none.
    public var proof: String?
    /// What `canon migrate` would do; nil when nobody asked.
    public var plan: GardenPlan?
    /// What a run of the tests said; nil when there was none, or it does not count.
    public var run: TestRun?

    public init(harm: ConceptHarm) { self.harm = harm }

    /// Whether something is so: true only when the audit read everything.
    private func measured(_ holds: Bool) -> Bool? { holds && !incomplete.isEmpty ? nil : holds }

    /// Whether what a box says is so; nil when it was not measured.
    public func holds(_ box: GardenBox) -> Bool? {
        switch box {
        case .measured: true
        case .testsCollected: measured(uncollectable == 0)
        case .testsProtect: !protecting.isEmpty
        case .proofWritten: proof != nil
        // What has happened once stays so: no later run unmakes it.
        case .proofFailed: proof == nil ? false : run.flatMap { $0.outcome(of: proof) == .failed ? true : nil }
        case .planned: plan.map { $0.isWhole }
        case .oneImplementation: measured(harm.implementations == 1)
        case .onePath: measured(harm.wrongPaths == 0 && wrongTestStatements == 0)
        case .noLayer: measured(layers == 0)
        case .testsPass: run.map { $0.isPass && missingFromRun.isEmpty }
        case .proofPasses: proof == nil ? false : run.map { $0.outcome(of: proof) == .passed }
        // Only `canon garden close` sees what runs.
        case .probed, .stable: nil
        }
    }

    /// Protecting test files of which the run holds no test.
    public var missingFromRun: [String] {
        guard let run else { return [] }
        return protecting.map(\.path).filter { run.outcome(of: $0) == .absent }
    }
}

/// What `canon migrate` would do for a concept, in figures.
public struct GardenPlan: Sendable, Hashable {
    /// Statements that change, and the files with them; without the files that hold a call site that does not fit.
    public var statements: Int
    public var files: Int
    /// Files that go.
    public var deleted: Int
    /// Call sites that do not fit the canonical object.
    public var unfit: [Evidence]
    /// What stays although it names what goes.
    public var left: [Evidence]
    /// What can be removed, and what blocks the rest.
    public var removable: [Evidence]
    public var blocked: [Evidence]
    /// What could not be read.
    public var unread: [Evidence]
    /// The command line that shows it whole.
    public var command: String

    public init(
        statements: Int, files: Int, deleted: Int = 0, unfit: [Evidence] = [], left: [Evidence] = [],
        removable: [Evidence] = [], blocked: [Evidence] = [], unread: [Evidence] = [], command: String
    ) {
        self.statements = statements
        self.files = files
        self.deleted = deleted
        self.unfit = unfit
        self.left = left
        self.removable = removable
        self.blocked = blocked
        self.unread = unread
        self.command = command
    }

    /// Everything was read, and every call site fits.
    public var isWhole: Bool { unfit.isEmpty && unread.isEmpty }
}
