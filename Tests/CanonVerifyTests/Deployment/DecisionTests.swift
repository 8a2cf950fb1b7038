import CanonVerify
import Testing

/// The decision table of docs/verification.md, row by row.
struct DecisionTests {
    private static let claim = Claim(id: "1", fix: "F", concept: "Rooms")

    /// A commit with so many implementations beside the canonical one.
    private static func result(
        _ commit: String, _ others: Set<String>, detector: String = "a", own: Int? = nil, incomplete: Int = 0
    ) -> StaticResult {
        let symbols = others.union(["shop.rooms.Rooms"])
        return StaticResult(
            commit: commit,
            concepts: [
                "Rooms": .init(
                    canonical: "shop.rooms.Rooms", symbols: symbols, aliases: ["shop.Rooms": "shop.rooms.Rooms"])
            ],
            detector: detector, byOwnDetector: ["Rooms": own ?? symbols.count], incomplete: incomplete)
    }

    private static func ran(_ symbols: Set<String>) -> RuntimeInventory {
        RuntimeInventory(source: "log", symbols: symbols)
    }

    struct Row: CustomTestStringConvertible {
        var testDescription: String
        var seen: Observations
        var expected: Verdict
        var isClosed = true
    }

    static let rows: [Row] = [
        Row(
            testDescription: "the fix is no ancestor of what was deployed",
            seen: Observations(
                fix: .init(before: result("B", ["a.X"]), at: result("F", [])), deployed: result("D", ["a.X"]),
                isDeployed: false), expected: .notDeployed),
        Row(
            testDescription: "the list is as before the fix",
            seen: Observations(
                fix: .init(before: result("B", ["a.X", "a.Y"]), at: result("F", ["a.X", "a.Y"])),
                deployed: result("D", ["a.X", "a.Y"]), isDeployed: true), expected: .incompleteFix),
        Row(
            testDescription: "it shrank, and has grown again",
            seen: Observations(
                fix: .init(before: result("B", ["a.X", "a.Y"]), at: result("F", [])),
                deployed: result("D", ["a.Y"]), isDeployed: true),
            expected: .regression([.init(symbol: "a.Y", commit: "found a.Y")])),
        Row(
            testDescription: "it shrank, and something new has grown instead",
            seen: Observations(
                fix: .init(before: result("B", ["a.X"]), at: result("F", [])),
                deployed: result("D", ["a.New"]), isDeployed: true),
            expected: .regression([.init(symbol: "a.New", commit: "found a.New")])),
        Row(
            testDescription: "the code is clean, and what runs is not",
            seen: Observations(
                fix: .init(before: result("B", ["a.X"]), at: result("F", [])), deployed: result("D", []),
                isDeployed: true, runtime: ran(["shop.rooms.Rooms", "a.X"])), expected: .drift),
        Row(
            testDescription: "both are clean, by an alias of the canonical object",
            seen: Observations(
                fix: .init(before: result("B", ["a.X"]), at: result("F", [])), deployed: result("D", []),
                isDeployed: true, runtime: ran(["shop.Rooms"])), expected: .consistent),
        Row(
            testDescription: "the own count fell with other rules, the list did not",
            seen: Observations(
                fix: .init(
                    before: result("B", ["a.X"], detector: "a", own: 2),
                    at: result("F", ["a.X"], detector: "b", own: 1)),
                deployed: result("D", ["a.X"], detector: "b", own: 1), isDeployed: true), expected: .detectorChanged),
        Row(
            testDescription: "other rules, and the own count is the same",
            seen: Observations(
                fix: .init(before: result("B", ["a.X"], detector: "a"), at: result("F", ["a.X"], detector: "b")),
                deployed: result("D", ["a.X"], detector: "b"), isDeployed: true), expected: .incompleteFix),
        Row(
            testDescription: "closed, and one of two names is left",
            seen: Observations(
                fix: .init(before: result("B", ["a.X", "a.Y"]), at: result("F", ["a.Y"])),
                deployed: result("D", ["a.Y"]), isDeployed: true), expected: .falseCompletion),
        Row(
            testDescription: "open, and one of two names is left",
            seen: Observations(
                fix: .init(before: result("B", ["a.X", "a.Y"]), at: result("F", ["a.Y"])),
                deployed: result("D", ["a.Y"]), isDeployed: true), expected: .open, isClosed: false),
        Row(testDescription: "no commit of the fix", seen: Observations(), expected: .unknown(.fix("F"))),
        Row(
            testDescription: "no commit of the deployment",
            seen: Observations(fix: .init(before: result("B", ["a.X"]), at: result("F", []))),
            expected: .unknown(.deployment)),
        Row(
            testDescription: "the code is clean, and nothing says what runs",
            seen: Observations(
                fix: .init(before: result("B", ["a.X"]), at: result("F", [])), deployed: result("D", []),
                isDeployed: true), expected: .unknown(.runtime)),
        Row(
            testDescription: "the code seems clean, and files could not be read",
            seen: Observations(
                fix: .init(before: result("B", ["a.X"]), at: result("F", [])),
                deployed: result("D", [], incomplete: 2), isDeployed: true, runtime: ran(["shop.Rooms"])),
            expected: .unknown(.completeAnalysis(commit: "D", files: 2))),
    ]

    @Test("each observation has its verdict", arguments: rows)
    func verdict(row: Row) {
        var claim = Self.claim
        claim.isClosed = row.isClosed
        let decision = Decision.decide(claim, row.seen, known: { _ in [] }) {
            Verdict.Return(symbol: $0, commit: "found \($0)")
        }
        #expect(decision.verdict == row.expected)
    }

    @Test("a claim that allows a second implementation holds with it")
    func expected() {
        var claim = Self.claim
        claim.expected = ["shop.rooms.Rooms", "a.Legacy"]
        let seen = Observations(
            fix: .init(before: Self.result("B", ["a.Legacy", "a.X"]), at: Self.result("F", ["a.Legacy"])),
            deployed: Self.result("D", ["a.Legacy"]), isDeployed: true, runtime: Self.ran(["a.Legacy"]))
        #expect(
            Decision.decide(claim, seen, known: { _ in [] }) { .init(symbol: $0, commit: "") }.verdict == .consistent)
    }

    @Test("the gap table tells what is back, what never moved, and what only waits for a deployment")
    func gaps() {
        let deployed = Self.result("D", ["a.Back", "a.Stayed", "a.Waits"])
        let seen = Observations(
            fix: .init(
                before: Self.result("B", ["a.Back", "a.Stayed", "a.Waits"]),
                at: Self.result("F", ["a.Stayed", "a.Waits"])),
            deployed: deployed, isDeployed: true, runtime: Self.ran(["a.Elsewhere", "shop.Rooms"]))
        let decision = Decision.decide(Self.claim, seen, known: { _ in [] }) { .init(symbol: $0, commit: "") }
        let gaps = decision.gaps(Self.claim, deployed: deployed, head: Self.result("H", ["a.Back", "a.Stayed"]))
        #expect(
            gaps.map { "\($0.kind.rawValue) \($0.symbol)" } == [
                "back a.Back", "never moved a.Stayed", "undeployed a.Waits", "only at run time a.Elsewhere",
            ])
        #expect(gaps[0].remedy == "canon migrate --to shop.rooms.Rooms --from a.Back")
        #expect(gaps[2].remedy == nil)
    }
}
