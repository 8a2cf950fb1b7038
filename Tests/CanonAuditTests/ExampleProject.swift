import CanonCodeModel
import CanonFacts
import CanonPython
import Foundation

@testable import CanonAudit
@testable import canon

/// A small project in memory, audited as one on disk would be.
struct ExampleProject {
    /// The day that examples live on.
    static let today = CalendarDate("2026-01-15")!

    var files: [RuleExample.File]
    var jobs = 1

    init(_ files: [RuleExample.File]) { self.files = files }

    init(_ sources: KeyValuePairs<String, String>) {
        files = sources.map { RuleExample.File($0.key, $0.value) }
    }

    subscript(path: String) -> String {
        get { files.first { $0.path == path }?.text ?? "" }
        set {
            files.removeAll { $0.path == path }
            files.append(RuleExample.File(path, newValue))
        }
    }

    mutating func remove(_ path: String) { files.removeAll { $0.path == path } }

    func manifest() throws -> Manifest {
        guard let file = files.first(where: { $0.path == "canon.yaml" }) else { return Manifest() }
        return try Manifest(yaml: file.parsed.text, path: "canon.yaml", today: Self.today)
    }

    func input(manifest given: Manifest? = nil) throws -> Audit.Input {
        let manifest = try given ?? manifest()
        let version = manifest.python.flatMap { PythonVersion($0.value) } ?? .v3_13
        var reader = PythonFactReader(version: version)
        var sources: [CodeFile] = []
        var others: [String: [UInt8]] = [:]
        for file in files {
            let bytes = Array(file.parsed.text.utf8)
            others[file.path] = bytes
            guard file.path.hasSuffix(".py") else { continue }
            bytes.withUnsafeBytes { _ = reader.read($0) }
            sources.append(CodeFile(path: file.path, facts: reader.facts))
        }
        return Audit.Input(
            files: sources, tree: SourceTreeInMemory(others), manifest: manifest, today: Self.today,
            python: version.description, toolVersion: "test", commit: nil, claims: ProgramClaims(repository: nil),
            jobs: jobs)
    }

    func audit(manifest: Manifest? = nil) throws -> Audit { Audit(try input(manifest: manifest)) }

    func report(rules: [any Rule.Type] = RuleList.all, manifest: Manifest? = nil) throws -> AuditReport {
        try audit(manifest: manifest).run(rules: rules)
    }

    /// Rules that tests of everything else look at, whatever others are added.
    static let core: [any Rule.Type] = [
        ImportPathRule.self, ShadowedDefinitionRule.self, StaleEntryRule.self, SyntaxRule.self,
    ]

    func coreReport(manifest: Manifest? = nil) throws -> AuditReport {
        try report(rules: Self.core, manifest: manifest)
    }

    /// The places that the texts mark, sorted.
    var marks: [Finding.Place] {
        files.flatMap { file in file.parsed.marks.map { Finding.Place(path: file.path, line: $0) } }.sorted()
    }
}
