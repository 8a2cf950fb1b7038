/// Something that a document says and that can be held against a repository.
public struct ClaimStatement: Hashable, Sendable {
    /// Where it stands.
    public struct Place: Hashable, Codable, Sendable {
        /// As the user named it.
        public var file: String
        /// From 1.
        public var line: Int
        /// From 1, in Unicode scalars of the file as it is.
        public var column: Int

        public init(file: String, line: Int, column: Int) {
            self.file = file
            self.line = line
            self.column = column
        }
    }

    /// What kind of sentence it is. Only ``fact`` is judged.
    public enum Mood: String, Hashable, Codable, Sendable, CaseIterable {
        /// What is, or was done.
        case fact
        /// What somebody means to do, proposes, or recommends.
        case plan
        /// What should be: an expectation, a goal, a criterion.
        case goal
        /// Code or text that shows how something could look.
        case example
    }

    public enum Kind: Hashable, Sendable {
        /// A file or folder, perhaps with a line.
        case path(String, line: Int?)
        /// A file or folder that is said to be gone.
        case absence(String)
        /// A command line.
        case command(String)
        /// An abbreviated or full commit id.
        case commit(String)
        /// `from module import name`, or `import module` without a name.
        case importing(module: String, name: String?)
        /// A dotted name whose beginning the tree has.
        case symbol(String)
        /// A name of code without its module. `isDenied` when the sentence says that it lacks.
        case identifier(String, isDenied: Bool)
        /// A name that is said to stand in a file.
        case definition(name: String, path: String)
        /// The names that a log line lists; `isCut` when it ends in an ellipsis.
        case names([String], message: String, isCut: Bool)
        /// A text that the program is said to log.
        case message(String)
        /// Where a log line is said to come from.
        case origin(module: String, function: String?, line: Int?)
        case quantity(ClaimQuantity)
        /// A box, or a mark of completion.
        case done(String)
        /// An issue of a tracker, and what it is said to be.
        case issue(number: Int, title: String, status: IssueStatus)
        /// What is called the one implementation.
        case canonical(name: String?, path: String?)
        /// A day that is written as one.
        case day(String)
    }

    public enum IssueStatus: String, Hashable, Codable, Sendable {
        case complete
        /// A part or phase of it.
        case partlyComplete = "partly complete"
        case open
    }

    public var place: Place
    /// The words themselves, double decoding repaired and the stars of bold text left out.
    public var quote: String
    public var kind: Kind
    public var mood: Mood
    /// The innermost heading above it.
    public var heading: String
    /// Index of the section in its document: what belongs together.
    var section: Int
}

extension ClaimStatement.Kind {
    /// The name of the kind in reports.
    public var name: String {
        switch self {
        case .path: "path"
        case .absence: "absence"
        case .command: "command"
        case .commit: "commit"
        case .importing: "import"
        case .symbol: "symbol"
        case .identifier: "identifier"
        case .definition: "definition"
        case .names: "log-names"
        case .message: "log-message"
        case .origin: "log-origin"
        case .quantity(let quantity): quantity.isPercent ? "percentage" : "number"
        case .done: "done"
        case .issue: "issue"
        case .canonical: "canonical"
        case .day: "date"
        }
    }
}
