/// Completes or undoes what an interrupted migration left.
struct JournalRecovery: Sendable {
    enum Outcome: Equatable, Sendable {
        /// There was no journal.
        case nothing
        /// The tree is the old one.
        case undone(files: Int)
        /// The tree is the new one.
        case completed(files: Int)
    }

    /// Why a journal was left alone, and the tree with it.
    enum Problem: Error, Equatable {
        /// The file of the journal that makes no sense, and why.
        case damaged(name: String, reason: String)
        /// Somebody wrote into these files after the interruption.
        case conflict(paths: [String], state: JournalFolder.State)
        case system(SystemError)
    }

    let folder: JournalFolder
    let tree: any FileSystem

    func run() throws(Problem) -> Outcome {
        let states: [JournalFolder.State]
        do {
            states = try folder.states()
        } catch {
            throw .system(error)
        }
        guard let state = states.first else {
            do {
                try folder.removePartial()
            } catch {
                throw .system(error)
            }
            return .nothing
        }
        guard states.count == 1 else {
            throw .damaged(name: states[1].name, reason: "there is \(state.name) beside it")
        }
        let journal = try journal(state)
        let count: Int
        let direction: TreeTransition.Direction
        switch state {
        case .prepared: (count, direction) = (0, .before)
        case .committed: (count, direction) = (journal.entries.count, .after)
        case .undoing(let moved): (count, direction) = (moved, .before)
        }
        guard count <= journal.entries.count else {
            throw .damaged(name: state.name, reason: "it holds \(journal.entries.count) files only")
        }
        let transition = TreeTransition(journal: journal, tree: tree)
        do {
            let conflicts = try transition.conflicts(in: count)
            guard conflicts.isEmpty else { throw Problem.conflict(paths: conflicts, state: state) }
            try transition.bring(count, to: direction)
            try folder.removePartial()
            try folder.end(state)
        } catch let error as SystemError {
            throw .system(error)
        } catch let problem as Problem {
            throw problem
        } catch {
            preconditionFailure("only these two are thrown")
        }
        let files = journal.entries.count
        return direction == .after ? .completed(files: files) : .undone(files: files)
    }

    private func journal(_ state: JournalFolder.State) throws(Problem) -> MigrationJournal {
        let bytes: [UInt8]
        do {
            bytes = try folder.files.contents(of: state.name)
        } catch {
            throw .system(error)
        }
        do {
            return try MigrationJournal(encoded: bytes)
        } catch {
            throw .damaged(name: state.name, reason: error.description)
        }
    }
}
