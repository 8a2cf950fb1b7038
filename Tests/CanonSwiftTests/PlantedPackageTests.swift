import CanonAudit
import Testing

@Suite("An audit of a Swift package")
struct PlantedPackageTests {
    @Test("finds each planted case once, and nothing else")
    func planted() throws {
        #expect(
            try SwiftProject(fixture: "planted").findings() == [
                "direct-construction Sources/App/Spare.swift:4",
                "divergent-name Sources/Journal/Level.swift:1",
                "forbidden-import Sources/Journal/LiveFeed.swift:1",
                "oversize Sources/Journal/Pages.swift:1",
                "second-implementation Sources/Journal/LiveFeed.swift:5",
                "second-state-owner Sources/Journal/LiveFeed.swift:6",
            ])
    }

    @Test("finds nothing in the clean twin, whose factory makes the hub in an extension")
    func clean() throws {
        let report = try SwiftProject(fixture: "clean").report()
        #expect(report.findings.map(\.message) == [])
        #expect(report.score.concepts.first?.score == 100)
    }

    @Test("says what the second hub does that the first one does, whatever it is called")
    func secondHub() throws {
        let report = try SwiftProject(fixture: "planted").report()
        let second = try #require(report.findings.first { $0.rule == "second-implementation" })
        #expect(second.symbol == "Journal.LiveFeed")
        #expect(second.concept == "socket-hub")
        #expect(second.message.contains("add, broadcast, remove, send"))
        let state = try #require(report.findings.first { $0.rule == "second-state-owner" })
        #expect(state.message.contains("Hub.SocketHub.connections"))
    }

    @Test("a file that does not parse is one finding, with its place, and the others are still read")
    func broken() throws {
        var project = try SwiftProject(fixture: "clean")
        project.sources["Sources/Journal/Broken.swift"] = "struct Broken {\n    func half(\n}\n"
        let findings = try project.report().findings
        #expect(findings.map(\.rule) == ["syntax"])
        #expect(findings.first?.symbol == "Journal/Broken.swift")
        #expect(findings.first.map { $0.line > 1 } == true)
    }

    @Test(
        "an import that the contract forbids is found in whichever file of the module it stands, directly or through others"
    )
    func chains() throws {
        var project = try SwiftProject(fixture: "clean")
        project.sources["Sources/Helpers/Help.swift"] = "import Hub\npublic struct Help {}\n"
        project.sources["Sources/Journal/Index.swift"] = "@testable public import Helpers\n"
        let found = try project.report().findings.filter { $0.rule == "forbidden-import" }
        #expect(found.map { "\($0.path):\($0.line)" } == ["Sources/Helpers/Help.swift:1"])
        #expect(found.first?.evidence.first?.path == "Sources/Journal/Index.swift")
    }

    @Test("two modules that one program links are looked at together, others are not")
    func programs() throws {
        var project = try SwiftProject(fixture: "planted")
        project.sources["Sources/App/main.swift"] = "import Hub\n"
        project.sources["Sources/Journal/LiveFeed.swift"]?.replace("import Hub\n", with: "")
        #expect(try !project.findings().contains { $0.hasPrefix("second-implementation") })
    }
}
