import ArgumentParser
import CanonAudit
import Foundation

/// `canon audit compare A B`: what changed between two measurements.
struct AuditCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two audits: revisions, or reports written with --format json.",
        discussion: """
            Each side is a file or a revision of the repository. Two revisions are measured now, with this program and with the \
            manifest of the second one. Ends with status 1 when B has findings at or above the gate that A has not, or when \
            the two cannot be compared.
            """
    )

    @Argument(help: "The earlier one: a report (JSON) or a revision.", completion: .file()) var first: String
    @Argument(help: "The later one.", completion: .file()) var second: String
    @Option(help: "How to print the comparison.") var format = AuditFormat.terminal
    @Option(name: .customLong("fail-on"), help: "The lowest severity of a new finding that fails; default: high.")
    var gate = Severity.high
    @Flag(help: "Show the evidence of each finding.") var verbose = false
    @Option(help: "The folder to audit; default: the current one.", completion: .directory) var path = "."
    @OptionGroup var threads: JobOptions

    func run() async throws {
        let report = try compared()
        if let machine = format.machine {
            Terminal.output.write(report.rendered(as: machine, failOn: gate))
        } else {
            Terminal.output.write(
                TerminalReport(report: report, gate: gate, terminal: .output, isVerbose: verbose).text)
        }
        switch report.verdict(failOn: gate) {
        case .passed: break
        case .failed: throw ExitStatus.failed
        case .incomplete: throw ExitStatus.unknown
        }
    }

    private func compared() throws -> AuditReport {
        let files = FileManager.default
        let (isFile, isOtherFile) = (files.fileExists(atPath: first), files.fileExists(atPath: second))
        if isFile, isOtherFile {
            return try Self.report(second).compared(with: Self.report(first), named: first)
        }
        let reader = try AuditReader(
            AuditSettings(
                path: path, config: nil, python: nil, jobs: threads.count, cache: nil,
                progress: Terminal(descriptor: STDERR_FILENO)))
        let repository = try reader.requiredRepository()
        if isFile {
            let after = try Audit(reader.commit(repository.commit(named: second))).run()
            return try after.compared(with: Self.report(first), named: first)
        }
        let base = try repository.commit(named: first)
        if isOtherFile {
            return try Self.report(second).compared(with: Audit(reader.commit(base)).run(), named: first)
        }
        let after = try Audit(reader.commit(repository.commit(named: second)))
        let input = try reader.commit(base, manifest: after.input.manifest)
        let before = Audit(input)
        let moves = reader.moves(from: before, to: after)
        let earlier = before.run()
        return after.run().compared(
            with: earlier, named: "\(first) (\(base.prefix(12)))", moved: moves,
            detector: reader.detectorChange(of: before, earlier))
    }

    private static func report(_ path: String) throws -> AuditReport {
        switch FileReading.contents(of: path, maximumBytes: 1 << 28) {
        case .failure(let error): throw CommandFailure("\(path): \(error)", status: ExitStatus.usage)
        case .success(let bytes):
            do {
                return try JSONReport.report(from: bytes)
            } catch let error as JSONReport.UnknownSchema {
                throw CommandFailure("\(path): \(error)", status: ExitStatus.usage)
            } catch {
                throw CommandFailure("\(path): is no report of canon audit --format json", status: ExitStatus.usage)
            }
        }
    }
}
