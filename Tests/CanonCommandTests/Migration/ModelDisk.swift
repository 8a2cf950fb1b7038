import Synchronization

@testable import canon

/// A disk in memory that forgets, when its power is cut, whatever was not written to it in the way that fsync(2) asks for:
/// the bytes of a file that was not synchronized, and names in a folder that was not. Everything else about it is as bad as a
/// file system may be: of what was not synchronized, any part may have reached the disk, in any order between folders.
final class ModelDisk: Sendable {
    struct File: Equatable {
        var bytes: [UInt8]
        var attributes: FileAttributes
    }

    /// What has gone wrong so far, and what will.
    struct Plan {
        /// After so many calls the machine is off.
        var lastCall = Int.max
        /// Calls that fail, from 1, with what.
        var failures: [Int: SystemError] = [:]
        /// From this call on every one fails.
        var brokenFrom = Int.max
    }

    private struct Inode {
        var file: File
        /// What is on the disk for certain; nil before the first synchronization.
        var durable: [UInt8]?
    }

    /// A change of a name in a folder: nil takes it away.
    private struct NameChange {
        var names: [(String, Int?)]
    }

    private struct State {
        var inodes: [Inode] = []
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var folders: Set<String> = ["."]
        var pending: [String: [NameChange]] = [:]
        var calls = 0
        var plan = Plan()
    }

    static let off = SystemError(code: -2)

    private let state = Mutex(State())

    /// A disk on which these files are, for certain.
    init(_ files: [String: File]) {
        state.withLock { state in
            for (path, file) in files {
                state.names[path] = state.inodes.count
                state.inodes.append(Inode(file: file, durable: file.bytes))
            }
            state.durableNames = state.names
            state.folders = Self.folders(of: state.names.keys)
        }
    }

    private static func folders(of paths: some Sequence<String>) -> Set<String> {
        var folders: Set<String> = ["."]
        for path in paths {
            var folder = RelativePath.folder(of: path)
            while folder != "." {
                folders.insert(folder)
                folder = RelativePath.folder(of: folder)
            }
        }
        return folders
    }

    func schedule(_ plan: Plan) {
        state.withLock { state in
            state.plan = plan
            state.calls = 0
        }
    }

    var calls: Int { state.withLock { $0.calls } }
    var files: [String: File] { state.withLock { state in state.names.mapValues { state.inodes[$0].file } } }
    var folders: Set<String> { state.withLock { $0.folders } }

    /// The disk after a kill of the process: everything that was done is there.
    func afterKill() -> ModelDisk { ModelDisk(files, folders: folders) }

    /// The disk after a power cut.
    func afterPowerCut(_ random: inout some RandomNumberGenerator) -> ModelDisk {
        let state = state.withLock { $0 }
        var names = state.durableNames
        for (_, changes) in state.pending.sorted(by: { $0.key < $1.key }) {
            // Most file systems keep the order of changes; none has to.
            let keepsOrder = Bool.random(using: &random)
            let count = Int.random(in: 0...changes.count, using: &random)
            for (index, change) in changes.enumerated() {
                guard keepsOrder ? index < count : Bool.random(using: &random) else { continue }
                for (name, inode) in change.names { names[name] = inode }
            }
        }
        var files: [String: File] = [:]
        for (path, number) in names {
            let inode = state.inodes[number]
            var file = inode.file
            if inode.durable != file.bytes {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: file.bytes = inode.durable ?? []
                case 1: file.bytes = Array(file.bytes.prefix(Int.random(in: 0...file.bytes.count, using: &random)))
                default: break
                }
            }
            files[path] = file
        }
        // Folders are only ever removed when they are empty; whether that reached the disk is chance as well.
        let kept = Bool.random(using: &random) ? state.folders : []
        return ModelDisk(files, folders: kept)
    }

    private convenience init(_ files: [String: File], folders: Set<String>) {
        self.init(files)
        state.withLock { $0.folders.formUnion(folders) }
    }

    /// A part of the disk, whose paths are below a folder.
    func mount(_ folder: String) -> any FileSystem { Mount(disk: self, folder: folder) }

    /// Somebody else's write.
    func write(_ path: String, _ bytes: [UInt8]) {
        state.withLock { state in
            guard let number = state.names[path] else { return }
            state.inodes[number].file.bytes = bytes
            state.inodes[number].durable = bytes
        }
    }

    // MARK: Calls

    private func call<Result>(
        dying: (inout State) -> Void = { _ in }, _ body: (inout State) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        try state.withLock { state throws(SystemError) in
            state.calls += 1
            guard state.calls <= state.plan.lastCall else {
                if state.calls == state.plan.lastCall + 1 { dying(&state) }
                throw Self.off
            }
            if let failure = state.plan.failures[state.calls] { throw failure }
            guard state.calls < state.plan.brokenFrom else { throw SystemError(code: 5) }
            return try body(&state)
        }
    }

    private struct Mount: FileSystem {
        let disk: ModelDisk
        let folder: String

        private func at(_ path: String) -> String {
            if folder == "." { return path }
            return path == "." ? folder : "\(folder)/\(path)"
        }

        func status(of path: String) throws(SystemError) -> FileStatus? {
            try disk.call { state throws(SystemError) in
                if let number = state.names[at(path)] {
                    return FileStatus(kind: .file, attributes: state.inodes[number].file.attributes)
                }
                guard state.folders.contains(at(path)) else { return nil }
                return FileStatus(kind: .folder, attributes: FileAttributes(mode: 0o755, owner: 0, group: 0))
            }
        }

        func names(in folder: String) throws(SystemError) -> [String] {
            try disk.call { state throws(SystemError) in
                state.names.keys.filter { RelativePath.folder(of: $0) == at(folder) }.map { RelativePath.name(of: $0) }
                    .sorted()
            }
        }

        func contents(of path: String) throws(SystemError) -> [UInt8] {
            try disk.call { state throws(SystemError) in
                guard let number = state.names[at(path)] else { throw .missing }
                return state.inodes[number].file.bytes
            }
        }

        func create(_ path: String, _ bytes: [UInt8], _ attributes: FileAttributes) throws(SystemError) {
            func make(_ state: inout State, _ bytes: [UInt8]) {
                let number = state.inodes.count
                state.inodes.append(Inode(file: File(bytes: bytes, attributes: attributes)))
                Self.change(&state, [(at(path), number)])
            }
            // Whoever dies while writing leaves a part.
            try disk.call(dying: { make(&$0, Array(bytes.prefix(bytes.count / 2))) }) { state throws(SystemError) in
                guard state.names[at(path)] == nil else { throw SystemError(code: 17) }
                guard state.folders.contains(RelativePath.folder(of: at(path))) else { throw .missing }
                make(&state, bytes)
            }
        }

        func synchronize(_ path: String) throws(SystemError) {
            try disk.call { state throws(SystemError) in
                guard let number = state.names[at(path)] else { throw .missing }
                state.inodes[number].durable = state.inodes[number].file.bytes
            }
        }

        func synchronizeFolder(_ folder: String) throws(SystemError) {
            try disk.call { state throws(SystemError) in
                guard state.folders.contains(at(folder)) else { throw .missing }
                for change in state.pending.removeValue(forKey: at(folder)) ?? [] {
                    for (name, number) in change.names { state.durableNames[name] = number }
                }
            }
        }

        func rename(_ path: String, to other: String) throws(SystemError) {
            try disk.call { state throws(SystemError) in
                guard let number = state.names[at(path)] else { throw .missing }
                Self.change(&state, [(at(path), nil), (at(other), number)])
            }
        }

        func remove(_ path: String) throws(SystemError) {
            try disk.call { state throws(SystemError) in
                guard state.names[at(path)] != nil else { throw .missing }
                Self.change(&state, [(at(path), nil)])
            }
        }

        func removeFolder(_ folder: String) throws(SystemError) {
            try disk.call { state throws(SystemError) in
                let path = at(folder)
                guard !state.names.keys.contains(where: { $0.hasPrefix(path + "/") }),
                    !state.folders.contains(where: { $0.hasPrefix(path + "/") })
                else { throw SystemError(code: 39) }
                state.folders.remove(path)
            }
        }

        private static func change(_ state: inout State, _ names: [(String, Int?)]) {
            for (name, number) in names { state.names[name] = number }
            state.pending[RelativePath.folder(of: names[0].0), default: []].append(NameChange(names: names))
        }
    }
}
