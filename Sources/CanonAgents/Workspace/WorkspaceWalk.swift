#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Goes through a workspace in sorted order: the same files in the same order, every time.
///
/// Links are not followed, so that no loop exists to hang in; the number of entries, the depth and the time are bounded,
/// and what was passed over is counted.
struct WorkspaceWalk {
    /// Relative paths, in order.
    private(set) var files: [String] = []
    private(set) var folders = 0
    private(set) var omissions = Omissions()

    /// What a walk passed over.
    struct Omissions: Sendable, Equatable {
        /// Names of folders that hold build products or dependencies, as paths.
        var skippedFolders: [String] = []
        var skippedFolderCount = 0
        /// Hidden and key-like names, links, pipes and devices.
        var refused = 0
        /// The walk met its limit of entries or depth, so that files are missing.
        var isCut = false
        /// The walk met its time limit.
        var isLate = false
    }

    private let workspace: Workspace
    private let deadline: Deadline
    private var entries = 0

    init(_ workspace: Workspace, deadline: Deadline) {
        self.workspace = workspace
        self.deadline = deadline
    }

    private struct OpenFolder {
        let descriptor: Int32
        let path: String
        /// In reverse, so that the next one is the last.
        var remaining: [Entry]
    }

    private struct Entry {
        let name: String
        let isFolder: Bool
    }

    /// Walks the whole workspace, or the folder at `path`.
    mutating func run(from path: WorkspacePath = WorkspacePath(components: [])) throws(ToolFailure) {
        let start = try workspace.openDescriptor(of: path, flags: O_RDONLY | O_DIRECTORY | O_NONBLOCK)
        var stack = [OpenFolder(descriptor: start, path: path.text, remaining: entries(in: start, path: path.text))]
        defer { for folder in stack { close(folder.descriptor) } }
        while !stack.isEmpty {
            if deadline.hasPassed {
                omissions.isLate = true
                return
            }
            guard let entry = stack[stack.count - 1].remaining.popLast() else {
                close(stack.removeLast().descriptor)
                continue
            }
            let folder = stack[stack.count - 1]
            let path = folder.path.isEmpty ? entry.name : "\(folder.path)/\(entry.name)"
            guard entry.isFolder else {
                files.append(path)
                continue
            }
            guard stack.count < workspace.limits.depth else {
                omissions.isCut = true
                continue
            }
            guard let opened = workspace.openFolder(entry.name, in: folder.descriptor) else {
                omissions.refused += 1
                continue
            }
            folders += 1
            stack.append(OpenFolder(descriptor: opened, path: path, remaining: entries(in: opened, path: path)))
        }
    }

    /// The sorted names in an open folder that may be read; folders end in `/`.
    mutating func names(in folder: Int32) -> [String] {
        entries(in: folder, path: "", includesSkipped: true).reversed().map { $0.isFolder ? $0.name + "/" : $0.name }
    }

    private mutating func entries(in folder: Int32, path: String, includesSkipped: Bool = false) -> [Entry] {
        // The stream owns its descriptor, and the walk needs the folder's own to open what is in it.
        let copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return [] }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return []
        }
        defer { closedir(stream) }
        var found: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." { continue }
            if entries >= workspace.limits.entries {
                omissions.isCut = true
                break
            }
            entries += 1
            guard WorkspaceRules.refusal(of: name) == nil else {
                omissions.refused += 1
                continue
            }
            switch kind(of: entry.pointee.d_type, name: name, in: folder) {
            case S_IFREG: found.append(Entry(name: name, isFolder: false))
            case S_IFDIR:
                if includesSkipped || !WorkspaceRules.skippedFolders.contains(name) {
                    found.append(Entry(name: name, isFolder: true))
                } else {
                    omissions.skippedFolderCount += 1
                    if omissions.skippedFolders.count < 20 {
                        omissions.skippedFolders.append(path.isEmpty ? name : "\(path)/\(name)")
                    }
                }
            default: omissions.refused += 1
            }
        }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.reversed()
    }

    private func kind(of type: UInt8, name: String, in folder: Int32) -> mode_t {
        switch Int(type) {
        case Int(DT_REG): return S_IFREG
        case Int(DT_DIR): return S_IFDIR
        case Int(DT_UNKNOWN):
            // Some file systems do not say in the listing.
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return 0 }
            return status.st_mode & S_IFMT
        default: return 0
        }
    }
}
