import ArgumentParser
import CanonAudit
import Foundation

/// `canon audit rules`: which rules there are; their pages.
struct AuditRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List the rules, or write their pages."
    )

    @Option(help: ArgumentHelp("Write a page for each rule into this folder.", visibility: .hidden)) var write: String?
    @Option(help: ArgumentHelp("Fail when the pages in this folder are not current.", visibility: .hidden)) var check:
        String?

    func run() async throws {
        if let folder = write ?? check {
            try pages(in: folder)
            return
        }
        var table = TableWriter(["RULE", "SEVERITY", "WHAT COUNTS"])
        for rule in RuleList.all {
            table.add([.init(rule.name), .init(rule.identity.severity.rawValue), .init(rule.identity.summary)])
        }
        for rule in IntegrityRules.all {
            table.add([.init(rule.name), .init(rule.severity.rawValue), .init(rule.summary)])
        }
        Terminal.output.write(table.render(on: .output))
    }

    private func pages(in folder: String) throws {
        let files = FileManager.default
        var stale: [String] = []
        let wanted = RulePages.all
        for (name, text) in wanted {
            let path = "\(folder)/\(name)"
            if files.contents(atPath: path) == Data(text.utf8) { continue }
            stale.append(name)
            guard write != nil else { continue }
            do {
                try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            } catch {
                throw CommandFailure(
                    "\(path): cannot be written: \(error.localizedDescription)", status: ExitStatus.unknown)
            }
        }
        let names = Set(wanted.map(\.name))
        for name in (try? files.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasSuffix(".md") && !names.contains(name) {
            stale.append(name)
            if write != nil { try? files.removeItem(atPath: "\(folder)/\(name)") }
        }
        guard check != nil, !stale.isEmpty else { return }
        throw CommandFailure(
            "\(stale.count) pages in \(folder) are not current (\(stale.sorted().prefix(5).joined(separator: ", "))): "
                + "run canon audit rules --write \(folder)")
    }
}
