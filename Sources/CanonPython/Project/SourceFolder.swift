#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Finds the source files that arguments name.
///
/// A folder stands for every file beneath it with the suffix, hidden ones and ignored ones too: what is skipped cannot be
/// found. Symbolic links inside of it are not followed, so that nothing is read twice and no loop is walked.
public struct SourceFolder {
    let suffix: String
    /// Whether files are asked for their stamps.
    let wantsStamps: Bool
    /// Folders that are left out, by their path relative to the argument.
    let leavesOut: @Sendable (String) -> Bool
    /// Whether files of other suffixes are named, too.
    let namesOthers: Bool
    public private(set) var files: [SourceFile] = []
    /// Files of other suffixes, without those beneath a `.git` right in the argument.
    private(set) var others: [SourceFile] = []
    /// The folders that were named, in the form of their own that the system has for them; nil for a file.
    private(set) var roots: [String?] = []
    /// Folders that could not be listed, with the reason.
    public private(set) var unreadable: [(path: String, reason: SourceFailure)] = []

    public init(
        suffix: String, wantsStamps: Bool = false, namesOthers: Bool = false,
        leavesOut: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.suffix = suffix
        self.wantsStamps = wantsStamps
        self.namesOthers = namesOthers
        self.leavesOut = leavesOut
    }

    /// - Throws: the reason why there is no such file or folder.
    public mutating func add(argument: String) throws(SourceFailure) {
        var status = stat()
        guard stat(argument, &status) == 0 else { throw .last }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            files.append(
                SourceFile(
                    path: argument.utf8CString.map { $0 }, prefixLength: 0, name: argument, root: roots.count,
                    stamp: nil))
            roots.append(nil)
            return
        }
        let (first, firstOther) = (files.count, others.count)
        let prefix = argument.hasSuffix("/") ? argument : argument + "/"
        var folders: [[UInt8]] = [[]]
        while let folder = folders.popLast() { list(folder, under: Array(prefix.utf8), &folders) }
        // readdir has no order, and reports must have one.
        files[first...].sort(by: SourceFile.isBefore)
        others[firstOther...].sort(by: SourceFile.isBefore)
        roots.append(Self.resolved(argument))
    }

    private static func resolved(_ folder: String) -> String? {
        guard let path = realpath(folder, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    /// Lists one folder, by its path relative to the argument ("a/b/"), and notes the folders in it.
    private mutating func list(_ folder: [UInt8], under prefix: [UInt8], _ folders: inout [[UInt8]]) {
        let path = prefix + folder
        let wanted = Array(suffix.utf8)
        guard let directory = opendir(path.map { CChar(bitPattern: $0) } + [0]) else {
            unreadable.append((String(decoding: path, as: UTF8.self), .last))
            return
        }
        defer { closedir(directory) }
        let isGit = folder.starts(with: Self.git)
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                UnsafeRawBufferPointer(start: bytes.baseAddress, count: strlen(bytes.baseAddress!))
            }
            // "." and ".."
            if name[0] == 0x2E, name.count == 1 || name.count == 2 && name[1] == 0x2E { continue }
            let type = entry.pointee.d_type
            let isSource =
                name.count >= wanted.count
                && memcmp(name.baseAddress! + name.count - wanted.count, wanted, wanted.count) == 0
            guard isSource || namesOthers && !isGit || type == UInt8(DT_DIR) || type == UInt8(DT_UNKNOWN) else { continue }
            switch kind(of: type, path: path, name: Array(name)) {
            case UInt8(DT_DIR):
                guard !leavesOut(String(decoding: folder + name, as: UTF8.self)) else { continue }
                folders.append(folder + name + [0x2F])
            case UInt8(DT_REG) where isSource: append(folder + name, under: prefix, Array(name), in: dirfd(directory))
            case UInt8(DT_REG) where namesOthers && !isGit: others.append(file(folder + name, under: prefix, stamp: nil))
            default: break
            }
        }
    }

    private mutating func append(_ relative: [UInt8], under prefix: [UInt8], _ name: [UInt8], in directory: Int32) {
        var stamp: FileStamp?
        if wantsStamps {
            var status = stat()
            let found = (name + [0]).withUnsafeBytes { bytes in
                fstatat(directory, bytes.bindMemory(to: CChar.self).baseAddress!, &status, AT_SYMLINK_NOFOLLOW)
            }
            if found == 0 { stamp = FileStamp(status) }
        }
        files.append(file(relative, under: prefix, stamp: stamp))
    }

    private func file(_ relative: [UInt8], under prefix: [UInt8], stamp: FileStamp?) -> SourceFile {
        SourceFile(
            path: (prefix + relative).map { CChar(bitPattern: $0) } + [0], prefixLength: prefix.count,
            name: String(decoding: relative, as: UTF8.self), root: roots.count, stamp: stamp)
    }

    private static let git = Array(".git/".utf8)

    /// Some file systems do not tell the kind while listing.
    private func kind(of type: UInt8, path: [UInt8], name: [UInt8]) -> UInt8 {
        guard type == UInt8(DT_UNKNOWN) else { return type }
        var status = stat()
        guard lstat((path + name).map { CChar(bitPattern: $0) } + [0], &status) == 0 else { return type }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return UInt8(DT_DIR)
        case S_IFREG: return UInt8(DT_REG)
        default: return type
        }
    }
}
