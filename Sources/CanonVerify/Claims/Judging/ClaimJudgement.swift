/// What became of a statement.
public enum ClaimVerdict: String, Hashable, Codable, Sendable, CaseIterable {
    case reproduced
    case contradicted
    case notCheckable = "not checkable"
}

/// Why a statement cannot be checked.
public enum ClaimGap: String, Hashable, Codable, Sendable, CaseIterable {
    /// It could be, with something that was not given: a history, a log, a manifest.
    case evidence
    /// It does not say what was counted or compared.
    case definition
    /// It is not about a repository at all: money, people, feelings.
    case outside
}

/// A number that was measured, and how.
public struct ClaimFigure: Hashable, Codable, Sendable {
    public var value: Double
    /// Which things were counted and by which words, so that anybody can count again.
    public var definition: String
    /// Some of the things, the first in the order of their names.
    public var sample: [String]

    init(_ value: Double, _ definition: String, sample: some Sequence<String> = []) {
        self.value = value
        self.definition = definition
        self.sample = Array(sample.prefix(3))
    }

    init(_ things: [String], _ definition: String) {
        self.init(Double(things.count), definition, sample: things)
    }

    /// `20`, `98.7`
    public var text: String { ClaimFigure.text(of: value) }

    static func text(of value: Double) -> String {
        if let whole = Int(exactly: value) { return "\(whole)" }
        let tenths = Int((value.magnitude * 10 + 0.5).rounded(.down))
        return "\(value < 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
    }
}

/// A verdict with its reasons.
struct ClaimJudgement {
    var verdict: ClaimVerdict
    /// One sentence; for a contradicted statement it holds what is right.
    var reason: String
    var figures: [ClaimFigure] = []
    var evidence: [EvidencePlace] = []
    var gap: ClaimGap?
    /// What would make it checkable.
    var remedy: String?

    static func holds(_ reason: String, _ evidence: [EvidencePlace] = []) -> Self {
        Self(verdict: .reproduced, reason: reason, evidence: evidence)
    }

    static func fails(_ reason: String, _ evidence: [EvidencePlace] = []) -> Self {
        Self(verdict: .contradicted, reason: reason, evidence: evidence)
    }

    static func open(_ gap: ClaimGap, _ reason: String, remedy: String? = nil, _ evidence: [EvidencePlace] = []) -> Self
    {
        Self(verdict: .notCheckable, reason: reason, evidence: evidence, gap: gap, remedy: remedy)
    }
}
