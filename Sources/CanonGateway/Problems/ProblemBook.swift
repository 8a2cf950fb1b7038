public import CanonWire

/// The problems that service logs told of, for the console's page. The gateway serves them; what they are, and where they
/// are kept, is the affair of whoever hands it the book.
public protocol ProblemBook: Sendable {
    /// What is in the book, the most urgent problem first.
    func list() async throws(ProblemBookError) -> JSONObject
    /// One problem with its history. `fingerprint` may be a beginning that only one problem has.
    func problem(_ fingerprint: String) async throws(ProblemBookError) -> ProblemPage
    /// Says that a problem is fixed.
    /// - Parameter revision: the revision that has the fix; nil when the service's entries name none.
    func resolve(_ fingerprint: String, revision: String?) async throws(ProblemBookError) -> ProblemPage
    /// Takes that back.
    func reopen(_ fingerprint: String) async throws(ProblemBookError) -> ProblemPage
}

/// One problem as it is told to the console.
public struct ProblemPage: Sendable {
    /// The whole one.
    public let fingerprint: String
    public let json: JSONObject

    public init(fingerprint: String, json: JSONObject) {
        self.fingerprint = fingerprint
        self.json = json
    }
}

/// Why a book does not answer, in words for the person who runs the server.
public enum ProblemBookError: Error, Equatable {
    case noSuchProblem(String)
    /// The book cannot be opened, read or written at the moment.
    case unavailable(String)
}
