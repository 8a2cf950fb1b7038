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
    var folder: String { scratch.path }
    private let place: WorkTreePlace
    private let scratch: ScratchFolder

    /// - Throws: ``ApplyFailure``
    init(of place: WorkTreePlace) throws {
        self.place = place
        let parent = ScratchFolder.parent
        guard parent != place.root, !parent.hasPrefix(place.root == "/" ? "/" : place.root + "/") else {
            throw ApplyFailure(
                .copy,
                "the folder for temporary files, \(parent.escapingControls), is part of the tree: set TMPDIR to one outside of it"
            )
        }
        do {
            scratch = try ScratchFolder(in: parent)
        } catch {
            throw ApplyFailure(.copy, "\(parent.escapingControls): no folder can be made there: \(error)")
        }
        root = scratch.path + "/tree/" + (place.root == "/" ? "root" : (place.root as NSString).lastPathComponent)
        do {
            try Self.makeFolder(BytePath(root))
        } catch {
            throw ApplyFailure(.copy, "\(root.escapingControls): \(error)")
        }
    }

    // MARK: Copying

    /// - Throws: ``ApplyFailure``
    func copy(isCancelled: () -> Bool, progress: (_ done: Int, _ total: Int) -> Void) throws {
        var copied = 0
        var folders = [BytePath("")]
        while let below = folders.popLast() {
            let files = try files(below: below)
            for (index, name) in files.enumerated() {
                guard !isCancelled() else { throw ApplyFailure.cancelled(.copy) }
                let path = below.appending(name)
                do {
                    // A submodule, or a repository that lies in this one, has its own idea of what is ignored.
                    if try copy(path) == .folder { folders.append(path) }
                } catch {
                    throw ApplyFailure(.copy, "\(path.shown): \(error)")
                }
                copied += 1
                progress(copied, copied + files.count - index - 1)
            }
        }
    }

    /// What git knows in the tree, or in a repository within it.
    private func files(below folder: BytePath) throws -> [BytePath] {
        guard let below = folder.text else {
            // git is started with texts as its arguments.
            throw ApplyFailure(
                .copy, "\(folder.shown): a repository whose path is not UTF-8 cannot be copied; give it another name")
        }
        let root = below.isEmpty ? place.root : "\(place.root)/\(below)"
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
            BytePath(name.last == UInt8(ascii: "/") ? name.dropLast() : name)
        }
        return Set(names).sorted()
    }

    private enum Copied { case file, folder, nothing }

    private func copy(_ path: BytePath) throws(SystemError) -> Copied {
        let source = BytePath(place.root).appending(path)
        let target = BytePath(root).appending(path)
        var status = stat()
        guard lstat(source.c, &status) == 0 else {
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
    private func copyLink(_ source: BytePath, to target: BytePath) throws(SystemError) {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            readlink(source.c, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard count >= 0 else { throw .last }
        let named = BytePath(buffer[..<count])
        let link = named.moved(from: BytePath(place.root), to: BytePath(root)) ?? named
        guard symlink(link.c, target.c) == 0 else { throw .last }
    }

    private static func copyBytes(_ source: BytePath, to target: BytePath, _ status: stat) throws(SystemError) {
        let from = open(source.c, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard from >= 0 else { throw .last }
        defer { close(from) }
        let to = open(target.c, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
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

    private static func makeParents(of path: BytePath) throws(SystemError) {
        if let parent = path.parent { try makeFolder(parent) }
    }

    private static func makeFolder(_ path: BytePath) throws(SystemError) {
        var status = stat()
        if stat(path.c, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        try makeParents(of: path)
        guard mkdir(path.c, 0o755) == 0 || errno == EEXIST else { throw .last }
    }
}
