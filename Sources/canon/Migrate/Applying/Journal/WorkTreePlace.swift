import Foundation

/// The work tree that a folder lies in, found without starting git, because every command looks.
struct WorkTreePlace: Equatable, Sendable {
    /// Its root, every link followed.
    let root: String
    /// The folder of the repository that is this work tree's own: `.git`, or the one that a file `.git` names (a linked work
    /// tree, a submodule; gitrepository-layout(5)).
    let gitFolder: String

    /// Where a journal would lie: `git rev-parse --git-path canon-migrate`.
    var journalFolder: String { gitFolder + "/canon-migrate" }

    /// Nil when the folder is in no work tree.
    init?(containing folder: String) {
        guard let resolved = realpath(folder, nil) else { return nil }
        defer { free(resolved) }
        var place = String(cString: resolved)
        while true {
            let git = place == "/" ? "/.git" : place + "/.git"
            if FileReading.isDirectory(git) {
                // Any folder may be called so.
                if access(git + "/HEAD", F_OK) == 0 {
                    root = place
                    gitFolder = git
                    return
                }
            } else if let named = Self.folder(namedBy: git, in: place) {
                root = place
                gitFolder = named
                return
            }
            guard place != "/", let slash = place.lastIndex(of: "/") else { return nil }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
    }

    private static func folder(namedBy file: String, in place: String) -> String? {
        guard access(file, F_OK) == 0, case .success(let bytes) = FileReading.contents(of: file, maximumBytes: 8192)
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix("gitdir: ") else { return nil }
        let path = text.dropFirst("gitdir: ".count).trimmingCharacters(in: .newlines)
        guard let resolved = realpath(path.hasPrefix("/") ? path : "\(place)/\(path)", nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
