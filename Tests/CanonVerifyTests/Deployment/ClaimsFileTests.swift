import CanonAudit
import CanonVerify
import Testing

struct ClaimsFileTests {
    @Test("claims, deployments and inventories are read")
    func whole() throws {
        let file = try ClaimsFile(
            yaml: """
                claims:
                  - issue: 12
                    title: One room manager
                    fix: 3f2a91c
                    concept: Rooms
                    expected: [shop.rooms.Rooms]
                    names: {entry: shop.main, at: shop.rooms, match: "*room*manager*"}
                  - {issue: 13, concept: Rooms, closed: false, fix: unknown}
                deployments:
                  - {revision: shop-00044, commit: 5c84300}
                  - {revision: shop-00045}
                runtime:
                  - revision: shop-00044
                    names: [shop.rooms.Rooms]
                    at: 2025-09-15T20:03:01.202598Z
                """, path: "claims.yaml")
        #expect(file.claims.map(\.id) == ["12", "13"])
        #expect(file.claims[0].names?.module == "*")
        #expect(file.claims[1].fix == nil && !file.claims[1].isClosed)
        #expect(file.deployments.map(\.commit) == ["5c84300", nil])
        #expect(file.runtimes[0].time.map { Int($0) } == 1_757_966_581)
    }

    @Test(
        "what is wrong is told with its line and key",
        arguments: [
            ("", "claims.yaml: is empty"),
            ("claims: 3", "claims: found \"3\", expected a list of claims"),
            ("claims:\n  - issue: 1", "claims.yaml:2:5: claims[0].concept is missing"),
            ("claims:\n  - {issue: 1, concept: R, fixx: 2}", "did you mean \"fix\"?"),
            ("deployments: []", "the key claims is missing"),
            ("claims:\n  - {issue: 1, concept: R}\n  - {issue: 1, concept: R}", "claims[1].issue: 1 stands here twice"),
            ("claims: []\nruntime:\n  - {names: [], at: soon}", "expected a time such as"),
            ("claims: []\nruntime:\n  - {revision: r}", "runtime[0].names is missing"),
            ("claims: [", "claims.yaml: is no YAML"),
        ])
    func wrong(text: String, expected: String) {
        let error = #expect(throws: ManifestError.self) { try ClaimsFile(yaml: text, path: "claims.yaml") }
        #expect(error?.problems.contains { $0.description.contains(expected) } == true, "\(error?.problems ?? [])")
    }
}
