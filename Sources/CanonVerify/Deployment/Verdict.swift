/// What became of a claim.
public enum Verdict: Hashable, Sendable {
    /// What was deployed holds what was claimed, and what runs says the same.
    case consistent
    /// The commit is not part of what was deployed.
    case notDeployed
    /// It was deployed, and the implementations are the same as before it.
    case incompleteFix
    /// They were fewer, and are back; with the commit that brought each back.
    case regression([Return])
    /// The code that was deployed has one implementation, and the program that runs has others: another entry point, image or
    /// configuration.
    case drift
    /// The own count of the project fell because what is counted changed.
    case detectorChanged
    /// The issue is closed, and the code that was deployed still holds what it says is gone.
    case falseCompletion
    /// The issue is open, and the code still holds what it is about.
    case open
    /// Something is not known that the verdict needs; it is never guessed.
    case unknown(Missing)

    /// An implementation that was gone and is back.
    public struct Return: Hashable, Sendable {
        public var symbol: String
        /// The full id of the commit that has it while its parent has not.
        public var commit: String

        public init(symbol: String, commit: String) {
            self.symbol = symbol
            self.commit = commit
        }
    }

    public enum Missing: Hashable, Sendable {
        /// The claim names no commit, or one that the repository does not have.
        case fix(String?)
        /// The commit of the revision that was deployed.
        case deployedCommit(revision: String, String?)
        /// What was deployed is not told.
        case deployment
        /// The commit does not hold the concept that the claim names.
        case concept(String)
        /// Files of the commit could not be read, so that its list may be too short.
        case completeAnalysis(commit: String, files: Int)
        /// The code is as claimed; what runs did not say anything.
        case runtime
    }

    /// As in reports: stable.
    public var name: String {
        switch self {
        case .consistent: "consistent"
        case .notDeployed: "not-deployed"
        case .incompleteFix: "incomplete-fix"
        case .regression: "regression"
        case .drift: "drift"
        case .detectorChanged: "detector-changed"
        case .falseCompletion: "false-completion"
        case .open: "open"
        case .unknown: "unknown"
        }
    }

    public var holds: Bool { self == .consistent }

    public var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }
}
