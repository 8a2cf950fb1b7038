import CCanonFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder whose files agents may read, and nothing else.
///
/// It is opened once as a directory descriptor; every read resolves beneath that descriptor and follows no symbolic
/// link (openat2(2), `RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS`, or the same component by component). Hidden files, key
/// files, devices, FIFOs and the forbidden folders are never read.
public final class Workspace: Sendable {
    /// The absolute path, for messages to the operator.
    public let path: String
    /// The folder's own name, for answers.
    public let name: String
    public let limits: Limits

    let descriptor: Int32
    private let opening: Opening
    private let forbidden: Set<FileIdentity>

    /// What one read or search may cost.
    public struct Limits: Sendable {
        /// Bytes read of one file.
        public var readBytes = 1024 * 1024
        /// Seconds of one search.
        public var searchSeconds = 2.0
        /// Files and folders looked at in one walk.
        public var entries = 200_000
        /// Folders inside folders.
        public var depth = 64

        public init() {}
    }

    /// How a path is resolved beneath the workspace. `byHand` is what systems without openat2 get.
    enum Opening: Sendable { case automatic, byHand }

    /// Opens the folder.
    /// - Parameters:
    ///   - path: the folder, absolute or relative to the current one.
    ///   - forbidden: existing folders of which nothing is read, such as the data folder, whatever path or bind mount
    ///     leads to them.
    /// - Throws: `ToolFailure` that names the path when it is no readable folder or lies inside a forbidden one.
    public convenience init(
        path: String, forbidden: [String] = [], limits: Limits = Limits()
    ) throws(ToolFailure) {
        try self.init(path: path, forbidden: forbidden, limits: limits, opening: .automatic)
    }

    init(path: String, forbidden: [String], limits: Limits, opening: Opening) throws(ToolFailure) {
        guard let resolved = realpath(path, nil) else {
            throw ToolFailure("The workspace '\(path)' cannot be opened: \(systemMessage(errno)). Name a folder.")
        }
        let absolute = String(cString: resolved)
        free(resolved)
        let descriptor = open(absolute, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ToolFailure("The workspace '\(path)' cannot be opened: \(systemMessage(errno)). Name a folder.")
        }
        do throws(ToolFailure) {
            var identities: Set<FileIdentity> = []
            for folder in forbidden {
                guard let identity = FileIdentity(path: folder) else {
                    throw ToolFailure(
                        "The folder '\(folder)', which must not be read, cannot be found: \(systemMessage(errno)).")
                }
                identities.insert(identity)
            }
            if Self.isBeneath(identities, directory: descriptor) {
                throw ToolFailure(
                    "The workspace '\(path)' lies in a folder that must not be read. Name another folder.")
            }
            self.forbidden = identities
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = absolute
        self.name = absolute.split(separator: "/").last.map { String($0) } ?? "/"
        self.limits = limits
        self.opening = opening
    }

    deinit { close(descriptor) }

    /// Opens what a checked path names. The caller closes the descriptor.
    func openDescriptor(of path: WorkspacePath, flags: Int32) throws(ToolFailure) -> Int32 {
        let name = path.text
        var start = descriptor
        if !forbidden.isEmpty, path.components.count > 1 {
            // The folder that holds the file is opened first, so that what is checked is what is read from.
            let folder = WorkspacePath(components: path.components.dropLast())
            start = try checkedOpen(folder.text, beneath: descriptor, flags: O_RDONLY | O_DIRECTORY, named: name)
        }
        defer { if start != descriptor { close(start) } }
        if start != descriptor, Self.isBeneath(forbidden, directory: start, upTo: descriptor) {
            throw ToolFailure("'\(name)' is not read: it lies in the program's own data folder. Ask for another file.")
        }
        let last = start == descriptor ? (path.isRoot ? "." : name) : path.components[path.components.count - 1]
        let opened = try checkedOpen(last, beneath: start, flags: flags, named: name)
        if !forbidden.isEmpty, let identity = FileIdentity(descriptor: opened), forbidden.contains(identity) {
            close(opened)
            throw ToolFailure("'\(name)' is not read: it is the program's own data folder. Ask for another file.")
        }
        return opened
    }

    /// Whether nothing stands at the path, not even something that must not be read.
    func isAbsent(_ path: WorkspacePath) -> Bool {
        let opened = resolve(path.text, beneath: descriptor, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        guard opened < 0 else {
            close(opened)
            return false
        }
        return errno == ENOENT
    }

    /// Opens one name inside an open folder during a walk; nil when it went away, is a link or is forbidden.
    func openFolder(_ name: String, in folder: Int32) -> Int32? {
        let opened = resolve(name, beneath: folder, flags: O_RDONLY | O_DIRECTORY | O_NONBLOCK)
        guard opened >= 0 else { return nil }
        if !forbidden.isEmpty, let identity = FileIdentity(descriptor: opened), forbidden.contains(identity) {
            close(opened)
            return nil
        }
        return opened
    }

    /// Opens a file a walk has found; nil when it is no regular file any more.
    func openFile(_ path: String) -> Int32? {
        let opened = resolve(path, beneath: descriptor, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        return opened >= 0 ? opened : nil
    }

    private func checkedOpen(
        _ path: String, beneath folder: Int32, flags: Int32, named name: String
    ) throws(ToolFailure) -> Int32 {
        let opened = resolve(path, beneath: folder, flags: flags)
        if opened >= 0 { return opened }
        throw Self.failure(named: name, code: errno)
    }

    private static func failure(named name: String, code: Int32) -> ToolFailure {
        switch code {
        case ENOENT: ToolFailure("There is no '\(name)' in the workspace. Search for its name to find where it is.")
        case ENOTDIR: ToolFailure("A part of '\(name)' is a file, not a folder. Check the path.")
        case ELOOP: ToolFailure("'\(name)' is a symbolic link or leads through one; links are not followed.")
        case EXDEV: ToolFailure("'\(name)' leads out of the workspace. Give a path inside it.")
        case EACCES: ToolFailure("'\(name)' cannot be read: the server's account has no permission for it.")
        case ENXIO: ToolFailure("'\(name)' is a socket or a device, not a file. Ask for another file.")
        default: ToolFailure("'\(name)' cannot be opened: \(systemMessage(code)).")
        }
    }

    private func resolve(_ path: String, beneath folder: Int32, flags: Int32) -> Int32 {
        switch opening {
        case .automatic: canon_open_beneath(folder, path, flags)
        case .byHand: canon_open_beneath_by_hand(folder, path, flags)
        }
    }

    /// Whether the folder or one of its parents is among `identities`. Goes up by `..`, as far as `top` or `/`.
    private static func isBeneath(
        _ identities: Set<FileIdentity>, directory: Int32, upTo top: Int32? = nil
    ) -> Bool {
        guard !identities.isEmpty else { return false }
        let topIdentity = top.flatMap { FileIdentity(descriptor: $0) }
        var current = directory
        defer { if current != directory { close(current) } }
        while let identity = FileIdentity(descriptor: current) {
            if identities.contains(identity) { return true }
            if identity == topIdentity { return false }
            let parent = openat(current, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard parent >= 0 else { return false }
            if current != directory { close(current) }
            current = parent
            if FileIdentity(descriptor: parent) == identity { return false }
        }
        return false
    }
}

/// What a file is, whatever its path: its device and inode.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64

    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }
}

/// The system's words for an error number.
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
