import CanonTestSupport
import Foundation
import Testing

@testable import CanonLogs

/// Logs with labelled templates, when there are any beside the package. They are for research and no part of it: a folder for
/// each log, with `<folder>_2k.log` and `<folder>_2k.log_structured.csv` (loghub: Zhu et al., ISSRE 2023).
@Suite("Labelled logs")
struct LabelledLogsTests {
    private static let folders: [URL] = {
        let root = URL(filePath: #filePath).appending(path: "../../../../shared/data/loghub-2k").standardized
        let entries = try? FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
        let folders = (entries ?? []).filter { FileManager.default.fileExists(atPath: log(in: $0).path) }
        if folders.isEmpty { print("There are no labelled logs in \(root.path): their tests have nothing to do.") }
        return folders.sorted { $0.path < $1.path }
    }()

    private static func log(in folder: URL) -> URL {
        folder.appending(path: folder.lastPathComponent + "_2k.log")
    }

    @Test("have the same templates in any order of their lines, and in two shards", arguments: folders)
    func ignoreOrder(folder: URL) throws {
        let lines = try Data(contentsOf: Self.log(in: folder)).split(separator: 0x0A).map(Array.init)
        let straight = try Self.encoded(lines)
        for seed in 1...20 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            #expect(try Self.encoded(lines.shuffled(using: &generator)) == straight, "seed \(seed)")
        }
        let half = lines.count / 2
        var (first, second) = (TemplateMiner(), TemplateMiner())
        for line in lines[..<half] { line.withUnsafeBufferPointer { _ = first.add($0) } }
        for line in lines[half...] { line.withUnsafeBufferPointer { _ = second.add($0) } }
        second.merge(first)
        var whole = TemplateMiner()
        for line in lines { line.withUnsafeBufferPointer { _ = whole.add($0) } }
        #expect(second.encoded() == whole.encoded())
        #expect(Self.names(second.templates()) == Self.names(whole.templates()))
    }

    /// The templates of each line's text, whatever the order.
    private static func encoded(_ lines: [[UInt8]]) throws -> [[UInt8]: String] {
        var clusters = LineClusters()
        try clusters.add(MemorySource(Array(lines.joined(separator: [0x0A]))))
        var found: [[UInt8]: String] = [:]
        clusters.forEachLine(of: clusters.templates()) { found[lines[$1 - 1]] = "\($2.id) \($2.text) \($2.count)" }
        return found
    }

    private static func names(_ templates: TemplateSet) -> [String] {
        templates.templates.map { "\($0.id) \($0.text) \($0.count)" }
    }
}
