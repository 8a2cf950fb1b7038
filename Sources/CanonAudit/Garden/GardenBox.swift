/// A box of a tracking file: something that is so or is not, told by a measurement.
///
/// The raw value stands in files and is never changed.
public enum GardenBox: String, Sendable, CaseIterable, Codable {
    case measured
    case testsCollected = "tests-collected"
    case testsProtect = "tests-protect"
    case proofWritten = "proof-written"
    case proofFailed = "proof-failed"
    case planned
    case oneImplementation = "one-implementation"
    case onePath = "one-path"
    case noLayer = "no-layer"
    case testsPass = "tests-pass"
    case proofPasses = "proof-passes"
    case probed
    case stable

    /// The steps of the process, from 0.
    public static let steps = [
        "discover the next problem", "find the tests that protect it", "write tests that fail because of it",
        "plan the consolidation", "consolidate", "loop until the tests pass", "prove it and close",
    ]

    public var step: Int {
        switch self {
        case .measured: 0
        case .testsCollected, .testsProtect: 1
        case .proofWritten, .proofFailed: 2
        case .planned: 3
        case .oneImplementation, .onePath, .noLayer: 4
        case .testsPass, .proofPasses: 5
        case .probed, .stable: 6
        }
    }

    /// What is so when the box is ticked.
    public var text: String {
        switch self {
        case .measured: "The audit finds the canonical object and measures its harm"
        case .testsCollected: "Every test file parses and can be collected"
        case .testsProtect: "A test that can be collected uses the canonical object as registered"
        case .proofWritten: "The module of `canon garden tests` is in the tree"
        case .proofFailed: "A run has shown that module to fail"
        case .planned: "`canon migrate` has a plan in which every call site fits"
        case .oneImplementation: "One object implements the concept"
        case .onePath: "Every consumer, in live code and in tests, takes it by a registered path"
        case .noLayer: "No module, class or function only forwards to it"
        case .testsPass: "A run of the tests passes, the protecting ones among them"
        case .proofPasses: "The module of `canon garden tests` passes in that run"
        case .probed: "A probe of what runs held"
        case .stable: "It stayed stable for an hour, without the warning in its logs"
        }
    }

    var marker: String { "<!-- canon: box \(rawValue) -->" }

    /// The line as it is written when the file is made.
    func line(isTicked: Bool) -> String { "- [\(isTicked ? "x" : " ")] \(text) \(marker)" }
}

/// What to do next.
public enum GardenAction {
    /// - Parameters:
    ///   - box: the first one that is open; nil when none is.
    ///   - file: how a command line names the tracking file.
    ///   - target: what commands take to find the program, with a blank before it: ` --root services/chat`.
    public static func text(_ box: GardenBox?, _ facts: GardenFacts, file: String, target: String = "") -> String {
        let concept = shell(facts.harm.concept)
        switch box {
        case .measured: return "mend the canonical symbol of the concept in canon.yaml; it names nothing"
        case .testsCollected:
            let first = facts.firstUncollectable.map { "; first \($0.path):\($0.line)" } ?? ""
            return "mend \(AuditFigures.counted(facts.uncollectable, "test file")) that cannot be collected\(first)"
        case .testsProtect: return "write a test that uses the canonical object; none does"
        case .proofWritten:
            return "`canon garden tests \(concept) --output \(GardenNames.proof(facts.harm.concept))\(target)`"
        case .proofFailed:
            return "`python -m pytest \(shell(facts.proof ?? "")) --junitxml=junit.xml`, then "
                + "`canon garden update \(shell(file)) --tests junit.xml\(target)`"
        case .planned:
            return facts.plan.map {
                "make the \(AuditFigures.counted($0.unfit.count, "call site")) fit that `\($0.command)` lists"
            } ?? "plan the consolidation"
        case .oneImplementation, .onePath, .noLayer:
            return facts.plan.map { "apply what `\($0.command)` plans, and settle what it leaves" }
                ?? "move what the evidence lists to the canonical object, and remove what nobody uses any more"
        case .testsPass, .proofPasses:
            return "run the tests until they pass: `python -m pytest --junitxml=junit.xml`, then "
                + "`canon garden update \(shell(file)) --tests junit.xml\(target)`"
        case .probed, .stable, nil:
            return "deploy it, then `canon probe URL --format json >probe.json`, "
                + "`canon probe URL --every 60s --for 1h --logs LOGS --warning TEXT --format json >stability.json` and "
                + "`canon garden close \(shell(file)) --probe probe.json --stability stability.json\(target)`"
        }
    }

    /// A word as a shell takes it.
    public static func shell(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=@+".contains($0))
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
