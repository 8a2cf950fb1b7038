import ArgumentParser
import CanonAudit
import Foundation

/// `canon audit accept`: excuses one finding until a day.
struct AuditAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Add a waiver for one finding to the manifest.",
        discussion: """
            A waiver has a reason, an owner, an issue and a last day, at most \(Manifest.Waiver.maximumDays) days ahead. It \
            does not change the score. Integrity findings cannot be waived.
            """
    )

    @Argument(help: "The fingerprint (its first four digits or more).") var fingerprint: String
    @Option(help: "Why it may stand for now.") var reason: String
    @Option(help: "The issue in which it will be resolved.") var issue: String
    @Option(help: "The last day, such as 2025-10-31.") var expires: String
    @Option(help: "Who answers for it; default: the owner of the concept or path.") var owner: String?
    @OptionGroup var options: AuditOptions

    func validate() throws {
        guard let day = CalendarDate(expires) else {
            throw ValidationError("--expires: expected a day, such as 2025-10-31")
        }
        let today = ManifestFile.today
        let latest = today.adding(days: Manifest.Waiver.maximumDays)
        guard (today...latest).contains(day) else {
            throw ValidationError(
                "--expires: \(day) is not within \(Manifest.Waiver.maximumDays) days: from \(today) to \(latest)")
        }
        for (name, value) in [("--reason", reason), ("--issue", issue)] where value.allSatisfy(\.isWhitespace) {
            throw ValidationError("\(name) is empty")
        }
    }

    func run() async throws {
        let reader = try AuditReader(options.settings)
        let (finding, _) = try AuditExplainCommand.finding(fingerprint, options)
        guard !finding.isIntegrity else {
            throw CommandFailure(
                "\(finding.rule) says that the measurement cannot be relied upon; nothing excuses it. "
                    + IntegrityRules.remedy(of: finding.rule))
        }
        guard finding.status != .waived else { throw CommandFailure("\(finding.fingerprint) is waived already") }
        guard let owner = owner ?? finding.owner else {
            throw CommandFailure("nobody owns it: name somebody with --owner", status: ExitStatus.usage)
        }
        var file = try EditedManifest(reader)
        try file.edit { editor in
            try editor.add(
                .init(finding, reason: reason, owner: owner, issue: issue, expires: CalendarDate(expires)!))
        }
        Terminal.output.writeLine(
            "\(finding.fingerprint) is waived until \(expires), in \(file.path.escapingControls).")
    }
}

/// The manifest on disk, while it is edited.
struct EditedManifest {
    let path: String
    private let text: String
    private let today: CalendarDate

    /// - Throws: `CommandFailure` when it cannot be read; a file that is not there is an empty one.
    init(_ reader: AuditReader) throws {
        path = reader.settings.config ?? reader.root + "/" + ManifestFile.name
        today = reader.today
        guard FileManager.default.fileExists(atPath: path) else {
            text = ""
            return
        }
        switch FileReading.contents(of: path, maximumBytes: ConfigurationFile.maximumBytes) {
        case .success(let bytes): text = String(decoding: bytes, as: UTF8.self)
        case .failure(let error): throw CommandFailure("\(path): \(error)", status: ExitStatus.usage)
        }
    }

    /// Writes the file anew, or leaves it as it was when the edit is refused.
    mutating func edit(_ body: (inout ManifestEditor) throws -> Void) throws {
        var editor = ManifestEditor(text: text, path: path, today: today)
        do {
            try body(&editor)
        } catch let error as ManifestEditor.Refusal {
            throw CommandFailure(error.description, status: ExitStatus.usage)
        }
        guard editor.text != text else { return }
        try ReportOutput.write(Array(editor.text.utf8), to: path)
    }
}
