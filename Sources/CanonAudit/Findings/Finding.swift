/// A line that shows something: one hop from a name to its definition, one statement of many.
public struct Evidence: Hashable, Codable, Sendable, Comparable {
    /// Relative to the root of the audit, with `/`.
    public var path: String
    /// From 1; 0 when the whole file is meant.
    public var line: Int
    /// What stands there, in the words of the source or of the rule.
    public var text: String

    public init(path: String, line: Int, text: String) {
        self.path = path
        self.line = line
        self.text = text
    }

    public static func < (a: Evidence, b: Evidence) -> Bool {
        if a.path != b.path { return a.path < b.path }
        if a.line != b.line { return a.line < b.line }
        return a.text < b.text
    }
}

/// Something that a rule asks to change, once for each cause: statements that differ in their place only are one finding
/// with many places.
///
/// A rule gives what it knows to ``FindingCollector/add(_:at:line:severity:confidence:scope:message:evidence:places:suggestion:concept:consumers:)``;
/// the rest (fingerprint, priority, status, owner) is filled in there and by the audit.
public struct Finding: Hashable, Codable, Sendable {
    public internal(set) var rule: String
    public internal(set) var ruleVersion: Int
    /// What the finding is about: a canonical symbol (`package.module.Class.method`, a module's dotted name).
    public var symbol: String
    /// Further symbols that make it this finding. With the rule and the subject they are its identity: neither path, line,
    /// count nor text belongs here.
    public var related: [String]
    public internal(set) var fingerprint: Fingerprint
    public var severity: Severity
    public var confidence: Confidence
    public internal(set) var status = Status.open
    public internal(set) var priority = Priority.p3
    public var scope: SourceScope
    /// Where to look first.
    public var path: String
    /// From 1; 0 when the whole file is meant.
    public var line: Int
    /// One sentence without a full stop at its end: what stands there, and beside what.
    public var message: String
    /// From the name to the definition, from the entry to the import, or every place: at most ``maximumEvidence`` are kept.
    public var evidence: [Evidence]
    /// The other places of the same cause.
    public var places: [Place]
    /// How many places there are, kept or not.
    public var placeCount: Int
    /// The canonical symbol to use instead.
    public var suggestion: String?
    /// The declared concept that it belongs to.
    public var concept: String?
    /// How many modules depend on what the finding is about.
    public var consumers: Int

    /// Who answers for the concept or the path.
    public internal(set) var owner: String?
    /// Whom to tell besides the owner: at once, or when ``escalation`` says that the concept's deadline has passed.
    public internal(set) var escalateTo: [String] = []
    /// Why it is due for ``escalateTo``; nil where the concept has no deadline, or the deadline has not passed.
    public internal(set) var escalation: Escalation?
    public internal(set) var impact: String?

    /// More lines than these show nothing new.
    public static let maximumEvidence = 50
    public static let maximumPlaces = 200

    public struct Place: Hashable, Codable, Sendable, Comparable {
        public var path: String
        public var line: Int

        public init(path: String, line: Int) {
            self.path = path
            self.line = line
        }

        public static func < (a: Place, b: Place) -> Bool { a.path != b.path ? a.path < b.path : a.line < b.line }
    }

    /// It is older than its concept's ``Manifest/Concept/escalateAfter``.
    public struct Escalation: Hashable, Codable, Sendable {
        public enum Cause: String, Codable, Sendable {
            /// The finding stood there already.
            case finding
            /// What excuses it stood there already.
            case waiver
        }

        public var cause: Cause
        public var days: Int
        /// The commit of so many days ago, in which it was.
        public var commit: String
    }

    public enum Status: String, Codable, Sendable, CaseIterable {
        case open
        /// A waiver of the manifest covers it.
        case waived
        /// It stood in the base as well.
        case known
    }

    /// All symbols, the subject first.
    public var symbols: [String] { [symbol] + related }

    /// It says that the measurement itself cannot be relied upon: nothing waives it, no baseline hides it.
    public internal(set) var isIntegrity: Bool
}

extension [Finding] {
    /// Something of each finding, by its place. Findings are large: taking one out copies a dozen texts.
    func reading<Value>(_ value: (UnsafePointer<Finding>, Int) -> Value) -> [Value] {
        withUnsafeBufferPointer { findings in
            guard let first = findings.baseAddress else { return [] }
            return findings.indices.map { value(first + $0, $0) }
        }
    }

    /// By place; nil for those of the measurement itself, which are compared with none.
    func comparableFingerprints() -> [Fingerprint?] {
        reading { finding, _ in finding.pointee.isIntegrity ? nil : finding.pointee.fingerprint }
    }
}
