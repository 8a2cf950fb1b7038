/// A number with what it counts.
public struct ClaimQuantity: Hashable, Sendable {
    public enum Bound: String, Hashable, Codable, Sendable {
        case exactly
        /// `744+`, "at least", "over".
        case atLeast = "at least"
        /// "at most", "up to", "fewer than".
        case atMost = "at most"
        /// "about", `~`: within a tenth.
        case about
    }

    /// What is counted, by the noun of the phrase.
    public enum Unit: String, Hashable, Codable, Sendable {
        case files
        case testFiles = "test files"
        case folders
        case lines
        case tests
        case testClasses = "test classes"
        case classes
        case implementations
        case functions
        case factories
        case importPaths = "import paths"
        case syntaxErrors = "syntax errors"
        case commits
        case fixes
        /// Results of a test run: passed, failed, skipped.
        case testResults = "test results"
        /// Lines of a log in a time.
        case occurrences
        /// What only a detector knows: violations, risks, problems.
        case judgements
        case money
        case percent
        /// Seconds and milliseconds.
        case duration
    }

    public var value: Double
    public var bound: Bound
    public var unit: Unit
    /// The noun as it stands there, in lower case: `instances`.
    public var noun: String
    /// What is said of the things counted: the words before the noun and behind "containing", "with" and the like.
    public var words: [String]
    /// What the line or the row of a table is about, when the phrase stands behind a label.
    public var label: [String]
    /// "in test files": where it was counted.
    public var location: [String]
    /// A file that the number belongs to: `test_cart.py` (4 tests).
    public var file: String?
    /// A word that chooses among the things counted without saying how: "major", "potential".
    public var isVague: Bool

    public var isPercent: Bool { unit == .percent }

    /// Whether a measured number is what this one says.
    public func holds(for measured: Double) -> Bool {
        switch bound {
        case .exactly: (measured - value).magnitude < (isPercent ? 0.5 : 0.0001)
        case .atLeast: measured >= value
        case .atMost: measured <= value
        case .about: (measured - value).magnitude <= value / 10
        }
    }

    /// Whether one number can be both.
    func agrees(with other: ClaimQuantity) -> Bool {
        let (low, high) = interval
        let (otherLow, otherHigh) = other.interval
        return low <= otherHigh && otherLow <= high
    }

    private var interval: (Double, Double) {
        switch bound {
        case .exactly: (value, value)
        case .atLeast: (value, .infinity)
        case .atMost: (-.infinity, value)
        case .about: (value * 0.9, value * 1.1)
        }
    }
}
