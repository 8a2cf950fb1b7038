/// Something that is wrong with a manifest: where, and what to do about it.
public struct ManifestProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// `canon.yaml:3:9`
    public var place: String
    /// With the key: `audit.concepts.cache.canonical: found a list, expected a symbol`.
    public var message: String

    public init(place: String, message: String) {
        self.place = place
        self.message = message
    }

    public var description: String { "\(place): \(message)" }
}

/// The manifest cannot be used. It carries everything that is wrong, so that one reading mends all of it.
public struct ManifestError: Error, Equatable, Sendable, CustomStringConvertible {
    public var problems: [ManifestProblem]

    public init(problems: [ManifestProblem]) { self.problems = problems }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
