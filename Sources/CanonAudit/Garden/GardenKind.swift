/// What sort of problem a tracking file is about; part of its name.
public enum GardenKind: String, Codable, Sendable, CaseIterable {
    /// Several stand where one should, and nobody has begun to move.
    case duplicate
    /// Some consumers are bound to the canonical object, and a layer keeps the old names alive for the others.
    case incompleteMigration = "incomplete-migration"
    /// It was said to be done before: by a closed claim, a closed tracking file, or a commit of the past in which it was.
    case regression

    /// - Parameters:
    ///   - bound: consumers that are bound to the canonical object.
    ///   - layers: what only forwards to it.
    ///   - wasDone: whether anything says that it was done before.
    public init(bound: Int, layers: Int, wasDone: Bool) {
        if wasDone {
            self = .regression
        } else if bound > 0, layers > 0 {
            self = .incompleteMigration
        } else {
            self = .duplicate
        }
    }

    /// What makes it this kind, in words.
    public var meaning: String {
        switch self {
        case .duplicate: "several stand where one should"
        case .incompleteMigration:
            "some consumers are bound to the canonical object while a layer keeps old names alive"
        case .regression: "it was said to be done before"
        }
    }
}

/// Names of tracking files.
public enum GardenNames {
    public static let prefix = "SSOT-"
    /// The folder for tracking files, in the program's folder.
    public static let folder = "docs/ssot"

    /// Whether a path is that of a tracking file in its usual place: it names what is to go, and is no document of how things are.
    static func isTracking(_ path: String) -> Bool {
        path.hasPrefix("\(folder)/\(prefix)") || path.contains("/\(folder)/\(prefix)")
    }

    /// The name of a concept as part of a file's: letters, digits and single hyphens, in lower case.
    public static func slug(_ concept: String) -> String {
        let words = concept.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        return words.isEmpty ? "concept" : words.joined(separator: "-")
    }

    /// `SSOT-duplicate-rooms`; a number from 2 is added for one more of the same.
    public static func title(_ kind: GardenKind, _ concept: String, number: Int = 1) -> String {
        "\(prefix)\(kind.rawValue)-\(slug(concept))" + (number > 1 ? "-\(number)" : "")
    }

    /// Where the test module of a concept is proposed to be.
    public static func proof(_ concept: String) -> String {
        "tests/test_ssot_\(slug(concept).replacing("-", with: "_")).py"
    }
}
