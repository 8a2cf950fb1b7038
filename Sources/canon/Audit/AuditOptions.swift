public import ArgumentParser
public import CanonAudit
import CanonPython
import Foundation

/// What every command that audits takes.
struct AuditOptions: ParsableArguments {
    @Argument(help: "The folder to audit; default: the current one.", completion: .directory) var path = "."
    @OptionGroup var source: SourceOptions

    var commit: String? { source.commit }
    var quiet: Bool { source.quiet }
    var settings: AuditSettings { source.settings(path: path) }

    /// The folder as an argument of another command: nothing for the current one.
    var argument: String { path == "." ? "" : " " + path.escapingControls }

    /// What is to be audited: the commit that was asked for, else the files on disk.
    func input(_ reader: AuditReader) throws -> Audit.Input { try source.input(reader) }
}

/// Of a folder, what is read and how.
struct SourceOptions: ParsableArguments {
    @Option(help: "The manifest; default: canon.yaml in the audited folder.", completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(
        name: .customLong("python"),
        help: "The version whose grammar counts: 3.8 to 3.14; default: the manifest's, else 3.13.",
        completion: .list(PythonVersion.allCases.map(\.description)), transform: PythonOptions.version)
    var python: PythonVersion?

    @Option(help: "Read this commit instead of the files on disk, from git's objects.") var commit: String?

    @OptionGroup var threads: JobOptions
    @OptionGroup var cache: CacheOptions
    @Flag(help: "Print what was found only: neither progress nor a summary.") var quiet = false

    func settings(path: String) -> AuditSettings {
        AuditSettings(
            path: path, config: config, python: python, jobs: threads.count, cache: cache.settings(),
            progress: Terminal(descriptor: STDERR_FILENO, quiet: quiet))
    }

    /// What is to be read: the commit that was asked for, else the files on disk.
    func input(_ reader: AuditReader) throws -> Audit.Input {
        guard let commit else { return try reader.workTree() }
        return try reader.commit(reader.requiredRepository().commit(named: commit))
    }
}

/// The same as a value.
struct AuditSettings {
    var path: String
    var config: String?
    var python: PythonVersion?
    var jobs: Int
    /// Nil for no cache.
    var cache: CacheSettings?
    /// Where progress is shown.
    var progress: Terminal
}

extension Severity: ExpressibleByArgument {}

/// How a report is printed.
enum AuditFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case terminal, json, sarif, markdown, html, github, csv

    var machine: MachineFormat? { MachineFormat(rawValue: rawValue) }
}
