/// Moves a migration into a tree: all of it, or nothing.
struct TreeMove: Sendable {
    /// Why a tree was left as it was, or, at worst, what is left to do.
    enum Failure: Error {
        /// Every byte is as it was.
        case undone(place: String, reason: Reason)
        /// The way back failed as well; the journal stands and says how to go on.
        case halfway(place: String, reason: Reason, second: SystemError)
    }

    enum Reason: Equatable, Sendable {
        case system(SystemError)
        /// The file holds something else than when the migration was planned.
        case changed
        case cancelled
    }

    let folder: JournalFolder
    let transition: TreeTransition

    private var journal: MigrationJournal { transition.journal }
    private var tree: any FileSystem { transition.tree }

    init(_ journal: MigrationJournal, tree: any FileSystem, folder: JournalFolder) {
        self.folder = folder
        transition = TreeTransition(journal: journal, tree: tree)
    }

    /// - Parameters:
    ///   - isCancelled: asked until the commit; after it, there is no way back but a failure.
    ///   - progress: how many entries are done.
    func run(isCancelled: () -> Bool, progress: (Int) -> Void) throws(Failure) {
        try prepare(isCancelled: isCancelled)
        do {
            try folder.advance(from: .prepared, to: .committed)
        } catch {
            throw undone(moved: 0, "the journal", .system(error))
        }
        for index in journal.entries.indices {
            if let reason = move(index) { throw undone(moved: index, journal.entries[index].path, reason) }
            progress(index + 1)
        }
        do {
            try transition.discardStaged()
            try transition.synchronizeFolders()
        } catch {
            throw undone(moved: journal.entries.count, "the folders", .system(error))
        }
        // All is in its place and on the disk. If this fails, whichever command comes next completes it.
        try? finish()
    }

    /// Writes everything that needs space or a permission, while the old tree is whole.
    private func prepare(isCancelled: () -> Bool) throws(Failure) {
        do {
            try folder.begin(journal)
        } catch {
            throw undone(moved: 0, "the journal", .system(error))
        }
        for write in [stage, transition.synchronizeStaged] {
            for index in journal.entries.indices {
                let path = journal.entries[index].path
                if isCancelled() { throw undone(moved: 0, path, .cancelled) }
                do {
                    try write(index)
                } catch {
                    throw undone(moved: 0, path, .system(error))
                }
            }
        }
        for index in journal.entries.indices {
            if let reason = obstacle(index) { throw undone(moved: 0, journal.entries[index].path, reason) }
        }
        if isCancelled() { throw undone(moved: 0, "the journal", .cancelled) }
    }

    /// A file that is to be deleted stages nothing, which tells as well whether its folder can be written in.
    private func stage(_ index: Int) throws(SystemError) {
        try transition.stage(index, journal.entries[index].after ?? [])
    }

    /// What stands against moving an entry: its file is not what it was. Nil for nothing.
    private func obstacle(_ index: Int) -> Reason? {
        let entry = journal.entries[index]
        do {
            guard try transition.holding(index) == .before else { return .changed }
            return try tree.status(of: entry.path)?.attributes.mode == entry.attributes.mode ? nil : .changed
        } catch {
            return .system(error)
        }
    }

    /// - Returns: why it was not moved; nil when it was.
    private func move(_ index: Int) -> Reason? {
        if let obstacle = obstacle(index) { return obstacle }
        let entry = journal.entries[index]
        do {
            if entry.after == nil {
                try tree.remove(entry.path)
            } else {
                try tree.rename(journal.stagedPath(index), to: entry.path)
            }
            return nil
        } catch {
            return .system(error)
        }
    }

    private func finish() throws(SystemError) {
        try transition.removeEmptyFolders()
        try folder.end(.committed)
    }

    /// Goes back to the old tree, of which the first so many entries were moved.
    private func undone(moved: Int, _ place: String, _ reason: Reason) -> Failure {
        do {
            try folder.removePartial()
            // A failed change of names may have happened or not, so the state is looked up.
            guard var state = try folder.states().first else { return .undone(place: place, reason: reason) }
            if state == .committed {
                try folder.advance(from: state, to: .undoing(moved: moved))
                state = .undoing(moved: moved)
            }
            try transition.bring(moved, to: .before)
            try folder.end(state)
            return .undone(place: place, reason: reason)
        } catch {
            return .halfway(place: place, reason: reason, second: error)
        }
    }
}
