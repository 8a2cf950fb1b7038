/// The decision table of docs/verification.md: observations in, one verdict out. It reads nothing.
public struct Decision: Hashable, Sendable {
    public var verdict: Verdict
    /// Implementations that the deployed code has and the claim says are gone.
    public var remaining: [String]
    /// Of these, those that were gone at the fix and came back.
    public var returned: [String]
    /// Of these, those that were there at the fix already.
    public var neverMoved: [String]
    /// What runs and does not stand in the deployed code.
    public var onlyAtRuntime: [String]

    /// - Parameters:
    ///   - known: which of some names that run lead to live objects of the deployed code, and so are no drift: an interface, or an
    ///     alias that nothing imports. Asked only when there are such names.
    ///   - finder: says which commit brought back a symbol, by bisection between the fix and the deployment; asked only for a
    ///     regression.
    public static func decide(
        _ claim: Claim, _ seen: Observations, known: (Set<String>) throws -> Set<String>,
        finder: (String) throws -> Verdict.Return
    ) rethrows -> Decision {
        var decision = Decision(verdict: .consistent, remaining: [], returned: [], neverMoved: [], onlyAtRuntime: [])
        decision.verdict = try decision.verdict(claim, seen, known, finder)
        return decision
    }

    private mutating func verdict(
        _ claim: Claim, _ seen: Observations, _ known: (Set<String>) throws -> Set<String>,
        _ finder: (String) throws -> Verdict.Return
    ) rethrows -> Verdict {
        guard let fix = seen.fix else { return .unknown(.fix(claim.fix)) }
        guard let deployed = seen.deployed, let isDeployed = seen.isDeployed else { return .unknown(.deployment) }
        guard isDeployed else { return .notDeployed }
        guard let now = deployed.concepts[claim.concept], let atFix = fix.at.concepts[claim.concept] else {
            return .unknown(.concept(claim.concept))
        }
        let before = fix.before?.concepts[claim.concept]
        let excess = now.excess(over: claim)
        remaining = excess.sorted()
        // What shrank at the fix, and what of it is there again.
        let gone = before.map { $0.symbols.subtracting(atFix.symbols) } ?? []
        let back = now.symbols.subtracting(atFix.symbols).intersection(excess)
        returned = back.sorted()
        neverMoved = excess.intersection(atFix.symbols).sorted()
        let surplus = Self.surplus(of: seen.runtime, over: now)
        onlyAtRuntime = surplus.isEmpty ? [] : surplus.subtracting(try known(surplus)).sorted()

        if excess.isEmpty {
            // Nothing found is only then nothing there, when all was read.
            guard deployed.incomplete == 0 else {
                return .unknown(.completeAnalysis(commit: deployed.commit, files: deployed.incomplete))
            }
            guard seen.runtime != nil else { return .unknown(.runtime) }
            return onlyAtRuntime.isEmpty ? .consistent : .drift
        }
        if Self.detectorChanged(claim, fix) { return .detectorChanged }
        if !back.isEmpty, !gone.isEmpty { return .regression(try returned.map(finder)) }
        if let before, before.symbols == now.symbols { return .incompleteFix }
        return claim.isClosed ? .falseCompletion : .open
    }

    /// The project's own count fell with the fix, while the one list that judges both did not, and its detector is another one.
    private static func detectorChanged(_ claim: Claim, _ fix: Observations.Fix) -> Bool {
        guard let before = fix.before, let old = before.detector, let new = fix.at.detector, old != new,
            let symbols = before.concepts[claim.concept]?.symbols,
            symbols.isSubset(of: fix.at.concepts[claim.concept]?.symbols ?? [])
        else { return false }
        return (fix.at.byOwnDetector[claim.concept] ?? 0) < (before.byOwnDetector[claim.concept] ?? 0)
    }

    /// What runs and is none of the implementations in the code, by any of their names.
    private static func surplus(
        of runtime: RuntimeInventory?, over code: StaticResult.Implementations
    ) -> Set<String> {
        Set((runtime?.symbols ?? []).map { code.aliases[$0] ?? $0 }).subtracting(code.symbols)
    }
}
