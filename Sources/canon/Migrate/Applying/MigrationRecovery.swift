import ArgumentParser
import CoreFoundation
import Foundation

/// Looks for what an interrupted migration left in the work tree of a folder, and completes or undoes it.
struct MigrationRecovery {
    let place: WorkTreePlace

    /// How long a migration is waited for that is moving its files this moment.
    static let patience: Duration = .seconds(30)

    /// What every command does first. It tells of what it did, and of what it could not do, in one line, and the command goes on.
    ///
    /// Without a journal this costs a look for `.git` and one for the journal in it.
    static func beforeCommand(arguments: [String] = CommandLine.arguments) {
        // canon migrate does so itself, in the folder that it is about.
        guard arguments.dropFirst().first != MigrateCommand.configuration.commandName,
            let place = WorkTreePlace(containing: ".")
        else { return }
        do {
            if let line = try MigrationRecovery(place: place).run() { Terminal.errors.writeLine("note: " + line) }
        } catch {
            Terminal.errors.writeLine("warning: \(error.description)")
        }
    }

    /// - Returns: what was done, in words; nil when there was nothing to do.
    /// - Throws: `CommandFailure` when it could not be done; the journal is left, and the tree as it is.
    func run() throws(CommandFailure) -> String? {
        let path = place.journalFolder
        guard access(path, F_OK) == 0 else { return nil }
        try requireOwn(path)
        let files: DiskFileSystem
        let tree: DiskFileSystem
        do {
            files = try DiskFileSystem(root: path)
            tree = try DiskFileSystem(root: place.root)
        } catch {
            // Whoever had the lock took the folder away just now.
            if error == .missing { return nil }
            throw failure("cannot be opened: \(error)")
        }
        let folder = JournalFolder(files: files)
        guard let lock = try lock(whileThereIsAJournalIn: folder) else { return nil }
        defer { withExtendedLifetime(lock) {} }
        let states: [JournalFolder.State]
        do {
            states = try folder.states()
        } catch {
            throw failure("cannot be listed: \(error)")
        }
        for state in states { try requireOwn(path + "/" + state.name) }
        do {
            switch try JournalRecovery(folder: folder, tree: tree).run() {
            case .nothing: return nil
            case .undone(let files):
                return
                    "a migration that was interrupted was undone: \(counted(files)) as before it. "
                    + "Run canon migrate again for the whole of it"
            case .completed(let files):
                return
                    "a migration that was interrupted was completed: \(counted(files)) as planned. git diff shows them"
            }
        } catch {
            throw failure(of: error)
        }
    }

    private func counted(_ files: Int) -> String { files == 1 ? "1 file is" : "\(files) files are" }

    /// Nil when there is nothing to recover: no journal, or one whose migration came to its end meanwhile.
    private func lock(whileThereIsAJournalIn folder: JournalFolder) throws(CommandFailure) -> MigrationLock? {
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while true {
            do {
                return try MigrationLock(in: place.journalFolder)
            } catch {
                switch error {
                case .system(let error): throw failure("cannot be locked: \(error)")
                case .held(let number):
                    // One that only tries things in its copy is no reason to wait.
                    guard let states = try? folder.states(), !states.isEmpty else { return nil }
                    guard clock.now < end else {
                        throw failure(
                            "a migration is moving files in this tree\(number.map { " (process \($0))" } ?? "") and has not "
                                + "come to its end; files may be of its old or its new tree")
                    }
                    usleep(50_000)
                }
            }
        }
    }

    /// What somebody else put there is not believed: it says what is written into the tree.
    private func requireOwn(_ path: String) throws(CommandFailure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 || status.st_mode & S_IFMT == S_IFDIR else {
            throw failure(
                "does not belong to this user alone, so it was left alone, and so was the tree; whoever ran the migration can "
                    + "run canon migrate --recover")
        }
    }

    private func failure(_ reason: String) -> CommandFailure {
        CommandFailure("\(place.journalFolder.escapingControls): \(reason)")
    }

    private func failure(of problem: JournalRecovery.Problem) -> CommandFailure {
        switch problem {
        case .damaged(let name, let reason):
            return failure(
                "the journal of an interrupted migration is damaged (\(name): \(reason)). Nothing was touched. Compare the tree "
                    + "with git status and git diff, put it right, and delete that folder")
        case .conflict(let paths, let state):
            let goal = state == .committed ? "completed" : "undone"
            return failure(
                "an interrupted migration cannot be \(goal), because these files were changed after it. Nothing was touched. "
                    + "Keep what was changed somewhere else, bring the files back with git checkout -- FILE, and run "
                    + "canon migrate --recover:" + paths.listed())
        case .system(let error):
            return failure(
                "an interrupted migration could not be completed or undone: \(error). When that is mended, canon migrate "
                    + "--recover goes on")
        }
    }
}
