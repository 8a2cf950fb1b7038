import ArgumentParser
import CanonAudit

/// `canon audit prune`: deletes waivers that nobody needs any more.
struct AuditPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete waivers that have expired or cover no finding from the manifest."
    )

    @Flag(help: "Only say what would be deleted.") var dryRun = false
    @OptionGroup var options: AuditOptions

    func run() async throws {
        let reader = try AuditReader(options.settings)
        let input = try reader.workTree()
        let report = Audit(input).run()
        guard report.incomplete.isEmpty else {
            throw CommandFailure(
                "something could not be read, so nobody knows which waivers are needed: "
                    + "\(report.incomplete[0].path.escapingControls): \(report.incomplete[0].text.escapingControls)",
                status: ExitStatus.unknown)
        }
        let stale = Set(
            report.findings.lazy.filter { $0.rule == "stale-entry" && $0.symbol == "audit.waivers" }.flatMap(\.places)
                .map(\.line))
        let waivers = input.manifest.waivers.filter { stale.contains($0.line) }
        for waiver in waivers {
            let subject = waiver.symbol?.value ?? waiver.fingerprint?.value.text ?? ""
            let reason =
                waiver.expires.value < reader.today ? "expired on \(waiver.expires.value)" : "covers no finding"
            Terminal.output.writeLine(
                "\(dryRun ? "would delete" : "deleted") line \(waiver.line): \(waiver.rule.value) \(subject.escapingControls) (\(reason))"
            )
        }
        guard !waivers.isEmpty else {
            Terminal.output.writeLine("All \(input.manifest.waivers.count) waivers are needed.")
            return
        }
        guard !dryRun else { return }
        var file = try EditedManifest(reader)
        try file.edit { try $0.remove(waivers) }
    }
}
