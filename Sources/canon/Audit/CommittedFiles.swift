import Synchronization

/// The files of a commit or of the index, in the order of their paths, and found by them.
final class CommittedFiles: Sendable {
    let entries: [GitRepository.Entry]
    /// Made when somebody looks for what is not where it was guessed.
    private let places = Mutex<[String: Int]?>(nil)

    /// - Parameter entries: sorted by the bytes of their paths.
    init(_ entries: [GitRepository.Entry]) { self.entries = entries }

    /// Where a path is among the entries.
    ///
    /// - Parameter guess: lists of one repository are mostly the same, so whoever goes through one of them knows.
    func place(of path: String, near guess: Int = -1) -> Int? {
        if entries.indices.contains(guess), entries[guess].path == path { return guess }
        return places.withLock { places in
            if places == nil {
                places = Dictionary(
                    entries.enumerated().lazy.map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
            }
            return places?[path]
        }
    }

    subscript(path: String) -> GitRepository.Entry? { place(of: path).map { entries[$0] } }
}

extension CommittedFiles {
    /// For each entry, in their order, where the same path is in another list.
    func places(in other: CommittedFiles) -> [Int?] {
        guard other !== self else { return Array(entries.indices) }
        // As far as files came or went, what is behind them is moved by as much.
        var shift = 0
        return entries.enumerated().map { number, entry in
            let place = other.place(of: entry.path, near: number + shift)
            if let place { shift = place - number }
            return place
        }
    }
}

extension CommittedFiles {
    /// What HEAD has, as far as that is known from the index and what it changes; nil when the two do not belong together (the index
    /// changed in between, or a merge is under way).
    func before(_ changes: [GitRepository.Change]) -> CommittedFiles? {
        guard !changes.isEmpty else { return self }
        var changed: Set<Int> = []
        var earlier: [GitRepository.Entry] = []
        for change in changes {
            let place = place(of: change.path)
            guard "AMDT".contains(change.kind), place.map({ entries[$0] }) == change.now else { return nil }
            if let place { changed.insert(place) }
            if let before = change.before { earlier.append(before) }
        }
        earlier.sort(by: GitRepository.isBefore)
        var result: [GitRepository.Entry] = []
        result.reserveCapacity(entries.count + earlier.count)
        var rest = earlier[...]
        for (place, entry) in entries.enumerated() where !changed.contains(place) {
            while let first = rest.first, GitRepository.isBefore(first, entry) { result.append(rest.removeFirst()) }
            result.append(entry)
        }
        return CommittedFiles(result + rest)
    }
}
