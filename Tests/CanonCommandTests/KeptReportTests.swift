import CanonAudit
import CanonTestSupport
import Foundation
import Testing

@testable import canon

@Suite("Reports that the next run takes over")
struct KeptReportTests {
    /// A project on disk that is audited with and without what was kept.
    private final class Project {
        let folder = NSTemporaryDirectory() + "canon-kept-" + UUID().uuidString
        private var root: String { folder + "/tree" }
        var today = CalendarDate("2026-01-15")!

        init() throws {
            let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "Fixtures/Audit/planted").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: fixture, toPath: root)
            // What reports say of commits is not kept, see below.
            let manifest = try text(of: "canon.yaml").split(separator: "\n", omittingEmptySubsequences: false)
            try write("canon.yaml", manifest.filter { !$0.contains(" claims:") }.joined(separator: "\n"))
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        /// All files, in the order of their paths.
        var files: [String] {
            (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []).filter {
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(root)/\($0)", isDirectory: &isFolder)
                    && !isFolder.boolValue
            }.sorted()
        }

        func text(of name: String) throws -> String { try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8) }

        func write(_ name: String, _ text: String) throws {
            let path = "\(root)/\(name)"
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }

        func move(_ name: String, to other: String) throws {
            try FileManager.default.moveItem(atPath: "\(root)/\(name)", toPath: "\(root)/\(other)")
        }

        func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(root)/\(name)") }

        /// Other contents of the same size, under the same modification time.
        func changeInPlace(_ name: String, _ text: String) throws {
            let path = "\(root)/\(name)"
            let time = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as! Date
            try write(name, text)
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
        }

        /// Stamps of files that were written just now are not trusted.
        func age() {
            let start = Date()
            while Date().timeIntervalSince(start) < 0.03 { usleep(5000) }
        }

        enum Cache { case none, used, verified }

        func report(_ cache: Cache) throws -> (json: String, isKept: Bool) {
            let settings = AuditSettings(
                path: root, config: nil, python: nil, jobs: 2,
                cache: cache == .none ? nil : CacheSettings(root: folder + "/cache", verifies: cache == .verified),
                progress: Terminal(descriptor: -1, isTerminal: false, usesColour: false))
            let reader = try AuditReader(settings, today: today)
            let found = try FoundFolder(reader)
            let kept = found.keptReport
            let report = try kept ?? reader.audit(found).report
            return (String(decoding: report.rendered(as: .json, failOn: .high), as: UTF8.self), kept != nil)
        }
    }

    private func manifest(waived day: String, limit: Int) -> String {
        """
        audit:
          limits: {file_lines: \(limit)}
          waivers:
            - {rule: shared-user-state, symbol: "lantern.*", reason: known, owner: platform, issue: "1", expires: \(day)}
        """
    }

    @Test("after every edit a warm run says byte for byte what a cold one says, and the second one has nothing to do")
    func randomEdits() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let project = try Project()
        var keptCount = 0
        for round in 0..<25 {
            let edit = try change(project, round, &random)
            let note = Comment(rawValue: "round \(round), \(edit), seed \(seed)")
            project.age()
            let cold = try project.report(.none)
            #expect(!cold.isKept, note)
            let first = try project.report(.used)
            #expect(first.json == cold.json, note)
            let second = try project.report(.used)
            #expect(second.json == cold.json && second.isKept, note)
            let verified = try project.report(.verified)
            #expect(verified.json == cold.json && !verified.isKept, note)
            if first.isKept { keptCount += 1 }
        }
        // The first run after an edit never finds what was kept before it.
        #expect(keptCount == 0, "seed \(seed)")
    }

    @Test("an audit that holds documents to what they say is never answered by a report that was kept")
    func claims() throws {
        let project = try Project()
        project.age()
        for isHolding in [false, true] {
            if isHolding {
                try project.write("canon.yaml", try project.text(of: "canon.yaml") + "\n  claims: [docs/*.md]\n")
                project.age()
            }
            _ = try project.report(.used)
            #expect(try project.report(.used).isKept == !isHolding)
        }
    }

    /// - Returns: what was done, in a few words.
    private func change(_ project: Project, _ round: Int, _ random: inout SeededGenerator) throws -> String {
        let sources = project.files.filter { $0.hasSuffix(".py") }
        let source = try #require(sources.randomElement(using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            let text = try project.text(of: source)
            try project.write(
                source, text + "\n\nCACHE_\(round) = {}\n\ndef put_\(round)(user, x):\n    CACHE_\(round)[user] = x\n")
            return "more in \(source)"
        case 1 where sources.count > 3:
            try project.remove(source)
            return "\(source) deleted"
        case 2:
            try project.move(source, to: source.replacing(".py", with: "_\(round).py"))
            return "\(source) renamed"
        case 3:
            try project.write("docs/page\(round % 3).md", "See `shop/gone\(round).py` and `\(source)`.\n")
            return "a document"
        case 4:
            // Some of these days are over soon, and a waiver may reach ninety days ahead at most.
            let day = project.today.adding(days: .random(in: 1...60, using: &random))
            try project.write("canon.yaml", manifest(waived: "\(day)", limit: .random(in: 5...50, using: &random)))
            return "another manifest"
        case 5:
            project.today = project.today.adding(days: .random(in: 1...40, using: &random))
            return "days pass"
        case 6:
            let text = try project.text(of: source)
            guard let place = text.firstRange(of: "self") else { fallthrough }
            try project.changeInPlace(source, text.replacingCharacters(in: place, with: "sell"))
            return "\(source) changed under the same size and time"
        default:
            try project.write("new/m\(round).py", "import gone\(round)\nfrom new import m\(round) as x\n")
            return "a new file"
        }
    }

    @Test("a waiver that expires covers nothing on the day after, with no file changed")
    func expiry() throws {
        let project = try Project()
        try project.write("canon.yaml", manifest(waived: "2026-01-20", limit: 400))
        project.age()
        let covered = try project.report(.used).json
        #expect(covered.contains("\"waived\""))
        #expect(try project.report(.used).isKept)
        project.today = CalendarDate("2026-01-21")!
        let expired = try project.report(.used)
        #expect(!expired.isKept && !expired.json.contains("\"waived\""))
        #expect(try expired.json == project.report(.none).json)
    }

    @Test("what stands behind a symbolic link is in no report: the search for files did not see it")
    func links() throws {
        let project = try Project()
        let outside = project.folder + "/OWNERS"
        try "* @outside\n".write(toFile: outside, atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: project.folder + "/tree/CODEOWNERS", withDestinationPath: outside)
        #expect(try !project.report(.none).json.contains("@outside"))
        try project.remove("CODEOWNERS")
        try project.write("CODEOWNERS", "* @inside\n")
        #expect(try project.report(.none).json.contains("@inside"))
    }
}
