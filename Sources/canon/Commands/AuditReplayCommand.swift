import ArgumentParser
import CanonAudit
import CanonCodeModel
import Foundation

/// `canon audit replay`: what a program's modules hold at some moment of its start.
struct AuditReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replay a program's imports, and say which classes its modules hold under which names.",
        discussion: """
            Nothing is executed: the statements are followed as the interpreter would run them. With --at MODULE the replay \
            stops where that module's own code first calls a function that reads sys.modules, else at the module's end; with \
            MODULE:FUNCTION when that function is first called; with MODULE:LINE before that line.

            Example:
              canon audit replay app.main --at app.manager --match '*manager*' --module-match 'app.*'

            Ends with status 0; 1 when the entry cannot be imported; 2 for a command line that cannot be used; 3 when the \
            place to stop at was never reached.
            """
    )

    @Argument(help: "The module that is imported first: package.module.") var entry: String
    @Option(help: "Where to stop: MODULE, MODULE:FUNCTION or MODULE:LINE.", transform: stopPoint) var at: StopPoint?
    @Option(help: "Only names like this; * and ? stand for other characters, capitals do not matter.") var match = "*"
    @Option(help: "Only names of modules like this.") var moduleMatch = "*"
    @Option(
        help: """
            Leave out the names of this object (package.module.Name). Default: the manifest's canonical ones, else the one with \
            which the code at --at compares.
            """
    )
    var canonical: String?
    @Flag(help: "Show how each name got its object.") var verbose = false
    @Option(help: "How to print the report.") var format = ReportFormat.terminal
    @OptionGroup var options: ProgramOptions

    private static func stopPoint(_ text: String) throws -> StopPoint {
        guard let point = StopPoint(text) else {
            throw ValidationError("'\(text)' is none of MODULE, MODULE:FUNCTION and MODULE:LINE")
        }
        return point
    }

    func run() async throws {
        let program = try Program(options)
        let (model, manifest) = (program.model, program.manifest)
        let result: ReplayResult
        do {
            result = try ImportReplay(model: model).run(entry: entry, at: at)
        } catch {
            throw CommandFailure(Self.remedy(error, model), status: ExitStatus.usage)
        }
        let name = Glob(match, ignoresCase: true)
        let modules = Glob(moduleMatch, ignoresCase: true)
        let excepted = try excepted(result, name, manifest, model)
        let report = ReplayReport(
            model: model, result: result,
            names: result.names(matching: name, modules: modules, in: model).filter { !excepted.contains($0.object) },
            unknown: result.unknownNames(matching: name, modules: modules))
        switch format {
        case .json: Terminal.output.write(report.json())
        case .terminal: report.write(to: .output, chains: verbose)
        }
        if let failure = result.failure {
            throw CommandFailure("\(entry) cannot be imported: \(model.text(of: failure.place)): \(failure.text)")
        }
        if let at, result.stop == nil {
            throw CommandFailure(
                "\(entry) has loaded, and \(at.module) did not come to the place to stop at", status: ExitStatus.unknown
            )
        }
        try program.requireComplete()
    }

    /// The objects whose names are left out: the one that is asked for, else those that the manifest calls canonical, else the
    /// one with which the code at the stop compares.
    private func excepted(
        _ result: ReplayResult, _ name: Glob, _ manifest: Manifest, _ model: CodeModel
    ) throws -> Set<ObjectID> {
        if let canonical {
            if let object = result.object(named: canonical) ?? model.resolve(canonical).object { return [object] }
            throw CommandFailure("--canonical \(canonical): there is no such class", status: ExitStatus.usage)
        }
        let declared = manifest.concepts.compactMap { concept in
            result.object(named: concept.canonical.value) ?? model.resolve(concept.canonical.value).object
        }
        guard declared.isEmpty, at != nil else { return Set(declared) }
        return result.comparedObject(matching: name, in: model).map { [$0] } ?? []
    }

    private static func remedy(_ error: ReplayError, _ model: CodeModel) -> String {
        let wanted: String
        switch error {
        case .noEntry(let name), .noModule(let name): wanted = name
        default: return "\(error)"
        }
        guard let near = NearestName.of(wanted, among: model.modules.map(\.name)) else {
            return "\(error); check --root"
        }
        return "\(error); did you mean '\(near)'?"
    }
}
