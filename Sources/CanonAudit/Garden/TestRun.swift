/// What a run of tests said, from a report in the form that pytest writes (`--junitxml`).
public struct TestRun: Hashable, Sendable {
    public enum Outcome: String, Hashable, Sendable {
        case passed, failed
        /// It could not be run: a module that cannot be collected, a fixture that fails.
        case error
        case skipped
        /// The run holds no such test.
        case absent
    }

    public struct Case: Hashable, Sendable {
        /// `tests.unit.test_rooms.TestRooms`
        public var className: String
        public var name: String
        /// Relative to where the tests were run; only some forms of the report have it.
        public var file: String?
        public var outcome: Outcome
    }

    public var cases: [Case]
    /// When the first suite began, as the report writes it.
    public var timestamp: String?

    public init(cases: [Case], timestamp: String? = nil) {
        self.cases = cases
        self.timestamp = timestamp
    }

    public func count(_ outcome: Outcome) -> Int { cases.count { $0.outcome == outcome } }

    /// Something passed, and nothing failed or had an error. A run that collected nothing, or only skipped, is never a pass.
    public var isPass: Bool { count(.passed) > 0 && count(.failed) == 0 && count(.error) == 0 }

    /// `12 passed, 1 failed, 0 errors, 2 skipped`
    public var summary: String {
        "\(count(.passed)) passed, \(count(.failed)) failed, \(AuditFigures.counted(count(.error), "error")), "
            + "\(count(.skipped)) skipped"
    }

    /// What became of the tests of one file, which is named from the folder in which the tests were run: the worst of them.
    public func outcome(of path: String?) -> Outcome {
        guard let path else { return .absent }
        let module = (path.hasSuffix(".py") ? String(path.dropLast(3)) : path).replacing("/", with: ".")
        let outcomes = Set(
            cases.filter { test in
                if let file = test.file { return file == path }
                return test.className == module || test.className.hasPrefix(module + ".")
                    // A module that could not be collected has its name here.
                    || (test.className.isEmpty && test.name == module)
            }.map(\.outcome))
        for outcome in [Outcome.error, .failed, .passed, .skipped] where outcomes.contains(outcome) { return outcome }
        return .absent
    }
}
