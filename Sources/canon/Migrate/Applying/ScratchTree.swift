import CoreFoundation
import Foundation

/// A copy of a work tree as git sees it: tracked files, and untracked ones that nobody ignores. What is tried there cannot
/// reach the tree itself: bytes are copied, never linked.
///
/// It is gone when its owner is.
final class ScratchTree {
    /// The root of the copy. It has the name of the original's, which some programs look at.
    let root: String
    /// Where what is not part of the tree may be written.
    let folder: String
    private let place: WorkTreePlace

    /// - Throws: ``ApplyFailure``
    init(of place: WorkTreePlace) throws {
        self.place = place
        let parent = Self.resolved(FileManager.default.temporaryDirectory.path)
        guard parent != place.root, !parent.hasPrefix(place.root == "/" ? "/" : place.root + "/") else {
            throw ApplyFailure(
                .copy,
                "the folder for temporary files, \(parent.escapingControls), is part of the tree: set TMPDIR to one outside of it"
            )
        }
        var template = Array("\(parent == "/" ? "" : parent)/canon-migrate-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ApplyFailure(.copy, "\(parent.escapingControls): no folder can be made there: \(SystemError.last)")
        }
        folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        root = folder + "/tree/" + (place.root == "/" ? "root" : (place.root as NSString).lastPathComponent)
        try Self.makeFolder(root)
    }

    deinit {
        guard (try? FileManager.default.removeItem(atPath: folder)) == nil else { return }
        // A program that was run there may have left folders that it could not write in itself.
        for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
            let path = folder + "/" + name
            if FileReading.isDirectory(path) { chmod(path, 0o700) }
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    // MARK: Copying

    /// - Throws: ``ApplyFailure``
    func copy(isCancelled: () -> Bool, progress: (_ done: Int, _ total: Int) -> Void) throws {
        var copied = 0
        var folders: [String] = [""]
        while let below = folders.popLast() {
            let files = try Self.files(of: below.isEmpty ? place.root : "\(place.root)/\(below)")
            for (index, name) in files.enumerated() {
                guard !isCancelled() else { throw ApplyFailure.cancelled(.copy) }
                let path = below.isEmpty ? name : "\(below)/\(name)"
                do {
                    // A submodule, or a repository that lies in this one, has its own idea of what is ignored.
                    if try copy(path) == .folder { folders.append(path) }
                } catch {
                    throw ApplyFailure(.copy, "\(path.escapingControls): \(error)")
                }
                copied += 1
                progress(copied, copied + files.count - index - 1)
            }
        }
    }

    private static func files(of root: String) throws -> [String] {
        // A submodule that was never fetched is an empty folder, and git would answer for the repository around it.
        guard let repository = GitRepository(containing: root), access(root + "/.git", F_OK) == 0 else { return [] }
        let output: [UInt8]
        do {
            output = try repository.run(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        } catch let failure as CommandFailure {
            throw ApplyFailure(.copy, failure.description)
        }
        // One in a merge has several entries; a repository in this one ends in a slash.
        let names = output.split(separator: 0).map { name in
            String(decoding: name.last == UInt8(ascii: "/") ? name.dropLast() : name, as: UTF8.self)
        }
        return Set(names).sorted()
    }

    private enum Copied { case file, folder, nothing }

    private func copy(_ path: String) throws(SystemError) -> Copied {
        let source = "\(place.root)/\(path)"
        let target = "\(root)/\(path)"
        var status = stat()
        guard lstat(source, &status) == 0 else {
            // Deleted and not committed, or left out by a sparse checkout.
            if errno == ENOENT || errno == ENOTDIR { return .nothing }
            throw .last
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFLNK:
            try Self.makeParents(of: target)
            try copyLink(source, to: target)
        case S_IFREG:
            try Self.makeParents(of: target)
            try Self.copyBytes(source, to: target, status)
        default: return .nothing
        }
        return .file
    }

    /// A link that names its target from the root of the machine, within the tree, leads into the copy.
    private func copyLink(_ source: String, to target: String) throws(SystemError) {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            readlink(source, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard count >= 0 else { throw .last }
        var text = String(decoding: buffer[..<count], as: UTF8.self)
        if text == place.root || text.hasPrefix(place.root + "/") { text = root + text.dropFirst(place.root.count) }
        guard symlink(text, target) == 0 else { throw .last }
    }

    private static func copyBytes(_ source: String, to target: String, _ status: stat) throws(SystemError) {
        let from = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard from >= 0 else { throw .last }
        defer { close(from) }
        let to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard to >= 0 else { throw .last }
        defer { close(to) }
        var chunk = [UInt8](repeating: 0, count: 1 << 17)
        while true {
            let count = read(from, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .last }
            guard count > 0 else { break }
            var rest = chunk[..<count]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(to, $0.baseAddress, $0.count) }
                if written < 0 && errno == EINTR { continue }
                guard written >= 0 else { throw .last }
                rest = rest.dropFirst(written)
            }
        }
        guard fchmod(to, status.st_mode & 0o777) == 0 else { throw .last }
        #if canImport(Darwin)
            var times = [status.st_atimespec, status.st_mtimespec]
        #else
            var times = [status.st_atim, status.st_mtim]
        #endif
        // What builds by age sees the ages of the original.
        futimens(to, &times)
    }

    private static func makeParents(of path: String) throws(SystemError) {
        let parent = (path as NSString).deletingLastPathComponent
        guard !FileReading.isDirectory(parent) else { return }
        try makeParents(of: parent)
        guard mkdir(parent, 0o755) == 0 || errno == EEXIST else { throw .last }
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try makeParents(of: path + "/.")
        } catch {
            throw ApplyFailure(.copy, "\(path.escapingControls): \(error)")
        }
    }
}
