/// What a run says about a problem.
public enum ProblemState: String, Sendable, Codable, CaseIterable {
    /// Nothing in the memory knows it.
    case new
    /// It was seen before and has not gone since.
    case known
    /// It was resolved, and is back on a revision that is newer than the fix.
    case regressed
    /// Its service logged enough, and it was not there.
    case resolved
    /// The run cannot tell: an export was cut off or capped, or the service was silent.
    case unknown
}

/// What the memory holds about whether a problem is over.
public enum ProblemStatus: Sendable, Hashable {
    case open
    case resolved(Fix)

    public struct Fix: Sendable, Hashable {
        public enum Source: String, Sendable, Codable {
            /// Somebody said so.
            case person
            /// It was absent while its service logged enough.
            case absence
        }

        public var source: Source
        /// The revision that no longer has the problem; nil when the service's entries name none.
        public var revision: String?
        /// The last time of the problem before it was resolved: what is later is a new sighting.
        public var after: Int64?

        public init(source: Source, revision: String?, after: Int64?) {
            self.source = source
            self.revision = revision
            self.after = after
        }
    }
}

/// What a run saw of a problem.
public enum Observation: Sendable, Hashable {
    /// Entries, some of which were never counted before.
    case seen(Sighting)
    /// Only entries that earlier runs have counted.
    case seenBefore
    case absent(Coverage)

    /// Where the new entries stand beside a fix.
    public enum Sighting: String, Sendable {
        /// There is no fix to compare with.
        case plain
        /// On a revision newer than the fix; or later than it, where entries name no revision.
        case afterFix
        /// On the revision of the fix or an older one only.
        case beforeFix
        /// The revisions cannot be put in order.
        case unordered
    }

    /// Whether the absence of a problem says anything.
    public enum Coverage: Sendable, Hashable {
        /// The service logged enough for the problem to be expected: this often.
        case enough(expected: Double)
        /// Why it says nothing.
        case insufficient(String)
    }
}

/// The states of a problem from run to run. Pure: what was seen goes in, what to say and to remember comes out.
public struct ProblemTransition: Sendable, Hashable {
    public var state: ProblemState
    /// What the memory holds from now on.
    public var status: ProblemStatus
    /// Why, in words; nil when the state says it all.
    public var reason: String?

    /// - Parameters:
    ///   - status: from the memory; nil for a problem that is not in it.
    ///   - newest: the newest revision of the service in this run, which an absence is credited to.
    ///   - lastSeen: when the problem was last seen.
    public init(status: ProblemStatus?, observation: Observation, newest: String? = nil, lastSeen: Int64? = nil) {
        switch (status, observation) {
        case (nil, .seen), (nil, .seenBefore):
            self.init(.new, .open)
        case (nil, .absent):
            self.init(.unknown, .open, "it was never seen")
        case (.open, .seen):
            self.init(.known, .open)
        case (.open, .seenBefore):
            self.init(.known, .open, "nothing new: earlier runs have counted these entries")
        case (.open, .absent(.enough(let expected))):
            let fix = ProblemStatus.Fix(source: .absence, revision: newest, after: lastSeen)
            self.init(
                .resolved, .resolved(fix),
                "absent where about \(Self.rounded(expected)) entries were to be expected")
        case (.open, .absent(.insufficient(let reason))):
            self.init(.unknown, .open, reason)
        case (.resolved(let fix), .seen(.afterFix)):
            self.init(
                .regressed, .open, fix.revision.map { "back on a revision newer than \($0)" } ?? "back after its fix")
        case (.resolved(let fix), .seen(.beforeFix)) where fix.source == .person:
            self.init(
                .known, .resolved(fix),
                "seen on revisions up to \(fix.revision ?? "the fix") only, which says nothing about the fix")
        case (.resolved, .seen(.beforeFix)):
            self.init(.known, .open, "it had only been rare: seen again without a newer revision")
        case (.resolved(let fix), .seen(.unordered)), (.resolved(let fix), .seen(.plain)):
            self.init(
                .unknown, .resolved(fix),
                "seen again, but its revisions cannot be put in order with \(fix.revision ?? "the fix")")
        case (.resolved(let fix), .seenBefore):
            self.init(.resolved, .resolved(fix), "these entries are from before the fix")
        case (.resolved(let fix), .absent):
            self.init(.resolved, .resolved(fix))
        }
    }

    private init(_ state: ProblemState, _ status: ProblemStatus, _ reason: String? = nil) {
        self.state = state
        self.status = status
        self.reason = reason
    }

    private static func rounded(_ value: Double) -> String {
        value < 10 ? "\((value * 10).rounded() / 10)" : "\(Int(value))"
    }
}
