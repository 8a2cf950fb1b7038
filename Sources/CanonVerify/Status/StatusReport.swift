public import CanonAudit

/// How things stand, in one value: what `canon status` prints, in the form of its schema (docs/schemas/status-report.schema.json).
/// Members may be added; one that changes its meaning raises the number.
public struct StatusReport: Hashable, Codable, Sendable {
    public static let schemaName = "canon.status/1"

    public var schema = schemaName
    public var tool: AuditReport.Tool
    public var python: String
    /// The commit that the files on disk stand on; nil outside of a repository.
    public var commit: String?
    /// Whether they differ from it.
    public var dirty: Bool?
    /// 0 to 100; nil when no concept could be measured.
    public var score: Double?
    /// The worst first.
    public var concepts: [ConceptStatus]
    /// Open findings at or above the gate, and all that are open.
    public var findings: Findings
    /// Nil when nothing was claimed: see ``absent``.
    public var claims: Claims?
    /// Nil when no memory of problems was looked at.
    public var problems: Problems?
    /// Nil when there is no history.
    public var history: HistoryReport?
    /// What to do next: the worst first, three at most.
    public var actions: [Action]
    /// What is not part of this report, and what would make it one.
    public var absent: [Absence]

    public struct ConceptStatus: Hashable, Codable, Sendable {
        public var now: ConceptMeasurement
        /// At the first commit of the history that could be read; nil when there is none.
        public var before: ConceptMeasurement?
        public var direction: ConceptTrend.Direction
        public var owner: String?
        public var goldenPath: Bool
    }

    public struct Findings: Hashable, Codable, Sendable {
        public var open: Int
        public var gating: Int
        public var gate: Severity
        /// Files and folders that could not be looked at.
        public var incomplete: Int
    }

    public struct Claims: Hashable, Codable, Sendable {
        /// The file they come from.
        public var path: String
        public var deployed: String?
        /// Of closed issues, what does not hold first.
        public var verdicts: [ClaimStatus]
        /// Issues of the file that are not closed: nothing was claimed of them.
        public var openIssues: Int
    }

    public struct ClaimStatus: Hashable, Codable, Sendable {
        public enum Outcome: String, Hashable, Codable, Sendable, CaseIterable {
            case holds, refuted, unknown
        }

        public var id: String
        public var title: String
        public var concept: String
        /// As `canon verify` names it.
        public var verdict: String
        public var outcome: Outcome
        public var evidence: [String]
        public var nextAction: String
    }

    public struct Problems: Hashable, Codable, Sendable {
        /// The memory they come from.
        public var path: String
        /// It is the one that `canon logs` uses unless told.
        public var isUsual: Bool
        /// How many are open, by priority; a priority without any is left out.
        public var open: [String: Int]
        /// The most urgent first.
        public var worst: [Problem]

        public init(path: String, isUsual: Bool, open: [String: Int], worst: [Problem]) {
            self.path = path
            self.isUsual = isUsual
            self.open = open
            self.worst = worst
        }
    }

    public struct Problem: Hashable, Codable, Sendable {
        public var fingerprint: String
        public var priority: Priority
        public var title: String
        public var service: String
        public var count: Int
        /// When it was seen last; nil when its entries have no time.
        public var last: String?
        /// It was resolved, and is back.
        public var isBack: Bool

        public init(
            fingerprint: String, priority: Priority, title: String, service: String, count: Int, last: String?,
            isBack: Bool
        ) {
            self.fingerprint = fingerprint
            self.priority = priority
            self.title = title
            self.service = service
            self.count = count
            self.last = last
            self.isBack = isBack
        }
    }

    public struct Action: Hashable, Codable, Sendable {
        public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
            case claim, problem, finding
        }

        public var priority: Priority
        public var kind: Kind
        public var what: String
        /// A command that shows more, or does it.
        public var command: String?
    }

    /// A part that is not there.
    public struct Absence: Hashable, Codable, Sendable {
        public enum Part: String, Hashable, Codable, Sendable, CaseIterable {
            case concepts, claims, problems, history
        }

        public var part: Part
        public var reason: String
        /// What would make it part of the report.
        public var remedy: String
        /// It should have been there, and could not be found out.
        public var isFailure: Bool

        public init(_ part: Part, _ reason: String, remedy: String, isFailure: Bool = false) {
            self.part = part
            self.reason = reason
            self.remedy = remedy
            self.isFailure = isFailure
        }
    }
}

extension StatusReport {
    /// How a run ends: 1 when a claim is refuted or a finding is at or above the gate, 3 when nothing is wrong as far as is known but
    /// something could not be found out, else 0. Problems of logs are shown, and decide nothing.
    public var exitStatus: Int32 {
        let verdicts = claims?.verdicts ?? []
        if findings.gating > 0 || verdicts.contains(where: { $0.outcome == .refuted }) { return 1 }
        let isUnknown =
            findings.incomplete > 0 || verdicts.contains { $0.outcome == .unknown } || history?.isIncomplete == true
            || absent.contains(where: \.isFailure)
        return isUnknown ? 3 : 0
    }

    public var json: [UInt8] { VerifyJSON.bytes(self) }
}
