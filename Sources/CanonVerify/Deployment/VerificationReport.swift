/// What `canon verify` says, before it is printed.
public struct VerificationReport: Sendable {
    /// The full id of the repository's head; nil before its first commit.
    public var head: String?
    public var deployment: Deployment?
    public var verdicts: [ClaimVerdict]

    public struct ClaimVerdict: Sendable {
        public var claim: Claim
        public var verdict: Verdict
        /// What the verdict rests on, a sentence each, with commits and counts.
        public var evidence: [String]
        public var gaps: [Gap]
        /// What to do next, in one sentence.
        public var nextAction: String
    }

    /// How a run ends: 0 when all claims hold, 1 when one does not, 3 when something is unknown and nothing is refuted.
    public var exitStatus: Int32 {
        if verdicts.contains(where: { !$0.verdict.holds && !$0.verdict.isUnknown && $0.verdict != .open }) { return 1 }
        return verdicts.contains { $0.verdict.isUnknown } ? 3 : 0
    }
}

extension VerificationReport.ClaimVerdict {
    init(
        claim: Claim, decision: Decision, fix: String?, deployed: String?, seen: Observations, gaps: [Gap]
    ) {
        self.claim = claim
        verdict = decision.verdict
        self.gaps = gaps
        evidence = Self.evidence(claim, decision, fix: fix, deployed: deployed, seen)
        nextAction = Self.nextAction(claim, decision.verdict, gaps)
    }

    private static func evidence(
        _ claim: Claim, _ decision: Decision, fix: String?, deployed: String?, _ seen: Observations
    ) -> [String] {
        var lines: [String] = []
        func list(_ name: String, _ result: StaticResult?) {
            guard let result, let concept = result.concepts[claim.concept] else { return }
            let symbols = concept.symbols.sorted()
            lines.append(
                "\(name) \(result.commit.prefix(12)): \(symbols.count) "
                    + (symbols.count == 1 ? "implementation" : "implementations")
                    + (symbols.isEmpty ? "" : " (\(symbols.joined(separator: ", ")))"))
        }
        list("before the fix,", seen.fix?.before)
        list("at the fix,", seen.fix?.at)
        list("deployed,", seen.deployed)
        if let fix, let deployed, let isDeployed = seen.isDeployed {
            lines.append(
                isDeployed
                    ? "\(fix.prefix(12)) is part of the deployed \(deployed.prefix(12))"
                    : "\(fix.prefix(12)) is not part of the deployed \(deployed.prefix(12))")
        }
        if let runtime = seen.runtime {
            let symbols = runtime.symbols.sorted()
            lines.append(
                "\(runtime.source): \(symbols.count) at run time"
                    + (symbols.isEmpty ? "" : " (\(symbols.joined(separator: ", ")))"))
        }
        if case .regression(let returns) = decision.verdict {
            for item in returns { lines.append("\(item.symbol) is back since \(item.commit.prefix(12))") }
        }
        if decision.verdict == .detectorChanged, let fix = seen.fix, let before = fix.before {
            let (was, now) = (
                before.byOwnDetector[claim.concept] ?? 0, fix.at.byOwnDetector[claim.concept] ?? 0
            )
            lines.append("by the rules that stand in each commit \(was) became \(now): with the fix, the rules changed")
        }
        if case .unknown(let missing) = decision.verdict { lines.append(missing.sentence) }
        return lines
    }

    private static func nextAction(_ claim: Claim, _ verdict: Verdict, _ gaps: [Gap]) -> String {
        let remedy = gaps.lazy.compactMap(\.remedy).first
        switch verdict {
        case .consistent: return "Nothing: what was claimed is what runs."
        case .notDeployed: return "Deploy a commit that contains the fix, then verify again."
        case .incompleteFix, .falseCompletion, .open:
            return (claim.isClosed ? "Open the issue again. " : "")
                + (remedy.map { "Run: \($0)" } ?? "See the gap table.")
        case .regression(let returns):
            let commits = Set(returns.map { String($0.commit.prefix(12)) }).sorted().joined(separator: ", ")
            return "Open the issue again, and look at \(commits)." + (remedy.map { " Run: \($0)" } ?? "")
        case .drift:
            return "Find out what was started: the image, its entry point and its configuration differ from the commit."
        case .detectorChanged:
            return
                "Judge the change of the rules by itself, and open the issue again: the implementations are the same."
        case .unknown(let missing): return missing.remedy
        }
    }
}

extension Verdict.Missing {
    var sentence: String {
        switch self {
        case .fix(let name?): "the repository has no commit \(name)"
        case .fix(nil): "the claim names no commit"
        case .deployedCommit(let revision, let name?):
            "the repository has no commit \(name), from which \(revision) was built"
        case .deployedCommit(let revision, nil): "nobody said from which commit \(revision) was built"
        case .deployment: "nobody said what was deployed"
        case .concept(let name): "the manifest has no concept \(name), or none of its objects is in that commit"
        case .completeAnalysis(let commit, let files):
            "\(files) files of \(commit.prefix(12)) could not be read, so something may have been missed"
        case .runtime: "the code is as claimed, and nothing says what runs"
        }
    }

    var remedy: String {
        switch self {
        case .fix: "Name the commit of the fix in the claim (fix:), or fetch it."
        case .deployedCommit, .deployment:
            "Say what was deployed: --deployed COMMIT, or deployments: in the claims file."
        case .concept: "Declare the concept in canon.yaml, or correct the claim."
        case .completeAnalysis: "Mend the files that do not parse (canon audit names them), then verify again."
        case .runtime:
            "Add what runs: --runtime FILE, as `canon logs ssot-warnings` writes it from the logs of the revision."
        }
    }
}
