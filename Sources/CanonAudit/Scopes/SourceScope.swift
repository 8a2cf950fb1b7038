/// What a file is for. Rules speak of live code unless they say otherwise.
public enum SourceScope: String, Codable, Sendable, CaseIterable, CodingKeyRepresentable {
    /// What the product runs.
    case live
    case test
    /// Scripts and build files of the people who work on it.
    case tool
    /// Input of tests: read, reported apart, never gates.
    case fixture
    case backup
    /// Somebody else's code, kept here.
    case vendored
    /// Written by a program.
    case generated

    /// Whether findings there may fail a build.
    public var gates: Bool {
        switch self {
        case .live, .test, .tool: true
        case .fixture, .backup, .vendored, .generated: false
        }
    }
}
