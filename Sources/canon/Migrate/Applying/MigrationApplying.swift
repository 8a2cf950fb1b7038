import CanonAudit
import CanonFacts
import CanonPython
import Foundation

/// Moves a plan into its tree: tried in a copy, then all of it or nothing.
struct MigrationApplying: Sendable {
    let plan: MigrationPlan
    /// Those that the plan was made with.
    let settings: AuditSettings
    let concept: String?
    /// Whether the plan was narrowed to a part of the program.
    let isPartial: Bool
    let verification: Verification?

    struct Verification: Sendable {
        var command: String
        var timeout: Duration
    }

    private var progress: Terminal { settings.progress }

    /// SIGINT and SIGTERM end it, and nothing was changed then, unless the files are being moved already.
    ///
    /// - Throws: `CommandFailure` that says which step failed, and that nothing was changed.
    func run() async throws -> ApplySummary {
        try await Interruption.canBeEndedEarly {
            do {
                return try await apply()
            } catch let failure as ApplyFailure {
                throw failure.commandFailure
            }
        }
    }

    private func apply() async throws -> ApplySummary {
        let check = try WorkTreeCheck(folder: settings.path)
        let place = check.place
        let lock = try lock(place)
        defer { withExtendedLifetime(lock) {} }
        let journal = try journal(place)
        try check.requireCommitted(journal.entries.map(\.path))

        let scratch = try ScratchTree(of: place)
        try copy(to: scratch)
        let folder = Self.below(place, settings.path).map { "\(scratch.root)/\($0)" } ?? scratch.root
        announce(.audit)
        let audit = try ScratchAudit(of: folder, settings, plan, concept: concept, isPartial: isPartial)
        try requireRunning(.audit)
        try write(journal, into: scratch)
        try parse(in: folder)
        try requireRunning(.parse)
        let result = try audit.compare()
        try requireRunning(.audit)
        let verified = try await verify(in: folder, scratch)
        try move(journal, into: place)
        return ApplySummary(plan: plan, result: result, verified: verified, command: verification?.command)
    }

    private func announce(_ step: ApplyStep) {
        guard progress.isTerminal else { return }
        progress.writeLine(progress.styled("migrate: \(step.rawValue)", .dim))
    }

    private func requireRunning(_ step: ApplyStep) throws {
        guard !Task.isCancelled else { throw ApplyFailure.cancelled(step) }
    }

    // MARK: The tree itself

    private func lock(_ place: WorkTreePlace) throws -> MigrationLock {
        do {
            return try MigrationLock(in: place.journalFolder)
        } catch MigrationLock.Failure.held(let number) {
            throw ApplyFailure(
                .look,
                "another canon migrate\(number.map { " (process \($0))" } ?? "") is at work on this tree; wait for its end"
            )
        } catch MigrationLock.Failure.system(let error) {
            throw ApplyFailure(.look, "\(place.journalFolder.escapingControls): cannot be written: \(error)")
        }
    }

    /// The folder below the root of its work tree; nil for the root itself.
    private static func below(_ place: WorkTreePlace, _ folder: String) -> String? {
        guard let resolved = realpath(folder, nil) else { return nil }
        defer { free(resolved) }
        let below = String(cString: resolved).dropFirst(place.root.count).drop { $0 == "/" }
        return below.isEmpty ? nil : String(below)
    }

    /// The plan as a journal. Deletions come last, so that whoever reads the tree meanwhile finds both names rather than none.
    private func journal(_ place: WorkTreePlace) throws -> MigrationJournal {
        let below = Self.below(place, settings.path)
        do {
            let tree = try DiskFileSystem(root: place.root)
            var rewritten: [MigrationJournal.Entry] = []
            var deleted: [MigrationJournal.Entry] = []
            for change in plan.changes {
                let path = below.map { "\($0)/\(change.path)" } ?? change.path
                let attributes = try attributes(of: path, tree)
                switch change.outcome {
                case .rewritten(let bytes):
                    rewritten.append(.init(path: path, attributes: attributes, before: change.before, after: bytes))
                case .deleted:
                    deleted.append(.init(path: path, attributes: attributes, before: change.before, after: nil))
                }
            }
            return MigrationJournal(token: MigrationJournal.newToken(), entries: rewritten + deleted)
        } catch let error as SystemError {
            throw ApplyFailure(.look, "\(place.root.escapingControls): \(error)")
        }
    }

    private func attributes(of path: String, _ tree: DiskFileSystem) throws -> FileAttributes {
        do {
            let status = try tree.status(of: path)
            guard let status else {
                throw ApplyFailure(.look, "\(path.escapingControls): is gone since the plan was made")
            }
            guard status.kind == .file else {
                throw ApplyFailure(
                    .look,
                    "\(path.escapingControls): is a symbolic link or no regular file, which is not rewritten; leave it "
                        + "out with --only")
            }
            return status.attributes
        } catch let error as SystemError {
            let isLink = error.code == ELOOP || error.code == ENOTDIR
            throw ApplyFailure(
                .look,
                "\(path.escapingControls): \(isLink ? "lies behind a symbolic link, which is not followed" : "\(error)")"
            )
        }
    }

    private func move(_ journal: MigrationJournal, into place: WorkTreePlace) throws {
        announce(.move)
        var bar = ProgressBar("Moving in", on: progress)
        defer { bar.finish() }
        do {
            let folder = JournalFolder(files: try DiskFileSystem(root: place.journalFolder))
            let move = TreeMove(journal, tree: try DiskFileSystem(root: place.root), folder: folder)
            try move.run(isCancelled: { Task.isCancelled }) { bar.update(done: $0, of: journal.entries.count) }
        } catch let error as SystemError {
            throw ApplyFailure(.move, "\(error)")
        } catch TreeMove.Failure.undone(let path, let reason) {
            if reason == .cancelled { throw ApplyFailure.cancelled(.move) }
            throw ApplyFailure(.move, "\(path.escapingControls): \(reason.words)")
        } catch TreeMove.Failure.halfway(let path, let reason, let second) {
            bar.finish()
            throw CommandFailure(
                "\(ApplyStep.move.rawValue) failed: \(path.escapingControls): \(reason.words); and what was moved could not be "
                    + "moved back: \(second)\nThe journal in \(place.journalFolder.escapingControls) knows every byte. When that "
                    + "is mended, canon migrate --recover goes on.")
        }
    }

    // MARK: The copy

    private func copy(to scratch: ScratchTree) throws {
        announce(.copy)
        var bar = ProgressBar("Copying", on: progress)
        defer { bar.finish() }
        try scratch.copy(isCancelled: { Task.isCancelled }) { bar.update(done: $0, of: $1) }
    }

    private func write(_ journal: MigrationJournal, into scratch: ScratchTree) throws {
        do {
            let transition = TreeTransition(
                journal: journal, tree: try DiskFileSystem(root: scratch.root, isDurable: false))
            let changed = try transition.conflicts(in: journal.entries.count)
            guard changed.isEmpty else {
                throw ApplyFailure(
                    .write, "these files changed since the plan was made; run it again:" + changed.listed())
            }
            try transition.bring(journal.entries.count, to: .after)
        } catch let error as SystemError {
            throw ApplyFailure(.write, "\(scratch.root.escapingControls): \(error)")
        }
    }

    /// Parses what the plan wrote, as it stands in the copy.
    private func parse(in folder: String) throws {
        announce(.parse)
        let inputs = try AuditReader(settings)
        let paths = plan.changes.filter { $0.outcome != .deleted && $0.path.hasSuffix(".py") }.map(\.path)
        let version = try inputs.version(inputs.manifest())
        let problems = ParallelWork.map(
            paths.indices, jobs: settings.jobs, makeWorker: { PythonFactReader(version: version) }
        ) { reader, index -> String? in
            switch FileReading.contents(of: "\(folder)/\(paths[index])", maximumBytes: Int.max) {
            case .failure(let error): return "\(paths[index]): \(error)"
            case .success(let bytes):
                _ = bytes.withUnsafeBytes { reader.read($0) }
                guard let error = reader.facts.error else { return nil }
                return "\(paths[index]):\(error.line):\(error.column): \(error.message)"
            }
        }.compactMap(\.self)
        guard problems.isEmpty else {
            throw ApplyFailure(.parse, "these files would not parse on Python \(version):" + problems.listed())
        }
    }

    private func verify(in folder: String, _ scratch: ScratchTree) async throws -> Duration? {
        guard let verification else { return nil }
        announce(.verify)
        let run = VerifyRun(
            command: verification.command, folder: folder, timeout: verification.timeout,
            log: scratch.folder + "/verify.log")
        let clock = ContinuousClock()
        let start = clock.now
        let end: VerifyRun.End
        do {
            end = try await run.run()
        } catch let error as SystemError {
            throw ApplyFailure(.verify, "the shell cannot be started: \(error)")
        }
        let how: String
        switch end {
        case .exited(0): return clock.now - start
        case .cancelled: throw ApplyFailure.cancelled(.verify)
        case .exited(let status): how = "ended with status \(status)"
        case .signalled(let number): how = "was ended by signal \(number)"
        case .timedOut: how = "was not done after \(Int(verification.timeout / .seconds(1))) s (--verify-timeout)"
        }
        let output = run.output()
        let heading = output.isCut ? "the last lines that it printed:" : "it printed:"
        throw ApplyFailure(
            .verify,
            "\(verification.command.shortened) \(how)" + (output.text.isEmpty ? "" : "; \(heading)\n\(output.text)"))
    }
}

extension TreeMove.Reason {
    var words: String {
        switch self {
        case .system(let error): "\(error)"
        case .changed: "changed since the plan was made; run it again"
        case .cancelled: "ended from outside"
        }
    }
}
