/// What claims are held against: one state of one repository.
///
/// The judge asks nothing else, runs nothing, and reads nothing by itself. Paths are relative to the root, with `/`. An answer
/// that cannot be given says why; it is never guessed.
public protocol ClaimEvidence {
    var basis: EvidenceBasis { get }

    /// Every regular file of the tree, in the order of paths.
    var files: [EvidenceFile] { get }

    /// The content of a file; nil when it cannot be read.
    func bytes(of path: String) -> [UInt8]?

    /// What a dotted name is: a module, class, function or value; `.known(nil)` when it is not there.
    func resolve(_ dottedName: String) -> EvidenceAnswer<EvidenceSymbol?>

    /// What is bound at the top level of a file and in its classes, imports too; unknown for a language that cannot be read.
    func declarations(in path: String) -> EvidenceAnswer<[EvidenceDeclaration]>

    /// The types and functions with this bare name, in the files of any scope.
    func definitions(of name: String) -> EvidenceAnswer<[EvidenceDeclaration]>

    /// Files that do not parse, for each grammar that was tried.
    func unparsable() -> EvidenceAnswer<[EvidenceGrammar]>

    /// What the manifest declares, or discovery found, with its figures.
    func concepts() -> EvidenceAnswer<[EvidenceConcept]>

    /// The names that a program would find in its own modules when a module's check runs.
    func replay(_ question: ReplayQuestion) -> EvidenceAnswer<[EvidenceName]>

    /// The commit that an abbreviated id stands for; `.known(nil)` when the history has none.
    func commit(_ id: String) -> EvidenceAnswer<EvidenceCommit?>

    /// The commits up to ``basis`` whose message names an issue (`#12`), the newest first.
    func commits(namingIssue number: Int) -> EvidenceAnswer<[EvidenceCommit]>
}

/// What was measured.
public struct EvidenceBasis: Hashable, Codable, Sendable {
    /// For people: `the folder shop`, `commit 1a2b3c4 of shop`.
    public var name: String
    public var commit: String?
    /// The day of the commit, `2025-09-16`.
    public var day: String?

    public init(name: String, commit: String? = nil, day: String? = nil) {
        self.name = name
        self.commit = commit
        self.day = day
    }
}

/// An answer, or why there is none and what would give one.
public enum EvidenceAnswer<Value: Sendable>: Sendable {
    case known(Value)
    case unknown(reason: String, remedy: String?)

    var value: Value? {
        if case .known(let value) = self { value } else { nil }
    }
}

public struct EvidenceFile: Hashable, Sendable {
    /// The auditor's scopes (`SourceScope`), by their names.
    public enum Scope: String, Hashable, Codable, Sendable, CaseIterable {
        case live, test, tool, fixture, backup, vendored, generated
    }

    public var path: String
    public var scope: Scope

    public init(path: String, scope: Scope) {
        self.path = path
        self.scope = scope
    }
}

public struct EvidencePlace: Hashable, Codable, Sendable {
    public var path: String
    /// From 1; 0 when the whole file is meant.
    public var line: Int
    /// What stands there.
    public var text: String

    public init(path: String, line: Int, text: String = "") {
        self.path = path
        self.line = line
        self.text = text
    }
}

public struct EvidenceSymbol: Hashable, Sendable {
    /// Where the object is, by its own name: a re-export gives the class that it leads to.
    public var name: String
    /// `class`, `function`, `module`, `value`, `external`.
    public var kind: String
    public var place: EvidencePlace?

    public init(name: String, kind: String, place: EvidencePlace?) {
        self.name = name
        self.kind = kind
        self.place = place
    }
}

public struct EvidenceDeclaration: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case type, function, value, importing = "import"
    }

    /// Without the class around it.
    public var name: String
    public var kind: Kind
    /// The class around it, if there is one.
    public var owner: String?
    public var place: EvidencePlace
    /// The last line of it; equal to the first when it is not known.
    public var endLine: Int
    /// Whether a test runner collects it.
    public var isTest: Bool

    public init(name: String, kind: Kind, owner: String? = nil, place: EvidencePlace, endLine: Int, isTest: Bool) {
        self.name = name
        self.kind = kind
        self.owner = owner
        self.place = place
        self.endLine = endLine
        self.isTest = isTest
    }
}

public struct EvidenceGrammar: Hashable, Sendable {
    /// `Python 3.11`
    public var name: String
    /// The files that it does not parse.
    public var paths: [String]

    public init(name: String, paths: [String]) {
        self.name = name
        self.paths = paths
    }
}

public struct EvidenceConcept: Hashable, Sendable {
    /// As the manifest has it: `cart-store`.
    public var name: String
    /// The dotted name of the canonical object; nil when none is declared.
    public var canonical: String?
    /// The dotted names of distinct objects that implement it.
    public var implementations: [String]
    public var factories: [String]
    /// The modules through which its objects are imported.
    public var importPaths: [String]
    /// Consumers that are bound to the canonical object by a registered path.
    public var bound: Int
    public var consumers: Int
    /// From 0 to 100; nil when it was not measured.
    public var score: Double?

    public init(
        name: String, canonical: String?, implementations: [String], factories: [String], importPaths: [String],
        bound: Int, consumers: Int, score: Double?
    ) {
        self.name = name
        self.canonical = canonical
        self.implementations = implementations
        self.factories = factories
        self.importPaths = importPaths
        self.bound = bound
        self.consumers = consumers
        self.score = score
    }
}

/// Which names a replay should list.
public struct ReplayQuestion: Hashable, Sendable {
    /// A glob for the bound name without regard to capitals: `*cart*store*`.
    public var match: String
    /// A glob for the module.
    public var moduleMatch: String
    /// The module in whose code the message of the log stands; nil when it was not found.
    public var module: String?

    public init(match: String, moduleMatch: String, module: String?) {
        self.match = match
        self.moduleMatch = moduleMatch
        self.module = module
    }
}

public struct EvidenceName: Hashable, Sendable {
    /// `module.name`
    public var name: String
    /// The object behind it, by its own dotted name.
    public var object: String
    /// What part the object plays: `implementation`, `protocol`, `enum`.
    public var role: String

    public init(name: String, object: String, role: String) {
        self.name = name
        self.object = object
        self.role = role
    }
}

public struct EvidenceCommit: Hashable, Sendable {
    public var id: String
    /// `2025-09-16`
    public var day: String
    public var subject: String
    /// The paths that it changed.
    public var files: [String]
    /// Whether ``ClaimEvidence/basis`` contains it.
    public var isContained: Bool

    public init(id: String, day: String, subject: String, files: [String], isContained: Bool) {
        self.id = id
        self.day = day
        self.subject = subject
        self.files = files
        self.isContained = isContained
    }
}
