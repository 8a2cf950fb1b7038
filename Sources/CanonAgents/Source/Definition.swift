/// A place in a source file where a name gets its meaning.
struct Definition: Sendable, Equatable {
    enum Kind: String, Sendable {
        case `class`, `struct`, `enum`, actor, `protocol`, `extension`, interface, trait, record, union, namespace
        case module, `typealias`, type, macro, function, method, variable, constant, property, field
        case enumCase = "enum case"
        case implementation = "impl"
        case declaration = "function declaration"

        /// How much a reader wants to see it, from 0: what gives a name its meaning, then variables, which often only
        /// give something a second name, then what adds to a definition elsewhere.
        var rank: Int {
            switch self {
            case .extension, .implementation, .declaration: 2
            case .variable, .constant, .property, .field: 1
            default: 0
            }
        }
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

    /// The place in a list of definitions of one match: by kind, and the product before its tests.
    var rank: Int { kind.rank * 2 + (Self.isTest(file) ? 1 : 0) }
    static let ranks = 6

    private static func isTest(_ path: String) -> Bool {
        path.split(separator: "/").contains { part in
            let name = part.lowercased()
            return name.hasPrefix("test_") || name.hasPrefix("tests") || name == "test" || name == "__tests__"
                || name.contains("_test.") || name.contains(".test.") || name.contains(".spec.")
        }
    }
}
