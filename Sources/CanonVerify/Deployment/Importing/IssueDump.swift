import CanonWire

/// An issue of a tracker, as far as a claim can be drafted from it.
public struct TrackedIssue: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        case open
        /// Closed as done.
        case completed
        /// Closed because nobody means to do it, or because another issue is about the same.
        case dropped
    }

    public var number: Int
    public var title: String
    public var body = ""
    public var state = State.completed
    public var labels: [String] = []
    /// Their texts, in the order of the dump.
    public var comments: [String] = []
    /// Commits that the tracker itself names as those that closed it.
    public var closingCommits: [String] = []
    /// Numbers of pull requests that the tracker names as those that closed it.
    public var closingPulls: [Int] = []
    /// `owner/name`; nil when the dump does not say it.
    public var repository: String?

    public init(number: Int, title: String) {
        self.number = number
        self.title = title
    }
}

/// Issues as GitHub gives them: `gh issue list --json …`, `gh issue view --json …`, the arrays of the REST interface, pages of
/// them, and results of a search.
public struct IssueDump: Sendable {
    /// Each issue once, in the order of the dump.
    public private(set) var issues: [TrackedIssue] = []
    /// Rows that are pull requests; REST lists them among issues.
    public private(set) var pulls = 0
    /// Rows about an issue that was there already.
    public private(set) var repeated = 0

    public struct Malformed: Error, CustomStringConvertible {
        public let description: String
    }

    /// A dump of more bytes than this is none.
    public static let maximumBytes = 256 << 20

    /// - Throws: where the text stops being a list of issues.
    public init(_ bytes: [UInt8]) throws(Malformed) {
        for (place, row) in try Self.rows(bytes) {
            guard let object = row.object else {
                throw Malformed(description: "\(place) is \(row.kind); expected an issue: an object")
            }
            // REST marks pull requests so; `gh` lists none.
            guard object["pull_request"]?.isNull ?? true else {
                pulls += 1
                continue
            }
            let issue = try Self.issue(object, place)
            guard !issues.contains(where: { $0.number == issue.number && $0.repository == issue.repository }) else {
                repeated += 1
                continue
            }
            if let other = issues.first(where: { $0.number == issue.number }) {
                throw Malformed(
                    description:
                        "\(place): issue \(issue.number) is of \(issue.repository ?? "another repository"), and an "
                        + "earlier one of \(other.repository ?? "another"): draft one repository at a time")
            }
            issues.append(issue)
        }
    }

    /// The issues with their places in the dump: of one array, of pages of arrays, of a search, a single one, or one on each line.
    private static func rows(_ bytes: [UInt8]) throws(Malformed) -> [(place: String, value: JSONValue)] {
        let root: JSONValue
        do {
            root = try JSONValue.parse(bytes)
        } catch {
            if let lines = lines(bytes) { return lines }
            throw Malformed(
                description: "is no JSON: \(error); pages that were joined need `gh api --paginate --slurp`")
        }
        if let items = root["items"]?.array { return numbered(items) }
        guard let list = root.array else { return [("the issue", root)] }
        guard list.contains(where: { $0.array != nil }) else { return numbered(list) }
        return numbered(list.flatMap { $0.array ?? [$0] })
    }

    private static func numbered(_ values: [JSONValue]) -> [(place: String, value: JSONValue)] {
        values.enumerated().map { ("entry \($0.offset + 1)", $0.element) }
    }

    private static func lines(_ bytes: [UInt8]) -> [(place: String, value: JSONValue)]? {
        var rows: [(place: String, value: JSONValue)] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
            guard let value = try? JSONValue.parse(line) else { return nil }
            // A page on each line, or an issue on each.
            rows += (value.array ?? [value]).map { ("line \(index + 1)", $0) }
        }
        return rows.isEmpty ? nil : rows
    }

    private static func issue(_ object: JSONObject, _ place: String) throws(Malformed) -> TrackedIssue {
        guard let number = object["number"]?.int, number > 0, number < 1 << 40 else {
            throw Malformed(
                description: "\(place) has no number: is this a list of issues (gh issue list --json number,…)?")
        }
        guard let title = object["title"]?.string else {
            throw Malformed(description: "\(place): issue \(number) has no title; add title to the members of --json")
        }
        guard let state = object["state"]?.string?.lowercased(), ["open", "closed"].contains(state) else {
            throw Malformed(
                description:
                    "\(place): issue \(number) does not say whether it is closed; add state to the members of --json")
        }
        var issue = TrackedIssue(number: Int(number), title: title)
        let reason = (object["stateReason"] ?? object["state_reason"])?.string?.lowercased()
        issue.state = state == "open" ? .open : ["not_planned", "duplicate"].contains(reason) ? .dropped : .completed
        issue.body = object["body"]?.string ?? ""
        // Names, or objects with one.
        issue.labels = (object["labels"]?.array ?? []).compactMap { $0.string ?? $0["name"]?.string }
        // REST gives the number of comments alone.
        issue.comments = (object["comments"]?.array ?? []).compactMap { $0.string ?? $0["body"]?.string }
        for event in object["events"]?.array ?? object["timeline"]?.array ?? [] where event["event"]?.string == "closed"
        {
            if let id = event["commit_id"]?.string { issue.closingCommits.append(id) }
        }
        for pull in object["closedByPullRequestsReferences"]?.array ?? [] {
            if let id = pull["mergeCommit"]?["oid"]?.string { issue.closingCommits.append(id) }
            if let number = pull["number"]?.int { issue.closingPulls.append(Int(clamping: number)) }
        }
        issue.repository = (object["html_url"] ?? object["url"])?.string.flatMap { repository(in: $0) }
        return issue
    }

    /// `owner/name` of `https://github.com/owner/name/issues/12`, or of `https://api.github.com/repos/owner/name/issues/12`.
    private static func repository(in url: String) -> String? {
        let parts = url.split(separator: "/").map(String.init)
        guard parts.count >= 4, let issues = parts.lastIndex(of: "issues"), issues >= 3 else { return nil }
        return parts[issues - 2] + "/" + parts[issues - 1]
    }
}
