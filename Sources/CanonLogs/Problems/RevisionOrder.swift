/// Which revision of a service is newer.
public struct RevisionOrder: Sendable {
    /// When each revision of the service was first seen, nanoseconds since 1970.
    private let firstSeen: [String: Int64]

    public init(firstSeen: [String: Int64]) { self.firstSeen = firstSeen }

    /// Whether `revision` was deployed after `fix`: by the generation in its name where both have one (Cloud Run names a
    /// revision `service-00012-abc`), else by when the two were first seen. Nil when neither tells.
    public func isNewer(_ revision: String, than fix: String) -> Bool? {
        if revision == fix { return false }
        if let a = Self.generation(of: revision), let b = Self.generation(of: fix), a.service == b.service {
            return a.number > b.number
        }
        guard let a = firstSeen[revision], let b = firstSeen[fix], a != b else { return nil }
        return a > b
    }

    /// The last number of at least four digits between hyphens, or a version's numbers.
    private static func generation(of name: String) -> (service: String, number: Int)? {
        let parts = name.split(separator: "-")
        guard let index = parts.lastIndex(where: { $0.utf8.count >= 4 && $0.utf8.allSatisfy(\.isDigit) }),
            index >= parts.count - 2, let number = Int(parts[index])
        else { return nil }
        return (parts[..<index].joined(separator: "-"), number)
    }
}
