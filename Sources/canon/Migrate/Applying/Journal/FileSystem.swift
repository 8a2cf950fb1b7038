/// The calls to a file system that moving a migration in rests on. After each of them the machine may lose its power, so each
/// is one step, and tests can end the world after any of them.
///
/// Paths are relative to the root of the file system, with `/`. Nothing is reached through a symbolic link.
protocol FileSystem: Sendable {
    /// Nil when nothing is there.
    func status(of path: String) throws(SystemError) -> FileStatus?
    /// The names in a folder; none when it is not there.
    func names(in folder: String) throws(SystemError) -> [String]
    /// All of a regular file.
    func contents(of path: String) throws(SystemError) -> [UInt8]
    /// Makes a file that was not there. Neither its bytes nor its name survive a power cut yet.
    func create(_ path: String, _ bytes: [UInt8], _ attributes: FileAttributes) throws(SystemError)
    /// Makes the bytes of a file survive.
    func synchronize(_ path: String) throws(SystemError)
    /// Makes the names in a folder survive.
    func synchronizeFolder(_ folder: String) throws(SystemError)
    /// Gives a file the name of another one, which is gone then, in one step.
    func rename(_ path: String, to other: String) throws(SystemError)
    func remove(_ path: String) throws(SystemError)
    /// Fails when the folder is not empty.
    func removeFolder(_ folder: String) throws(SystemError)
}

/// What a file is, without following a link.
struct FileStatus: Equatable, Sendable {
    enum Kind: Sendable { case file, folder, link, other }

    var kind: Kind
    var attributes: FileAttributes
}

/// What a file keeps when its bytes are replaced.
struct FileAttributes: Equatable, Sendable {
    /// The permission bits.
    var mode: UInt32
    var owner: UInt32
    var group: UInt32
}

/// Paths as text.
enum RelativePath {
    /// `.` for what lies in the root itself.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    static func joined(_ folder: String, _ name: String) -> String { folder == "." ? name : "\(folder)/\(name)" }

    /// Whether it names something below the root, and in one way only.
    static func isProper(_ path: String) -> Bool {
        !path.isEmpty && !path.utf8.contains(0)
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".."
            }
    }
}
