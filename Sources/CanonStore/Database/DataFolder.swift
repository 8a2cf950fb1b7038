#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder that holds everything a server remembers. Only its owner may look into it.
public struct DataFolder: Sendable, Equatable {
    /// Absolute, with symbolic links followed.
    public let path: String
    /// What was changed to make the folder safe, for the start-up log. Usually empty.
    public let notes: [String]

    /// Where the database is.
    public var databasePath: String { path + "/" + Self.databaseName }

    /// The place when none is named: `$XDG_DATA_HOME/canon`, else `$HOME/.local/share/canon`
    /// (XDG Base Directory Specification 0.8: a relative `XDG_DATA_HOME` is ignored).
    /// - Throws: `StoreError` of kind `noHome` when the environment has neither.
    public static func defaultPath(environment: [String: String]) throws(StoreError) -> String {
        if let data = environment["XDG_DATA_HOME"], data.utf8.first == UInt8(ascii: "/") { return data + "/canon" }
        if let home = environment["HOME"], home.utf8.first == UInt8(ascii: "/") { return home + "/.local/share/canon" }
        throw StoreError(
            .noHome, place: "data folder", cause: "neither XDG_DATA_HOME nor HOME holds an absolute path",
            remedy: "Name the data folder.")
    }

    /// Makes the folder (mode 0700) when it does not exist, and checks it when it does. A folder of this user that
    /// others may enter is closed to them, and `notes` says so.
    /// - Parameters:
    ///   - path: where; a relative path starts at the working directory.
    ///   - workspaces: folders that agents or the auditor read. The data folder may not be in one of them, nor one of
    ///     them in it, so that no tool for a workspace can reach secrets or conversations.
    /// - Throws: `StoreError` of kind `insideWorkspace`, `foreignOwner`, `notADirectory`, `notWritable` or `fileFailed`.
    public init(path: String, workspaces: [String] = []) throws(StoreError) {
        let path = File.resolved(path)
        for workspace in workspaces {
            try Self.checkApart(path, from: File.resolved(workspace))
        }
        try Self.create(path)
        self.path = path
        notes = try Self.secure(path)
        // The right to write shows in writing: root and network file systems make the mode bits say little.
        let lock = open(path + "/" + Self.lockName, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .file(path, "the folder cannot be written") }
        close(lock)
    }

    static let lockName = "canon.lock"
    static let databaseName = "canon.sqlite"

    private static func checkApart(_ path: String, from workspace: String) throws(StoreError) {
        if File.isInside(path, workspace) {
            throw StoreError(
                .insideWorkspace, place: path, cause: "the data folder is inside the workspace \(workspace)",
                remedy: "Choose a data folder outside: whoever reads the workspace would read secrets.")
        }
        if File.isInside(workspace, path) {
            throw StoreError(
                .insideWorkspace, place: path, cause: "the workspace \(workspace) is inside the data folder",
                remedy: "Choose another data folder, or move the workspace out of it.")
        }
    }

    private static func create(_ path: String) throws(StoreError) {
        var current = ""
        for component in path.split(separator: "/") {
            current += "/" + component
            if File.exists(current) { continue }
            guard mkdir(current, 0o700) == 0 || errno == EEXIST else {
                throw .file(current, "the folder cannot be created")
            }
        }
    }

    private static func secure(_ path: String) throws(StoreError) -> [String] {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, "the folder cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(path, "the folder cannot be examined") }
        guard status.st_uid == geteuid() else {
            throw StoreError(
                .foreignOwner, place: path,
                cause: "the folder belongs to user \(status.st_uid), this process runs as user \(geteuid())",
                remedy: "Run as the owner, give the folder to this user with chown, or choose another folder.")
        }
        let mode = status.st_mode & 0o777
        guard mode & 0o077 != 0 else { return [] }
        guard fchmod(descriptor, mode & 0o700) == 0 else { throw .file(path, "the folder cannot be closed to others") }
        return ["\(path): others could enter (mode 0\(String(mode, radix: 8))); it is now closed to them"]
    }
}
