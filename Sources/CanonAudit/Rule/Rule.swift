public import CanonFacts

/// What a rule is: one file with its identity, why it exists, examples that are its tests and its page, and its code.
///
/// Adding one touches its file and one line of ``RuleList``.
public protocol Rule: Sendable {
    static var identity: RuleIdentity { get }
    /// Why it harms: a paragraph of Markdown for somebody who meets the finding for the first time.
    static var rationale: String { get }
    /// What to do about a finding: one or two sentences.
    static var remedy: String { get }
    static var examples: RuleExamples { get }

    /// The languages whose files it looks at; Python alone unless the rule says otherwise.
    static var languages: Set<SourceLanguage> { get }

    /// Whether the manifest asks something of this rule by name (`layers` for forbidden-import): when the rule then
    /// finds nothing to examine, that is an integrity finding, because a rule that never applies protects nothing.
    static func isConfigured(by manifest: Manifest) -> Bool

    /// What a finding has become beside a base, when that makes it worse than it is by itself; nil when it does not.
    ///
    /// - Parameter before: the finding as it stood in the base; nil when the base had none.
    static func worse(_ finding: Finding, than before: Finding?) -> Finding?

    /// Looks at the whole program once.
    static func check(_ context: RuleContext, _ findings: inout FindingCollector)
}

extension Rule {
    public static var languages: Set<SourceLanguage> { [.python] }
    public static func isConfigured(by manifest: Manifest) -> Bool { false }
    public static func worse(_ finding: Finding, than before: Finding?) -> Finding? { nil }
    public static var name: String { identity.name }
}

/// By what a rule is known.
public struct RuleIdentity: Hashable, Sendable {
    /// Kebab-case, and it reads after "allow".
    public var name: String
    /// Raised when the rule means something else than before: it is part of the rule set's hash.
    public var version: Int
    /// Of a finding, unless it says otherwise.
    public var severity: Severity
    /// One line: what counts.
    public var summary: String
    /// One line: what does not count. Empty when everything does.
    public var exceptions: String
    /// Its findings say that the measurement cannot be relied upon; they always gate.
    public var isIntegrity: Bool

    public init(
        _ name: String, version: Int = 1, severity: Severity, summary: String, exceptions: String = "",
        isIntegrity: Bool = false
    ) {
        self.name = name
        self.version = version
        self.severity = severity
        self.summary = summary
        self.exceptions = exceptions
        self.isIntegrity = isIntegrity
    }
}

/// Examples are a rule's tests and its documentation.
public struct RuleExamples: Sendable {
    /// Each gives exactly the findings that it marks.
    public var violating: [RuleExample]
    /// Each gives none.
    public var clean: [RuleExample]

    public init(violating: [RuleExample], clean: [RuleExample]) {
        self.violating = violating
        self.clean = clean
    }
}

/// A small project.
public struct RuleExample: Sendable {
    /// A file of an example.
    public struct File: Sendable {
        public var path: String
        /// As written, marks included.
        public var text: String

        public init(_ path: String, _ text: String) {
            self.path = path
            self.text = text.hasSuffix("\n") || text.isEmpty ? text : text + "\n"
        }
    }

    /// What it shows, in a few words; a heading of the page.
    public var title: String
    /// One named `canon.yaml` is the manifest.
    public var files: [File]

    public init(_ title: String, _ files: File...) {
        self.title = title
        self.files = files
    }
}

extension RuleExample.File {
    private static let mark: Character = "↓"

    /// The text without the lines that hold marks, and the line (from 1, in that text) of each mark: a line of nothing but
    /// blanks and `↓` says that a finding stands in the line below it, one for each `↓`. A finding about a whole file is
    /// marked at its first line.
    public var parsed: (text: String, marks: [Int]) {
        var lines: [Substring] = []
        var marks: [Int] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let content = line.filter { $0 != " " }
            guard !content.isEmpty, content.allSatisfy({ $0 == Self.mark }) else {
                lines.append(line)
                continue
            }
            for _ in content { marks.append(lines.count + 1) }
        }
        return (lines.joined(separator: "\n"), marks)
    }
}
