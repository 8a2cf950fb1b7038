import CanonFacts
import Foundation
import Testing

@testable import CanonAudit

/// A chat service on disk with at least one case for each rule, and its twin without any.
private enum PlantedProject {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Audit")

    /// A finding as `planted.json` lists it.
    struct Planted: Codable, Hashable, Comparable, CustomStringConvertible {
        var rule: String
        var symbols: [String]
        /// `path:line`, line 0 for a whole file.
        var places: [String]

        init(_ finding: Finding) {
            rule = finding.rule
            symbols = finding.symbols
            places = finding.places.map { "\($0.path):\($0.line)" }.sorted()
        }

        var description: String { "\(rule) \(symbols.joined(separator: " ")) at \(places.joined(separator: ", "))" }

        static func < (a: Planted, b: Planted) -> Bool { a.description < b.description }
    }

    static func project(_ name: String) throws -> ExampleProject {
        let root = folder.appending(path: name).resolvingSymlinksInPath()
        let paths = try #require(FileManager.default.subpaths(atPath: root.path))
        var files: [RuleExample.File] = []
        for path in paths.sorted() {
            let url = root.appending(path: path)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            files.append(RuleExample.File(path, try String(contentsOf: url, encoding: .utf8)))
        }
        return ExampleProject(files)
    }

    static func expected() throws -> [Planted] {
        let data = try Data(contentsOf: folder.appending(path: "planted.json"))
        return try JSONDecoder().decode([Planted].self, from: data).sorted()
    }

    static func found(_ report: AuditReport) -> [Planted] { report.findings.map { Planted($0) }.sorted() }
}

@Suite("A planted project and its clean twin")
struct PlantedProjectTests {
    @Test("every planted case is found, and nothing else")
    func planted() throws {
        let found = Set(PlantedProject.found(try PlantedProject.project("planted").report()))
        let expected = Set(try PlantedProject.expected())
        #expect(expected.subtracting(found).sorted() == [], "planted and not found")
        #expect(found.subtracting(expected).sorted() == [], "found and not planted")
    }

    @Test("the clean twin has no finding at all")
    func clean() throws {
        let report = try PlantedProject.project("clean").report()
        #expect(PlantedProject.found(report) == [])
        #expect(report.incomplete == [])
    }

    @Test("there is a planted case for each rule")
    func complete() throws {
        let rules = Set(try PlantedProject.expected().map(\.rule))
        #expect(Set(RuleList.all.map { $0.name }).subtracting(rules).sorted() == [])
    }

    @Test("without a rule its cases are missed", arguments: RuleList.all.map { $0.name })
    func switchedOff(_ name: String) throws {
        let project = try PlantedProject.project("planted")
        let found = PlantedProject.found(try project.report(rules: RuleList.all.filter { $0.name != name }))
        #expect(found != (try PlantedProject.expected()))
        #expect(!found.contains { $0.rule == name })
    }

    @Test("the twin scores higher than the planted project, whose critical finding caps it")
    func score() throws {
        let planted = try PlantedProject.project("planted").report().score
        let clean = try PlantedProject.project("clean").report().score
        #expect(clean.overall == 100)
        #expect(try #require(planted.overall) <= Score.limitWithCritical)
    }

    @Test("Canon's audit of itself reads them as fixtures")
    func scope() throws {
        for name in ["planted", "clean"] {
            let scope = ScopeMap().scope(of: "Tests/Fixtures/Audit/\(name)/lantern/main.py")
            #expect(scope == .fixture)
            #expect(!scope.gates)
        }
    }
}
