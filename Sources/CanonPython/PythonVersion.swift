/// A version of the Python language: which grammar and which rules a file is read with.
///
/// 3.8 to 3.13 are checked against CPython; 3.14 rests on its PEPs (649, 750, 758, 765).
public enum PythonVersion: UInt8, CaseIterable, Comparable, Sendable, CustomStringConvertible {
    case v3_8 = 8
    case v3_9, v3_10, v3_11, v3_12, v3_13, v3_14

    /// The version named `text`, such as "3.11"; `nil` when it is none of those that can be read.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix("3."), let minor = UInt8(text.dropFirst(2)), let version = Self(rawValue: minor) else {
            return nil
        }
        self = version
    }

    public var description: String { "3.\(rawValue)" }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The version of Unicode that this Python's `unicodedata` was built from: it decides which characters may stand in a
    /// name and which names `\N{...}` knows.
    var unicode: (major: Int, minor: Int) {
        switch self {
        case .v3_8: (12, 1)
        case .v3_9, .v3_10: (13, 0)
        case .v3_11: (14, 0)
        case .v3_12: (15, 0)
        case .v3_13: (15, 1)
        case .v3_14: (16, 0)
        }
    }
}
