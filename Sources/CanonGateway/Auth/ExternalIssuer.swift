import CanonWire

/// Another issuer whose tokens open sessions here: a platform's own log-in, an identity provider.
///
/// Its tokens and our own cannot stand in for each other. Ours are verified by our secret and must name our issuer; its
/// tokens are verified by its public keys and must name it. Whatever its tokens claim, they make ordinary users.
public struct ExternalIssuer: Sendable {
    let name: String
    let audiences: Set<String>
    /// Before each subject in the id of its user.
    let userPrefix: String
    let keys: IssuerKeys

    /// - Parameters:
    ///   - name: the `iss` of its tokens, compared as it stands.
    ///   - audiences: one of them must be an `aud` of the token.
    ///   - userPrefix: what a subject's user id begins with here. With an empty one, ids are the issuer's own, and a
    ///     subject that is an account of this server is refused.
    public init(name: String, audiences: Set<String>, userPrefix: String, keys: IssuerKeys) {
        self.name = name
        self.audiences = audiences
        self.userPrefix = userPrefix
        self.keys = keys
    }

    /// Ids that begin so are made here for programs and visitors, who have no account that could be looked for.
    static let reservedPrefixes = ["visitor_", "service_"]

    /// The user of a subject.
    /// - Throws: `.malformed` when the subject cannot be an id.
    func user(of subject: String) throws(AuthenticationFailure) -> UserID {
        guard let user = UserID(untrusted: userPrefix + subject) else {
            throw .malformed(
                "its claim 'sub' is no user id: at most \(200 - userPrefix.utf8.count) printable ASCII characters "
                    + "without spaces, quotes and slashes")
        }
        guard !Self.reservedPrefixes.contains(where: user.value.hasPrefix) else { throw .subjectReserved }
        return user
    }

    /// What is wrong with a prefix of users; nil when nothing is.
    public static func problem(withUserPrefix prefix: String) -> String? {
        guard !prefix.isEmpty else { return nil }
        guard prefix.utf8.count <= 64, UserID(untrusted: prefix) != nil else {
            return "must be at most 64 printable ASCII characters without spaces, quotes and slashes"
        }
        let taken = (reservedPrefixes + ["user_"]).first { $0.hasPrefix(prefix) || prefix.hasPrefix($0) }
        return taken.map { "could make ids like those of this server, which begin with \($0)" }
    }
}
