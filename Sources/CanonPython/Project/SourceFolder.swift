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
    private let lister: Lister
    private let jobs: Int
    public private(set) var files: [SourceFile] = []
    /// Files of other suffixes, without those beneath a `.git` right in the argument.
    private(set) var others: [SourceFile] = []
    /// The folders that were named, in the form of their own that the system has for them; nil for a file.
    private(set) var roots: [String?] = []
    /// Folders that could not be listed, with the reason.
    public private(set) var unreadable: [(path: String, reason: SourceFailure)] = []

    /// - Parameters:
    ///   - jobs: how many threads list folders.
    ///   - wantsStamps: whether files are asked for their stamps.
    ///   - namesOthers: whether files of other suffixes are named, too.
    ///   - leavesOut: folders that are left out, by their path relative to the argument.
    public init(
        suffix: String, jobs: Int = 1, wantsStamps: Bool = false, namesOthers: Bool = false,
        leavesOut: (@Sendable (String) -> Bool)? = nil
    ) {
        lister = Lister(
            suffix: Array(suffix.utf8), wantsStamps: wantsStamps, namesOthers: namesOthers, leavesOut: leavesOut)
        self.jobs = jobs
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
        let root = roots.count
        let prefix = Array((argument.hasSuffix("/") ? argument : argument + "/").utf8)
        let lister = lister
        var listings: [Listing] = []
        // All folders of one depth, then those in them.
        var folders: [[UInt8]] = [[]]
        while !folders.isEmpty {
            let level = folders
            folders = []
            var next = listings.count + level.count
            for var listing in ParallelWork.map(
                level.indices, jobs: jobs, makeWorker: {}, { lister.list(level[$1], under: prefix, root: root) })
            {
                listing.firstInside = next
                next += listing.folders.count
                folders += listing.folders
                if let reason = listing.failure { unreadable.append((listing.path, reason)) }
                listings.append(listing)
            }
        }
        take(0, of: listings)
        roots.append(Self.resolved(argument))
    }

    /// Adds the files of a folder and of those inside of it, in the order of the bytes of their paths: what is inside of a folder
    /// stands where the folder stands with a slash behind its name.
    private mutating func take(_ number: Int, of listings: [Listing]) {
        let listing = listings[number]
        var (nextFile, nextOther) = (0, 0)
        for (inside, folder) in listing.folders.enumerated() {
            while nextFile < listing.files.count, listing.files[nextFile].isBefore(folder: folder) {
                files.append(listing.files[nextFile])
                nextFile += 1
            }
            while nextOther < listing.others.count, listing.others[nextOther].isBefore(folder: folder) {
                others.append(listing.others[nextOther])
                nextOther += 1
            }
            take(listing.firstInside + inside, of: listings)
        }
        files += listing.files[nextFile...]
        others += listing.others[nextOther...]
    }

    private static func resolved(_ folder: String) -> String? {
        guard let path = realpath(folder, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}

/// What stands in one folder, without what stands in those inside of it, each sorted by the bytes of their paths: readdir has no
/// order, and reports must have one.
private struct Listing: Sendable {
    /// The path of the folder.
    var path: String
    var files: [SourceFile] = []
    var others: [SourceFile] = []
    /// By their paths relative to the argument: "a/b/".
    var folders: [[UInt8]] = []
    /// The number of the listing of the first of these folders; the others follow.
    var firstInside = 0
    var failure: SourceFailure?
}

private struct Lister: Sendable {
    let suffix: [UInt8]
    let wantsStamps: Bool
    let namesOthers: Bool
    let leavesOut: (@Sendable (String) -> Bool)?

    /// Lists one folder, by its path relative to the argument.
    func list(_ folder: [UInt8], under prefix: [UInt8], root: Int) -> Listing {
        let path = prefix + folder
        var listing = Listing(path: String(decoding: path, as: UTF8.self))
        guard let directory = opendir(path.map { CChar(bitPattern: $0) } + [0]) else {
            listing.failure = .last
            return listing
        }
        defer { closedir(directory) }
        let wantsOthers = namesOthers && !folder.starts(with: Self.git)
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                UnsafeRawBufferPointer(start: bytes.baseAddress, count: strlen(bytes.baseAddress!))
            }
            // "." and ".."
            if name[0] == 0x2E, name.count == 1 || name.count == 2 && name[1] == 0x2E { continue }
            let type = entry.pointee.d_type
            let isSource =
                name.count >= suffix.count
                && memcmp(name.baseAddress! + name.count - suffix.count, suffix, suffix.count) == 0
            guard isSource || wantsOthers || type == UInt8(DT_DIR) || type == UInt8(DT_UNKNOWN) else { continue }
            switch kind(of: type, path: path, name: name) {
            case UInt8(DT_DIR):
                if let leavesOut, leavesOut(String(decoding: folder + name, as: UTF8.self)) { continue }
                listing.folders.append(folder + name + [0x2F])
            case UInt8(DT_REG) where isSource || wantsOthers:
                let stamp = wantsStamps ? Self.stamp(of: name, in: dirfd(directory)) : nil
                let file = file(name, in: folder, under: prefix, root: root, stamp: stamp)
                if isSource { listing.files.append(file) } else { listing.others.append(file) }
            default: break
            }
        }
        listing.files = Self.sorted(listing.files)
        listing.others = Self.sorted(listing.others)
        listing.folders.sort { $0.lexicographicallyPrecedes($1) }
        return listing
    }

    private func file(
        _ name: UnsafeRawBufferPointer, in folder: [UInt8], under prefix: [UInt8], root: Int, stamp: FileStamp?
    ) -> SourceFile {
        let path = Self.terminated(prefix, folder, name)
        let relative = path.withUnsafeBytes { String(decoding: $0[prefix.count..<$0.count - 1], as: UTF8.self) }
        return SourceFile(path: path, prefixLength: prefix.count, name: relative, root: root, stamp: stamp)
    }

    /// Their places are sorted, and each of them is moved once: a file is three references and more.
    private static func sorted(_ files: [SourceFile]) -> [SourceFile] {
        files.withUnsafeBufferPointer { files in
            files.indices.sorted { SourceFile.isBefore(files[$0], files[$1]) }.map { files[$0] }
        }
    }

    private static let git = Array(".git/".utf8)

    private static func stamp(of name: UnsafeRawBufferPointer, in directory: Int32) -> FileStamp? {
        var status = stat()
        // The name of an entry ends with a NUL.
        let text = name.baseAddress!.assumingMemoryBound(to: CChar.self)
        return fstatat(directory, text, &status, AT_SYMLINK_NOFOLLOW) == 0 ? FileStamp(status) : nil
    }

    /// A path as the system wants it.
    private static func terminated(_ prefix: [UInt8], _ folder: [UInt8], _ name: UnsafeRawBufferPointer) -> [CChar] {
        let size = prefix.count + folder.count + name.count + 1
        return [CChar](unsafeUninitializedCapacity: size) { path, count in
            let bytes = UnsafeMutableRawBufferPointer(path)
            bytes.copyBytes(from: prefix)
            UnsafeMutableRawBufferPointer(rebasing: bytes[prefix.count...]).copyBytes(from: folder)
            UnsafeMutableRawBufferPointer(rebasing: bytes[(prefix.count + folder.count)...]).copyMemory(from: name)
            bytes[size - 1] = 0
            count = size
        }
    }

    /// Some file systems do not tell the kind while listing.
    private func kind(of type: UInt8, path: [UInt8], name: UnsafeRawBufferPointer) -> UInt8 {
        guard type == UInt8(DT_UNKNOWN) else { return type }
        var status = stat()
        guard lstat(Self.terminated(path, [], name), &status) == 0 else { return type }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return UInt8(DT_DIR)
        case S_IFREG: return UInt8(DT_REG)
        default: return type
        }
    }
}
