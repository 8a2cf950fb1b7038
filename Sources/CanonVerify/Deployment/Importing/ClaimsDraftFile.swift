import CanonWire

/// The drafted claims as a file that `canon verify` reads, with a comment beside whatever was found out or not.
public struct ClaimsDraftFile: Sendable {
    public let drafts: [ClaimDraft]
    /// Issues of which nothing is claimed: open ones.
    public let open: Int
    /// Issues that were closed without being done.
    public let dropped: Int
    /// How the dump is called.
    public let source: String

    /// - Parameter index: makes the commits known, for issues of a repository (`owner/name`, nil when the dump does not say it).
    public init(
        _ dump: IssueDump, source: String, concepts: ConceptNames, index: (String?) throws -> CommitIndex
    ) rethrows {
        self.source = source
        open = dump.issues.count { $0.state == .open }
        dropped = dump.issues.count { $0.state == .dropped }
        let commits = try index(dump.issues.lazy.compactMap(\.repository).first)
        drafts = dump.issues.filter { $0.state == .completed }.sorted { $0.number < $1.number }.map {
            ClaimDraft($0, commits: commits, concepts: concepts)
        }
    }

    /// `3 claims of closed issues: 2 with a commit, 1 with a concept; 4 open and 1 dropped issues left out`
    public var summary: String {
        "\(String.counted(drafts.count, "claim")) of closed issues: \(drafts.count { $0.fix != nil }) with a commit, "
            + "\(drafts.count { $0.concept != nil }) with a concept; \(open) open and \(dropped) dropped issues left out"
    }

    public var yaml: String {
        var lines = [
            "# Drafted by canon verify import-claims from \(Self.comment(source)): \(summary).",
            "# A closed issue claims that one implementation is left. Correct what is wrong, complete what is unknown, delete what",
            "# claims something else; then: canon verify FILE",
        ]
        lines.append(drafts.isEmpty ? "claims: []" : "claims:")
        for draft in drafts { lines += Self.lines(draft) }
        lines += [
            "# What was deployed, oldest first; without it every verdict is unknown.",
            "# deployments:",
            "#   - {revision: shop-00044, commit: 5c84300}",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ draft: ClaimDraft) -> [String] {
        var lines = ["  - issue: \(draft.issue.number)"]
        let title = quoted(draft.issue.title)
        if title != quoted("") { lines.append("    title: \(title)") }
        if let fix = draft.fix {
            lines += ["    # \(comment(fix.because))", "    fix: \(quoted(fix.value))"]
        } else {
            lines.append("    fix: unknown  # no commit is linked that this repository has")
        }
        lines += draft.fixNotes.map { "    # \(comment($0))" }
        if let concept = draft.concept {
            lines.append("    concept: \(quoted(concept.value))  # \(comment(concept.because))")
        } else {
            lines.append("    concept: unknown  # \(comment(draft.conceptNote ?? ""))")
        }
        return lines
    }

    /// A text of JSON is one of YAML, except that YAML knows more line ends.
    private static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(text).encoded, as: UTF8.self).unicodeScalars.map { scalar in
            // A mark of byte order is no text, wherever it stands.
            if scalar.value == 0xFEFF { return "" }
            return isUnprintable(scalar) ? "\\u" + padded(String(scalar.value, radix: 16)) : String(scalar)
        }.joined()
    }

    /// In one line, without what a terminal or a reader of YAML takes for more than text.
    private static func comment(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isUnprintable($0) || $0.value < 0x20 ? " " : $0 }))
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
            || scalar.value == 0xFEFF || scalar.value == 0xFFFE || scalar.value == 0xFFFF
    }

    private static func padded(_ digits: String) -> String { String(repeating: "0", count: 4 - digits.count) + digits }
}
