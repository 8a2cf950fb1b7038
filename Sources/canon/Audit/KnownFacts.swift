import CanonAudit
import CanonCodeModel
import CanonFacts
import CanonPython

/// What was read of a folder on disk.
struct FolderContents {
    var files: [CodeFile]
    /// Of whatever suffix, in the order of their paths.
    var allFiles: [PythonProject.AnyFile]
    /// Files and folders that could not be read.
    var unread: [Evidence]
    /// What earlier runs found out about single files.
    var parts: FileParts
    /// The version whose grammar counted.
    var python: String
}

/// Facts at hand, by the id of the content and the version of the grammar.
struct KnownFacts {
    var python = ""
    /// By ``key(of:)``.
    var byBlob: [String: FileFacts] = [:]
    /// What is known of single files on disk, of those that hold what git keeps under the same path and id.
    private(set) var parts = FileParts()
    private var disk: Disk?

    /// What is known of files on disk, by the places of their paths in the index; nothing of what the index has otherwise.
    private struct Disk {
        let index: CommittedFiles
        var facts: [FileFacts?]
        var identities: [FileIdentity?]
    }

    init(python: String = "") { self.python = python }

    /// - Parameters:
    ///   - changed: paths whose content on disk is another one than that of the index, asked for after the files were read.
    init(of contents: FolderContents, index: CommittedFiles, changed: [String]) {
        python = contents.python
        parts = contents.parts
        let count = index.entries.count
        var disk = Disk(
            index: index, facts: Array(repeating: nil, count: count), identities: Array(repeating: nil, count: count))
        // All lists have the same order: mostly the next one of each is the same file.
        var next = 0
        var unseen = contents.files[...]
        for file in contents.allFiles {
            let place = index.place(of: file.name, near: next)
            if let place {
                disk.identities[place] = file.identity
                next = place + 1
            }
            guard let source = unseen.first, source.path == file.name else { continue }
            if let place { disk.facts[place] = source.facts }
            unseen.removeFirst()
        }
        // Those of a second language stand behind those of the first.
        for file in unseen { if let place = index.place(of: file.path) { disk.facts[place] = file.facts } }
        for path in changed {
            guard let place = index.place(of: path) else { continue }
            (disk.facts[place], disk.identities[place]) = (nil, nil)
        }
        self.disk = disk
    }

    /// Some entries of a list, in its order, each with its facts when they are at hand.
    func facts(
        of files: CommittedFiles, where isWanted: (GitRepository.Entry) -> Bool
    ) -> [(entry: GitRepository.Entry, facts: FileFacts?)] {
        let places = disk.map { files.places(in: $0.index) }
        var moved: [String: FileFacts]?
        var result: [(entry: GitRepository.Entry, facts: FileFacts?)] = []
        result.reserveCapacity(files.entries.count)
        for (number, entry) in files.entries.enumerated() where isWanted(entry) {
            if let disk, let place = places?[number], disk.index.entries[place].blob == entry.blob,
                let facts = disk.facts[place]
            {
                result.append((entry, facts))
                continue
            }
            let key = Self.key(of: entry)
            if moved == nil { moved = onDiskByBlob() }
            result.append((entry, byBlob[key] ?? moved?[key]))
        }
        return result
    }

    /// The facts of files on disk by ``key(of:)``: a file that was moved, or copied, or that HEAD has as the index does not.
    private func onDiskByBlob() -> [String: FileFacts] {
        guard let disk else { return [:] }
        var facts: [String: FileFacts] = [:]
        for (entry, known) in zip(disk.index.entries, disk.facts) {
            if let known { facts[Self.key(of: entry)] = known }
        }
        return facts
    }

    /// Of each entry of a list, what tells the file on disk that has the same path and content; nil when there is none.
    func identities(of files: CommittedFiles) -> [FileIdentity?] {
        guard let disk else { return Array(repeating: nil, count: files.entries.count) }
        return zip(files.entries, files.places(in: disk.index)).map { entry, place in
            place.flatMap { disk.index.entries[$0].blob == entry.blob ? disk.identities[$0] : nil }
        }
    }

    /// The id of a content, and its language: the facts of an empty file differ from language to language.
    static func key(of entry: GitRepository.Entry) -> String {
        entry.path.hasSuffix(".swift") ? "swift " + entry.blob : entry.blob
    }
}
