/// How commits are measured: alike for all commits of one claim.
public struct Measure: Hashable, Sendable {
    /// What is counted of the concepts; nil: implementations.
    public var names: Claim.NameQuery?
    /// The commit whose manifest says which files count; nil, or one without a manifest: the one that declares the concepts.
    ///
    /// It is the one before the fix: a fix that only takes files out of what is looked at has changed nothing.
    public var scopesOf: String?

    public init(names: Claim.NameQuery? = nil, scopesOf: String? = nil) {
        self.names = names
        self.scopesOf = scopesOf
    }
}

/// The auditor, asked about one commit. Answers are expected to be kept: a search asks for the same commit again.
public protocol StaticAnalysis {
    /// - Throws: when the commit cannot be read at all; a file that cannot be is told in the result.
    func result(at commit: String, by measure: Measure) throws -> StaticResult
    /// Which of the names lead to objects of the live code of a commit.
    func names(_ names: Set<String>, knownAt commit: String, by measure: Measure) throws -> Set<String>
}

/// Claims against what was deployed and what runs.
public struct Verification {
    public var claims: [Claim]
    /// What was deployed, newest last; the last one counts.
    public var deployments: [Deployment]
    public var runtimes: [RuntimeInventory]
    private let history: any CommitHistory
    private let analysis: any StaticAnalysis

    public init(
        claims: [Claim], deployments: [Deployment], runtimes: [RuntimeInventory], history: any CommitHistory,
        analysis: any StaticAnalysis
    ) {
        self.claims = claims
        self.deployments = deployments
        self.runtimes = runtimes
        self.history = history
        self.analysis = analysis
    }

    /// - Parameter progress: called with the number of claims that are done.
    public func run(progress: (Int) -> Void = { _ in }) throws -> VerificationReport {
        let head = try history.commit(named: "HEAD")
        var verdicts: [VerificationReport.ClaimVerdict] = []
        for (index, claim) in claims.enumerated() {
            verdicts.append(try verdict(on: claim, head: head))
            progress(index + 1)
        }
        return VerificationReport(head: head, deployment: deployments.last, verdicts: verdicts)
    }

    private func verdict(on claim: Claim, head: String?) throws -> VerificationReport.ClaimVerdict {
        let fix = try claim.fix.flatMap(history.commit)
        let parent = try fix.flatMap { try history.parents(of: $0).first }
        let measure = Measure(names: claim.names, scopesOf: parent)
        func result(_ commit: String) throws -> StaticResult { try analysis.result(at: commit, by: measure) }
        let deployment = deployments.last
        let deployed = try deployment?.commit.flatMap(history.commit)
        let runtime = runtime(of: claim, deployment)
        var seen = Observations(runtime: runtime)
        if let fix {
            seen.fix = .init(before: try parent.map(result), at: try result(fix))
        }
        if let deployed {
            seen.deployed = try result(deployed)
            seen.isDeployed = try fix.map { try history.isAncestor($0, of: deployed) }
        }
        func known(_ names: Set<String>) throws -> Set<String> {
            // Where names themselves are counted, each of them counts.
            guard let deployed, claim.names == nil else { return [] }
            return try analysis.names(names, knownAt: deployed, by: measure)
        }
        var decision = try Decision.decide(claim, seen, known: known) { symbol in
            guard let fix, let deployed else { return Verdict.Return(symbol: symbol, commit: "") }
            let search = Bisection(history) { commit in
                try result(commit).concepts[claim.concept]?.symbols.contains(symbol) ?? false
            }
            return Verdict.Return(symbol: symbol, commit: try search.culprit(after: fix, upTo: deployed))
        }
        if case .unknown(.deployment) = decision.verdict, let deployment, deployed == nil {
            decision.verdict = .unknown(.deployedCommit(revision: deployment.revision, deployment.commit))
        }
        return VerificationReport.ClaimVerdict(
            claim: claim, decision: decision, fix: fix, deployed: deployed, seen: seen,
            gaps: decision.gaps(claim, deployed: seen.deployed, head: try head.map(result)))
    }

    /// The newest list of what runs that is about the claim's concept and, where both say it, the deployed revision.
    private func runtime(of claim: Claim, _ deployment: Deployment?) -> RuntimeInventory? {
        runtimes.filter { list in
            guard list.concept == nil || list.concept == claim.concept else { return false }
            guard let revision = list.revision, let deployed = deployment?.revision else { return true }
            return revision == deployed
        }.max { ($0.time ?? 0) < ($1.time ?? 0) }
    }
}
