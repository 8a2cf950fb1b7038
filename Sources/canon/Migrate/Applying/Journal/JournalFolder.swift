/// Where a journal lies, and how far it has come: the name of its file says that, and a change of names is one step on disk.
///
///     (nothing) ── prepared ── committed ── (nothing)     the new tree
///                     │            │
///                     │         undoing-N ── (nothing)    the old tree
///                     └─────────────────────── (nothing)  the old tree
///
/// While it is prepared, no file of the tree was touched. From the commit on, what was interrupted is completed. A file that
/// cannot be moved although the commit was written leads to undoing, with the number of entries that may have been moved.
struct JournalFolder: Sendable {
    enum State: Equatable, Sendable {
        case prepared
        case committed
        case undoing(moved: Int)
    }

    let files: any FileSystem

    /// Readable by its owner only: it holds source.
    static let attributes = FileAttributes(mode: 0o600, owner: UInt32.max, group: UInt32.max)
    /// A journal that is not yet written to its end.
    static let partial = "partial"

    /// Writes a journal, which is then prepared.
    func begin(_ journal: MigrationJournal) throws(SystemError) {
        try files.create(Self.partial, journal.encoded, Self.attributes)
        try files.synchronize(Self.partial)
        try files.rename(Self.partial, to: State.prepared.name)
        try files.synchronizeFolder(".")
    }

    func advance(from state: State, to next: State) throws(SystemError) {
        try files.rename(state.name, to: next.name)
        try files.synchronizeFolder(".")
    }

    /// Deletes the journal: what it says is done.
    func end(_ state: State) throws(SystemError) {
        try files.remove(state.name)
        try files.synchronizeFolder(".")
    }

    /// Takes a journal away that was never finished. It says nothing, and nothing was done.
    func removePartial() throws(SystemError) {
        guard try files.status(of: Self.partial) != nil else { return }
        try files.remove(Self.partial)
    }

    /// The states of which there is a journal: at most one, unless somebody copied files here.
    func states() throws(SystemError) -> [State] {
        var states: [State] = []
        for name in try files.names(in: ".") { if let state = State(name: name) { states.append(state) } }
        return states
    }
}

extension JournalFolder.State {
    var name: String {
        switch self {
        case .prepared: "prepared"
        case .committed: "committed"
        case .undoing(let moved): "\(Self.undoingPrefix)\(moved)"
        }
    }

    init?(name: String) {
        switch name {
        case "prepared": self = .prepared
        case "committed": self = .committed
        default:
            guard name.hasPrefix(Self.undoingPrefix), let moved = Int(name.dropFirst(Self.undoingPrefix.count)),
                moved >= 0
            else { return nil }
            self = .undoing(moved: moved)
        }
    }

    private static let undoingPrefix = "undoing-"
}
