import Foundation
import Testing

@testable import CanonVerify

/// Documents of a real project, when they lie beside the repository.
@Suite("Real documents")
struct SeedDocumentsTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "shared/seeds")

    private static func documents() -> [(name: String, bytes: [UInt8])] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            FileManager.default.contents(atPath: folder.appendingPathComponent(name).path).map { (name, Array($0)) }
        }
    }

    @Test("the documents are repaired, read, and held against a tree that is not theirs without a crash")
    func all() throws {
        let documents = Self.documents()
        guard !documents.isEmpty else {
            print("no documents at ../shared/seeds: nothing was checked")
            return
        }
        let report = try ClaimsReport(documents: documents, evidence: InventedProject().evidence)
        let text = String(decoding: report.json, as: UTF8.self)
        for broken in ["‚ú", "âœ", "\u{F8FF}", "ðŸ"] { #expect(!text.contains(broken)) }
        #expect(report.documents.contains { $0.repairs > 10 })
        #expect(report.statements.count > 40)
        #expect(report.notJudged.count > 20)
        // The tree does not decide what the documents say of each other.
        #expect(report.contradictions.contains { $0.kind == .completion && $0.sides.count >= 2 })
        #expect(report.contradictions.contains { $0.kind == .oneNumber && $0.sides.count >= 3 })
        let canonical = report.contradictions.filter { $0.kind == .canonical }.flatMap(\.sides)
        #expect(Set(canonical.map(\.says)).count == 3, "\(canonical)")
    }
}
