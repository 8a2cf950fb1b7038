/// Finds what documents claim of a program and holds it against the program.
///
/// The auditor itself does not know how: who wires it up hands it in, so that the reader may build on the auditor.
public protocol ClaimReader: Sendable {
    /// The claims of the documents that do not hold, or that nobody could check, in the order of the documents.
    ///
    /// - Parameter commit: the commit whose files the context holds; nil for a folder outside of version control.
    func openClaims(
        in documents: [(path: String, bytes: [UInt8])], of context: borrowing RuleContext, python: String,
        commit: String?
    ) -> [OpenClaim]
}

/// A statement of a document that could not be reproduced.
public struct OpenClaim: Sendable {
    public var path: String
    /// From 1.
    public var line: Int
    /// The words of the statement.
    public var quote: String
    /// The tree says otherwise; else nobody can tell, because it is not said what was measured.
    public var isContradicted: Bool
    /// One sentence, with what is right where that is known.
    public var reason: String
    /// What would make it checkable.
    public var remedy: String?
    /// The number that the statement gives, when it is about one.
    public var number: Int?

    public init(
        path: String, line: Int, quote: String, isContradicted: Bool, reason: String, remedy: String? = nil,
        number: Int? = nil
    ) {
        self.path = path
        self.line = line
        self.quote = quote
        self.isContradicted = isContradicted
        self.reason = reason
        self.remedy = remedy
        self.number = number
    }
}

/// How claims are judged in one audit.
struct ClaimJudging: Sendable {
    var reader: any ClaimReader
    var python: String
    var commit: String?
}

extension RuleContext {
    /// Of every declared concept, how far it is from one implementation.
    public var conceptScores: [ConceptScore] { concepts.map { ConceptScore($0, in: self) } }

    /// Of every declared concept that is there, the ways that lead to it.
    public var conceptRoutes: [ConceptRoutes] { concepts.compactMap { ConceptRoutes($0, in: self) } }
}
