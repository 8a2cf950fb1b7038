/// One row of the gap table beside a verdict: what stands in the deployed code and should not, or should run and does not.
public struct Gap: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// It was gone, and is back.
        case back
        /// It was there before the fix, at it, and still is.
        case neverMoved = "never moved"
        /// It is gone in the repository's head, and still in what was deployed.
        case undeployed
        /// It runs, and is not in the code that was deployed.
        case onlyAtRuntime = "only at run time"
    }

    public var kind: Kind
    public var symbol: String
    /// The command that mends it; nil when no change of the code would.
    public var remedy: String?
}

extension Decision {
    /// - Parameters:
    ///   - deployed: the code that was deployed.
    ///   - head: the code of the repository's head.
    public func gaps(_ claim: Claim, deployed: StaticResult?, head: StaticResult?) -> [Gap] {
        let canonical = (head ?? deployed)?.concepts[claim.concept]?.canonical
        let ahead = head?.concepts[claim.concept]?.symbols
        func remedy(_ symbol: String) -> String? {
            canonical.map { "canon migrate --to \($0) --from \(symbol)" }
        }
        var gaps: [Gap] = []
        for symbol in deployed?.concepts[claim.concept]?.excess(over: claim).sorted() ?? [] {
            if let ahead, !ahead.contains(symbol) {
                gaps.append(Gap(kind: .undeployed, symbol: symbol))
            } else {
                gaps.append(
                    Gap(kind: returned.contains(symbol) ? .back : .neverMoved, symbol: symbol, remedy: remedy(symbol)))
            }
        }
        return gaps + onlyAtRuntime.map { Gap(kind: .onlyAtRuntime, symbol: $0) }
    }
}
