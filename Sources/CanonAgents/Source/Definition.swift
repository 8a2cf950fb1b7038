/// A place in a source file where a name gets its meaning.
struct Definition: Sendable, Equatable {
    enum Kind: String, Sendable {
        case `class`, `struct`, `enum`, actor, `protocol`, `extension`, interface, trait, record, union, namespace
        case module, `typealias`, type, macro, function, method, variable, constant, property, field
        case enumCase = "enum case"
        case implementation = "impl"
        case declaration = "function declaration"

        /// Whether this adds to something that is defined elsewhere, so that it is named after it.
        var isSecondary: Bool { self == .extension || self == .implementation || self == .declaration }
    }

    /// How the name that was found compares to the name that was asked for, best first.
    enum Match: Int, Sendable, Comparable, CaseIterable {
        case exact, sameLetters, contains

        static func < (left: Match, right: Match) -> Bool { left.rawValue < right.rawValue }

        var text: String {
            switch self {
            case .exact: "exact"
            case .sameLetters: "case-insensitive"
            case .contains: "contains"
            }
        }
    }

    let name: String
    let kind: Kind
    let match: Match
    let file: String
    /// Counts from 1.
    let line: Int
    /// The line itself.
    let text: String
}
