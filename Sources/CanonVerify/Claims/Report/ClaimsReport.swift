/// Everything that `canon verify claims` says, in the form of its JSON (docs/schemas/claims-report.schema.json). A renderer adds
/// nothing to it.
public struct ClaimsReport: Hashable, Codable, Sendable {
    /// Raised when a member changes its meaning; members may be added without.
    public static let schemaName = "canon.claims/1"

    public var schema = schemaName
    /// What the statements were held against.
    public var basis: EvidenceBasis
    /// In the order in which they were given.
    public var documents: [Document]
    /// Statements of fact, by document and place.
    public var statements: [Row]
    /// Statements that cannot all be true.
    public var contradictions: [Contradiction]
    /// Sentences of the same kinds that say what should be, or is planned: read, and not judged.
    public var notJudged: [Unjudged]
    /// Files that could not be read, so that counts of files may be too small.
    public var incomplete: [String]

    public struct Document: Hashable, Codable, Sendable {
        public var name: String
        /// The latest day that it names.
        public var day: String?
        /// Why a figure may have been right when it was written: the document and the tree are of different days.
        public var note: String?
        /// Places where text was read in a wrong encoding, and repaired.
        public var repairs: Int
        public var counts: Counts
    }

    public struct Counts: Hashable, Codable, Sendable {
        public var reproduced = 0
        public var contradicted = 0
        public var notCheckable = 0
        public var notJudged = 0
    }

    public struct Row: Hashable, Codable, Sendable {
        public var place: ClaimStatement.Place
        public var heading: String
        public var kind: String
        public var quote: String
        public var verdict: ClaimVerdict
        /// For a contradicted statement it holds what is right.
        public var reason: String
        /// Every way in which a number was counted.
        public var figures: [ClaimFigure]
        public var evidence: [EvidencePlace]
        /// Only when it is not checkable.
        public var gap: ClaimGap?
        /// What would make it checkable.
        public var remedy: String?
    }

    public struct Contradiction: Hashable, Codable, Sendable {
        public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
            /// Complete here, open there.
            case completion
            /// Several things are called the one.
            case canonical
            /// Several numbers for one thing.
            case numbers
            /// One number for several things.
            case oneNumber = "one-number"
        }

        public var kind: Kind
        public var subject: String
        public var text: String
        public var sides: [Side]
    }

    public struct Side: Hashable, Codable, Sendable {
        public var place: ClaimStatement.Place
        public var quote: String
        /// A proposal and a statement of fact may differ without one being false.
        public var mood: ClaimStatement.Mood
        public var says: String
    }

    public struct Unjudged: Hashable, Codable, Sendable {
        public var place: ClaimStatement.Place
        public var kind: String
        public var quote: String
        public var mood: ClaimStatement.Mood
    }
}

extension ClaimsReport {
    /// Reads documents and holds their statements against a repository. Nothing is run; a document that is empty or no Markdown has
    /// no statements, which is no error.
    ///
    /// - Parameter documents: with the names by which reports call them.
    public init(
        documents: [(name: String, bytes: [UInt8])], evidence: any ClaimEvidence
    ) {
        let read = documents.map { ClaimDocument(name: $0.name, bytes: $0.bytes) }
        let judge = ClaimJudge(documents: read, evidence: evidence)
        basis = evidence.basis
        statements = []
        notJudged = []
        self.documents = []
        for (index, document) in read.enumerated() {
            var counts = Counts()
            var rows: [Row] = []
            for statement in judge.statements[index] {
                guard statement.mood == .fact else {
                    counts.notJudged += 1
                    notJudged.append(
                        Unjudged(
                            place: statement.place, kind: statement.kind.name, quote: statement.quote,
                            mood: statement.mood))
                    continue
                }
                rows.append(Row(statement, judge.judgement(on: statement, document: index)))
            }
            Self.settleBoxes(&rows)
            for row in rows {
                switch row.verdict {
                case .reproduced: counts.reproduced += 1
                case .contradicted: counts.contradicted += 1
                case .notCheckable: counts.notCheckable += 1
                }
            }
            statements += rows
            let day = CalendarDay.latest(in: document)
            var note: String?
            if let day, let other = basis.day, day != other {
                note = "names the day \(day), and the tree is of \(other): a figure may have been right then"
            }
            self.documents.append(
                Document(name: document.name, day: day, note: note, repairs: document.repairs, counts: counts))
        }
        contradictions = ClaimContradictions(judge: judge).all()
        incomplete = judge.survey.unread
    }

    /// A ticked box holds as much as what stands in it.
    private static func settleBoxes(_ rows: inout [Row]) {
        for index in rows.indices where rows[index].kind == "done" {
            let parts = rows.indices.filter { $0 != index && rows[$0].place.line == rows[index].place.line }.map {
                rows[$0]
            }
            guard !parts.isEmpty else { continue }
            if let wrong = parts.first(where: { $0.verdict == .contradicted }) {
                rows[index].verdict = .contradicted
                rows[index].reason = "\"\(wrong.quote)\" is contradicted: \(wrong.reason)"
                rows[index].gap = nil
                rows[index].remedy = nil
            } else if parts.allSatisfy({ $0.verdict == .reproduced }) {
                rows[index].verdict = .reproduced
                rows[index].reason = "what it names was reproduced"
                rows[index].gap = nil
                rows[index].remedy = nil
            } else if let open = parts.first(where: { $0.verdict == .notCheckable }) {
                rows[index].reason = "\"\(open.quote)\" cannot be checked: \(open.reason)"
                rows[index].gap = open.gap
                rows[index].remedy = open.remedy
            }
        }
    }

    /// How a run ends.
    public enum Outcome: Int32, Sendable {
        /// Every statement that is about a repository was reproduced.
        case holds = 0
        /// A statement is contradicted by the tree, or by another one.
        case contradicted = 1
        /// Nothing is contradicted, and something is unknown.
        case unknown = 3
    }

    /// The status to exit with.
    ///
    /// What was asked is whether the statements about the repository hold. So a number whose unit nobody defined, a log that was not
    /// given, and an unread file leave the answer unknown; a sentence about revenue was never a question to a repository, is shown, and
    /// does not change the status. A contradiction counts when its sides are statements of fact: a proposal may differ from what is.
    public var outcome: Outcome {
        let isContradicted =
            statements.contains { $0.verdict == .contradicted }
            || contradictions.contains { contradiction in contradiction.sides.count { $0.mood == .fact } > 1 }
        if isContradicted { return .contradicted }
        let isUnknown = statements.contains { $0.verdict == .notCheckable && $0.gap != .outside }
        return isUnknown || !incomplete.isEmpty ? .unknown : .holds
    }

    public var counts: Counts {
        documents.reduce(into: Counts()) { total, document in
            total.reproduced += document.counts.reproduced
            total.contradicted += document.counts.contradicted
            total.notCheckable += document.counts.notCheckable
            total.notJudged += document.counts.notJudged
        }
    }
}

extension ClaimsReport.Row {
    init(_ statement: ClaimStatement, _ judgement: ClaimJudgement) {
        self.init(
            place: statement.place, heading: statement.heading, kind: statement.kind.name, quote: statement.quote,
            verdict: judgement.verdict, reason: judgement.reason, figures: judgement.figures,
            evidence: judgement.evidence,
            gap: judgement.gap, remedy: judgement.remedy)
    }
}
