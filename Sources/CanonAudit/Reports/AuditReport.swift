/// Everything that an audit says, in the form of its JSON (docs/audit-report.md). A renderer adds nothing to it.
public struct AuditReport: Hashable, Codable, Sendable {
    /// Raised when a member changes its meaning; members may be added without.
    public static let schemaName = "canon.audit/1"

    public var schema = schemaName
    public var tool: Tool
    /// The commit that was read, or that the work tree stands on; nil outside of a repository.
    public var commit: String?
    /// The work tree differs from the commit.
    public var dirty: Bool?
    /// The audited folder below the root of its repository, `services/chat`: paths in this report are relative to it. Nil when it
    /// is the root, or in none.
    public var folder: String?
    /// The version whose grammar counted.
    public var python: String
    /// By scope.
    public var scopes: [SourceScope: ScopeCount]
    public var score: Score
    /// Where the declared concepts stand in the program.
    public var routes: [ConceptRoutes]
    /// In the order of their severity, then by rule and symbol.
    public var findings: [Finding]
    public var isolation: Isolation
    /// What could not be read or looked at.
    public var incomplete: [Evidence]
    /// Only with a base.
    public var comparison: Comparison?

    public struct Tool: Hashable, Codable, Sendable {
        public var name: String
        public var version: String
        /// A hash over all rules with their versions, and what the manifest switches, scopes and limits.
        public var ruleSet: String
        /// The same over everything else of the manifest.
        public var manifest: String

        public init(name: String = "canon", version: String, ruleSet: String, manifest: String) {
            self.name = name
            self.version = version
            self.ruleSet = ruleSet
            self.manifest = manifest
        }
    }

    public struct ScopeCount: Hashable, Codable, Sendable {
        public var files: Int
        public var bytes: Int
    }

    /// State that users share.
    public struct Isolation: Hashable, Codable, Sendable {
        public var confirmed: [Fingerprint]
        public var review: [Fingerprint]
        /// What was suspected, and why it is none.
        public var refuted: [Evidence]
        /// What a run with two users' canaries showed; "not measured" until one is attached.
        public var canary: String
    }

    /// Against a base.
    public struct Comparison: Hashable, Codable, Sendable {
        public var base: String
        public var new: [Fingerprint]
        /// What stood in the base as well, and has grown since in a way that its rule does not let pass.
        public var worse: [Fingerprint]
        public var known: Int
        /// Fingerprints of the base that are gone.
        public var resolved: [Fingerprint]
        /// Rules that have more places than in the base.
        public var risen: [Rise]
        public var scoreBefore: Double?
        /// The concepts as they stood in the base, and what of it is gone. Nil in reports of versions that did not tell.
        public var conceptsBefore: [ConceptScore]?
        public var gone: [Gone]?
        /// Why nothing can be said about better or worse; empty when it can.
        public var blocked: [String]

        /// A finding of the base that is gone.
        public struct Gone: Hashable, Codable, Sendable {
            public var fingerprint: Fingerprint
            public var rule: String
            public var severity: Severity
            public var path: String
            public var line: Int
            public var message: String
        }

        public struct Rise: Hashable, Codable, Sendable {
            public var rule: String
            public var before: Int
            public var now: Int
            /// The findings that have more places than in the base, new ones among them. Nil in reports of versions that did not
            /// tell.
            public var grown: [Fingerprint]?
        }
    }
}

extension AuditReport {
    /// A path as the repository knows it.
    func repositoryPath(_ path: String) -> String { folder.map { "\($0)/\(path)" } ?? path }

    /// How a run ends.
    public enum Verdict: Sendable {
        /// Nothing at or above the gate, or only what is waived or known.
        case passed
        case failed
        /// Something could not be read: no answer.
        case incomplete
    }

    /// Findings that fail the run.
    public func gating(at gate: Severity) -> [Finding] {
        findings.filter { finding in
            if finding.isIntegrity { return true }
            return finding.status == .open && finding.scope.gates && finding.severity >= gate
                && finding.confidence != .review
        }
    }

    public func verdict(failOn gate: Severity) -> Verdict {
        guard incomplete.isEmpty else { return .incomplete }
        guard gating(at: gate).isEmpty, comparison?.risen.isEmpty ?? true else { return .failed }
        return .passed
    }

    /// Counts of findings that are open, by severity, without those that are only reported.
    public var openBySeverity: [Severity: Int] {
        var counts: [Severity: Int] = [:]
        for finding in findings where finding.status == .open && (finding.scope.gates || finding.isIntegrity) {
            counts[finding.severity, default: 0] += 1
        }
        return counts
    }

    /// How many findings lie in scopes that are only reported, by scope: copies, fixtures, other people's code.
    public var reportedApart: [(scope: SourceScope, count: Int)] {
        SourceScope.allCases.compactMap { scope in
            guard !scope.gates else { return nil }
            let count = findings.count { $0.scope == scope && !$0.isIntegrity }
            return count == 0 ? nil : (scope, count)
        }
    }
}

extension AuditReport {
    /// The report with the findings of some rules and concepts only; all of them when there are none. The score, the counts
    /// and integrity findings stay: what is shown changes nothing that was measured.
    public func narrowed(rules: [String], concepts: [String]) -> AuditReport {
        guard !rules.isEmpty || !concepts.isEmpty else { return self }
        var report = self
        report.findings.removeAll { finding in
            if finding.isIntegrity { return false }
            if !rules.isEmpty, !rules.contains(finding.rule) { return true }
            return !concepts.isEmpty && !(finding.concept.map { concepts.contains($0) } ?? false)
        }
        return report
    }
}
