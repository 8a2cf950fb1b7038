/// Looks for a warning in the entries of one revision, within one window of time.
///
/// That a warning was not found says something only when there were entries in which it could have stood: see ``Finding/verdict``.
public struct WarningSearch {
    /// What is looked for.
    public enum Sought: Sendable, Hashable {
        /// Messages that hold this text, without regard to the case of ASCII letters.
        case text(String)
        /// Every entry that is a warning or worse.
        case anyProblem

        public var name: String {
            switch self {
            case .text(let text): text
            case .anyProblem: "problem"
            }
        }
    }

    /// What was found.
    public struct Finding: Sendable, Equatable {
        public enum Verdict: Sendable, Equatable {
            /// There were entries, and none of them was the warning.
            case absent
            case present
            /// With the reason.
            case unknown(String)
        }

        /// The revision that was looked at; nil when no entry of the window names one.
        public var revision: String?
        /// Entries of the revision in the window.
        public var entries = 0
        /// How many of them were the warning.
        public var found = 0
        /// When it came first and last; nanoseconds since 1970.
        public var first: Int64?
        public var last: Int64?
        /// The first of them, with personal data masked.
        public var sample: String?
        /// What could not be read.
        public var incomplete: [ReadProblem] = []
        public var verdict = Verdict.unknown("nothing was read")
    }

    private let sought: Sought
    private let needle: [UInt8]
    /// Nanoseconds since 1970.
    private let window: ClosedRange<Int64>
    private let revision: String?
    private let reader: LogReader
    private var found = Finding()
    private var revisions: Set<String> = []
    /// Warnings that say neither when nor of which revision they are, so that they may be meant.
    private var unplaced = 0
    /// Ids of entries, so that one that stands in two exports counts once.
    private var seen: Set<UInt64> = []

    /// - Parameters:
    ///   - window: from and to, in nanoseconds since 1970.
    ///   - revision: whose entries count; nil: the only one that the window's entries name.
    public init(
        _ sought: Sought, in window: ClosedRange<Int64>, revision: String?, mapping: FieldMapping = FieldMapping()
    ) {
        self.sought = sought
        self.window = window
        self.revision = revision
        needle = if case .text(let text) = sought { text.utf8.map(\.lowered) } else { [] }
        reader = LogReader(mapping: mapping)
    }

    public mutating func read(_ input: LogInput) {
        do throws(SourceError) {
            var isFound = false
            if case .found = input { isFound = true }
            read(try input.open(), isFound: isFound)
        } catch {
            found.incomplete.append(ReadProblem(source: input.name, offset: error.offset, message: error.message))
        }
    }

    /// - Parameter isFound: nobody named the source: it is passed over when it turns out to be no log.
    public mutating func read(_ source: any ByteSource, isFound: Bool = false) {
        var taken = self
        let (report, _) = reader.read(source) { record in taken.take(record) }
        self = taken
        if !(isFound && report.isNoLog) { found.incomplete += report.problems }
    }

    private mutating func take(_ record: borrowing LogRecord) {
        let isSought = isSought(record)
        guard let time = record.time else {
            if isSought { unplaced += 1 }
            return
        }
        guard window.contains(time) else { return }
        let name = record.revision.text
        if let revision, name != revision {
            if name.isEmpty, isSought { unplaced += 1 }
            if !name.isEmpty { revisions.insert(name) }
            return
        }
        if !record.insertID.isEmpty, !seen.insert(ProblemCollector.identity(record)).inserted { return }
        if !name.isEmpty { revisions.insert(name) }
        found.entries += 1
        guard isSought else { return }
        found.found += 1
        found.first = min(found.first ?? time, time)
        found.last = max(found.last ?? time, time)
        if found.sample == nil { found.sample = String(Masker.masked(record.message.text).prefix(200)) }
    }

    private func isSought(_ record: borrowing LogRecord) -> Bool {
        switch sought {
        case .anyProblem: return record.severity >= .warning
        case .text:
            let message = record.message
            guard !needle.isEmpty, message.count >= needle.count else { return false }
            for start in 0...message.count - needle.count {
                var at = 0
                while at < needle.count, message[start + at].lowered == needle[at] { at += 1 }
                if at == needle.count { return true }
            }
            return false
        }
    }

    /// The verdict on what was read.
    public var finding: Finding {
        var finding = found
        let others = revisions.sorted().joined(separator: ", ")
        finding.revision = revision ?? (revisions.count == 1 ? revisions.first : nil)
        finding.verdict =
            if found.found > 0, revision != nil || revisions.count <= 1 {
                .present
            } else if revision == nil, revisions.count > 1 {
                .unknown("the entries of the window are of several revisions (\(others)): name one with --revision")
            } else if found.entries == 0 {
                .unknown(
                    revision.map { name in
                        "no entry of the window is of \(name)" + (others.isEmpty ? "" : "; they are of \(others)")
                    } ?? "the logs hold no entry of the window")
            } else if unplaced > 0 {
                .unknown("\(unplaced) of the warnings do not say when, or of which revision, they are")
            } else if !found.incomplete.isEmpty {
                .unknown("not everything could be read: \(found.incomplete[0].description)")
            } else {
                .absent
            }
        return finding
    }
}
