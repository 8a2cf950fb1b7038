/// Brings the files of a journal to one of their two states, from whatever mixture of both they are in.
struct TreeTransition: Sendable {
    /// What a file of the journal holds.
    enum Holding: Equatable, Sendable {
        case before
        case after
        /// Somebody else's bytes, a link, or nothing where there should be something.
        case other
    }

    enum Direction: Sendable {
        /// Back to the old tree.
        case before
        /// On to the new one.
        case after
    }

    let journal: MigrationJournal
    let tree: any FileSystem

    func holding(_ index: Int) throws(SystemError) -> Holding {
        let entry = journal.entries[index]
        guard let status = try tree.status(of: entry.path) else { return entry.after == nil ? .after : .other }
        guard status.kind == .file else { return .other }
        let bytes = try tree.contents(of: entry.path)
        if bytes == entry.before { return .before }
        return bytes == entry.after ? .after : .other
    }

    /// Where somebody else wrote, in the first so many entries.
    func conflicts(in count: Int) throws(SystemError) -> [String] {
        var paths: [String] = []
        for index in 0..<count where try holding(index) == .other { paths.append(journal.entries[index].path) }
        return paths
    }

    /// Brings the first so many entries to one state. The others are known to be in it. What somebody else wrote stays.
    ///
    /// Nothing of this depends on what was staged: it may be torn or swept away. Doing it twice does the same.
    func bring(_ count: Int, to direction: Direction) throws(SystemError) {
        // First of all, so that there is room.
        try discardStaged()
        let opposite: Holding = direction == .before ? .after : .before
        var others: [Int] = []
        for index in 0..<count where try holding(index) == opposite { others.append(index) }
        try stage(others, direction)
        for index in others {
            let path = journal.entries[index].path
            if content(index, direction) != nil {
                try tree.rename(journal.stagedPath(index), to: path)
            } else {
                try tree.remove(path)
            }
        }
        try synchronizeFolders()
        if direction == .after { try removeEmptyFolders() }
    }

    private func content(_ index: Int, _ direction: Direction) -> [UInt8]? {
        direction == .before ? journal.entries[index].before : journal.entries[index].after
    }

    /// Writes what entries are to hold beside their files, to the disk. Those that are to be gone have nothing staged.
    private func stage(_ indices: [Int], _ direction: Direction) throws(SystemError) {
        for index in indices {
            if let bytes = content(index, direction) { try stage(index, bytes) }
        }
        for index in indices where content(index, direction) != nil { try synchronizeStaged(index) }
    }

    /// Writes bytes beside the file of an entry, not yet to the disk.
    func stage(_ index: Int, _ bytes: [UInt8]) throws(SystemError) {
        try tree.create(journal.stagedPath(index), bytes, journal.entries[index].attributes)
    }

    /// The disk takes many files at once faster than one after the other, so this comes when all are staged.
    func synchronizeStaged(_ index: Int) throws(SystemError) {
        try tree.synchronize(journal.stagedPath(index))
    }

    func discardStaged() throws(SystemError) {
        for index in journal.entries.indices {
            let staged = journal.stagedPath(index)
            if try tree.status(of: staged) != nil { try tree.remove(staged) }
        }
    }

    /// Makes the names in every folder of the journal survive. One that is gone was empty.
    func synchronizeFolders() throws(SystemError) {
        for folder in Set(journal.entries.map { RelativePath.folder(of: $0.path) }).sorted() {
            do {
                try tree.synchronizeFolder(folder)
            } catch SystemError.missing {
                continue
            }
        }
    }

    /// Removes folders that held nothing but deleted files, as git does: an empty folder is a package to Python.
    func removeEmptyFolders() throws(SystemError) {
        for entry in journal.entries where entry.after == nil {
            var folder = RelativePath.folder(of: entry.path)
            while folder != "." {
                guard try tree.status(of: folder) != nil else {
                    folder = RelativePath.folder(of: folder)
                    continue
                }
                do {
                    try tree.removeFolder(folder)
                } catch {
                    // It holds something, or somebody forbids it: it stays, and nothing is lost by that.
                    break
                }
                folder = RelativePath.folder(of: folder)
                try tree.synchronizeFolder(folder)
            }
        }
    }
}
