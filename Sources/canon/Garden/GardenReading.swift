import CanonAudit
import Foundation

/// One state of a program, as the gardener looks at it.
struct GardenReading {
    let reader: AuditReader
    let audit: Audit
    let report: AuditReport
    private let planning: any GardenPlanning
    /// The state is that of a commit, and not of files on disk.
    private let isOfCommit: Bool

    /// - Throws: `CommandFailure` when there is nothing to audit, or the manifest declares no concept.
    init(root: String, source: SourceOptions, planning: (any GardenPlanning)? = nil) throws {
        reader = try AuditReader(source.settings(path: root))
        isOfCommit = source.commit != nil
        if let commit = source.commit {
            let input = try reader.commit(reader.requiredRepository().commit(named: commit))
            try reader.requireSources(input)
            audit = Audit(input)
            report = try reader.report(of: audit)
        } else {
            (audit, report) = try reader.audit(FoundFolder(reader))
        }
        self.planning = planning ?? MigrationPlanning(reader: reader, audit: audit, root: root)
        guard !audit.input.manifest.concepts.isEmpty else {
            throw CommandFailure(
                "no concept is declared, so there is nothing to tend; start with: canon audit --init",
                status: ExitStatus.usage)
        }
    }

    /// - Throws: `CommandFailure` when the manifest declares no such concept.
    func concept(_ name: String) throws -> Concept {
        let concepts = audit.context.concepts
        if let concept = concepts.first(where: { $0.name == name }) { return concept }
        let names = concepts.map(\.name)
        let hint =
            NearestName.of(name, among: names).map { "did you mean \($0)?" }
            ?? "there are: \(names.sorted().joined(separator: ", "))"
        throw CommandFailure("the manifest declares no concept '\(name.shortened)'; \(hint)", status: ExitStatus.usage)
    }

    /// - Parameter folders: of tracking files.
    /// - Throws: `CommandFailure` when there is no such concept, or its canonical symbol names nothing.
    func survey(_ name: String, besides folders: [String]) throws -> ConceptSurvey {
        let concept = try concept(name)
        guard var survey = ConceptSurvey(concept, report, in: audit.context) else {
            throw Self.withoutCanonical(concept)
        }
        survey.facts.plan = try planning.plan(for: concept)
        if reader.repository != nil, !isOfCommit { survey.facts.isDirty = isDirty(besides: folders) }
        return survey
    }

    static func withoutCanonical(_ concept: Concept) -> CommandFailure {
        CommandFailure(
            "the canonical symbol \(concept.declared.canonical.value.shortened) of \(concept.name.shortened) is not there, so "
                + "nothing can be measured; correct it in the manifest", status: ExitStatus.usage)
    }

    /// When a commit was made; seconds since 1970. Nil when git does not say.
    func time(of commit: String?) -> Double? {
        guard let commit, let repository = reader.repository,
            let bytes = try? repository.run(["show", "-s", "--no-show-signature", "--format=%ct", commit])
        else { return nil }
        return Double(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Whether files differ from the commit that matter to a measurement; nil when git does not say. Tracking files change while they
    /// are kept up to date, and reports lie about: neither is the program.
    ///
    /// - Parameter folders: those of tracking files.
    private func isDirty(besides folders: [String]) -> Bool? {
        guard let repository = reader.repository else { return nil }
        guard
            let output = try? repository.run([
                "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", ".",
            ]), let top = try? repository.run(["rev-parse", "--show-toplevel"])
        else { return nil }
        let base = String(decoding: top, as: UTF8.self).trimmingCharacters(in: .newlines)
        let apart = folders.map {
            URL(fileURLWithPath: $0.isEmpty ? "." : $0).resolvingSymlinksInPath().path + "/" + GardenNames.prefix
        }
        return output.split(separator: 0).contains { entry in
            let text = String(decoding: entry, as: UTF8.self)
            let path = String(text.dropFirst(3))
            if text.hasPrefix("??") {
                return path.hasSuffix(".py") || path.hasSuffix("/" + ManifestFile.name) || path == ManifestFile.name
            }
            let full = URL(fileURLWithPath: base + "/" + path).resolvingSymlinksInPath().path
            return !apart.contains { full.hasPrefix($0) }
        }
    }

    /// What could not be read is no reason to say that all is well.
    func requireComplete() throws {
        guard report.incomplete.isEmpty else { throw ExitStatus.unknown }
    }
}

/// Who knows what a consolidation would change.
protocol GardenPlanning {
    /// Nil when there is no plan to be made.
    func plan(for concept: Concept) throws -> GardenPlan?
}

/// `canon migrate`.
struct MigrationPlanning: GardenPlanning {
    let reader: AuditReader
    let audit: Audit
    /// As a command line names the folder.
    let root: String

    func plan(for concept: Concept) throws -> GardenPlan? {
        let rewriter = PythonSourceRewriter(version: reader.version(audit.input.manifest))
        let request = MigrationRequest(target: concept.declared.canonical.value, concept: concept.name)
        var command =
            "canon migrate --to \(GardenAction.shell(concept.declared.canonical.value)) --concept \(GardenAction.shell(concept.name))"
        if root != "." { command += " \(GardenAction.shell(root))" }
        if let config = reader.settings.config { command += " --config \(GardenAction.shell(config))" }
        do throws(MigrationProblem) {
            return GardenPlan(try MigrationPlanner(request, audit, rewriter: rewriter).plan(), command: command)
        } catch let problem {
            reader.settings.progress.writeLine("note: no plan: \(problem.description.escapingControls)")
            return nil
        }
    }
}

extension GardenPlan {
    init(_ plan: MigrationPlan, command: String) {
        self.init(
            statements: plan.fitting?.statements ?? plan.statements, files: plan.fitting?.files ?? plan.rewrittenFiles,
            deleted: plan.deletedFiles,
            unfit: plan.unfit.map { Evidence(path: $0.path, line: $0.line, text: "\($0.call): \($0.reason)") },
            left: plan.left.map { Evidence(path: $0.path, line: $0.line, text: "\($0.text): \($0.reason)") },
            unread: plan.unread, command: command)
        for layer in plan.layers {
            switch layer.fate {
            case .removed(let proof):
                removable.append(
                    Evidence(
                        path: layer.path, line: layer.line,
                        text: "\(layer.kind) \(layer.symbol): \(proof.joined(separator: "; "))"))
            case .blocked(let evidence):
                let first = evidence.first.map { "; first \($0.path):\($0.line) \($0.text)" } ?? ""
                blocked.append(
                    Evidence(
                        path: layer.path, line: layer.line,
                        text: "\(layer.kind) \(layer.symbol): kept by \(evidence.count)\(first)"))
            }
        }
    }
}
