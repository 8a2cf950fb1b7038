import CanonAudit
import CanonCodeModel
import CanonFacts
import CanonSwift
import CanonTestSupport
import Foundation

/// A small Swift package, in memory.
struct SwiftProject {
    var sources: [String: String]

    init(_ sources: [String: String]) { self.sources = sources }

    /// One of `Tests/Fixtures/Swift`.
    init(fixture name: String) throws {
        let folder = Repository.root.appendingPathComponent("Tests/Fixtures/Swift/\(name)")
        sources = [:]
        for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
            let file = folder.appendingPathComponent(path)
            if let text = try? String(contentsOf: file, encoding: .utf8) { sources[path] = text }
        }
    }

    var files: [CodeFile] {
        sources.filter { $0.key.hasSuffix(".swift") }.map {
            CodeFile(path: $0.key, facts: SwiftFactReader().read($0.value))
        }
    }

    var model: CodeModel { CodeModel(files: files) }

    func report() throws -> AuditReport {
        let today = CalendarDate("2026-01-15")!
        let manifest = try Manifest(yaml: sources["canon.yaml"] ?? "", path: "canon.yaml", today: today)
        return Audit(
            Audit.Input(files: files, manifest: manifest, today: today, python: "3.13", toolVersion: "test")
        ).run()
    }

    /// `rule path:line` of what was found, sorted.
    func findings() throws -> [String] {
        try report().findings.map { "\($0.rule) \($0.path):\($0.line)" }.sorted()
    }
}
