internal import CanonFacts
private import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The facts of one folder's files on disk: an index with a line for each file, and the stored facts behind each other.
///
/// The index is small, is read whole and replaced whole (written under another name, then renamed). The facts lie in a file of
/// their own, to which a run appends what is new; it is named by a random number, which the index holds. When more than half
/// of it is facts that nobody needs any more it is written anew.
///
/// A run that writes holds a lock on the file of facts, and gives up writing when there is one already or when the index is no
/// longer the one that it read. So nothing that an index speaks of is ever overwritten. Facts carry a checksum, which is
/// checked when they are taken.
final class FactPack: Sendable {
    static let indexSuffix = ".index"
    private static let factsSuffix = ".facts"

    /// One file, in the order in which it is stored.
    struct Entry: BitwiseCopyable {
        var stamp: FileStamp
        /// When the file was about to be read, in nanoseconds since 1970.
        var readAt: Int64
        var digest: ContentDigest
        /// Where its facts are.
        var offset: UInt64
        var length: UInt32
        var nameStart: UInt32
        var nameEnd: UInt32
        var unused: UInt32 = 0
    }

    /// What an index begins with.
    struct Header: BitwiseCopyable {
        var marker = UInt64(0x3249_5443_4146_4E43)  // "CNFACTI2"
        /// Changes with every write.
        var sequence: UInt64 = 0
        /// Names the file of facts.
        var generation: UInt64 = 0
        /// Where the next facts would be put.
        var end: UInt64 = 0
        /// The folder whose files they are, as a hash, and how many there are.
        var folder: UInt64 = 0
        var entryCount: UInt64 = 0
        var nameBytes: UInt64 = 0
        /// Of the digests of contents.
        var key = DigestKey()
    }

    let path: String
    let state: FactCache.State
    private let folder: UInt64
    /// As it was read; without entries, and with a key of its own, when there is none that can be used.
    private let header: Header
    private let index: [UInt8]
    private let hasher: ContentHasher
    /// The file of facts that the index speaks of; negative when there is none.
    private let descriptor: Int32
    private let writer: Mutex<Writer>

    /// What a run adds.
    private struct Writer {
        var phase = Phase.idle
        /// What is kept of each file of this run, by its number.
        var entries: [Int: Entry] = [:]
        /// Something is to be stored that the index does not say.
        var isChanged = false
    }

    private enum Phase {
        case idle
        /// The lock is held. `end`: where the next facts go.
        case writing(descriptor: Int32, generation: UInt64, end: UInt64)
        /// Somebody else is writing, or it failed.
        case given
    }

    init(path: String, folder: String, state: FactCache.State) {
        self.path = path
        self.state = state
        var text = folder
        self.folder = text.withUTF8 { ContentHash.checksum(of: UnsafeRawBufferPointer($0)) }
        var header = Header(key: .random())
        var index: [UInt8] = []
        var descriptor: Int32 = -1
        if let found = Self.readIndex(path + Self.indexSuffix), found.header.folder == self.folder {
            descriptor = open(
                Self.factsPath(path, found.header.generation), O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            if descriptor < 0, errno == EACCES || errno == EROFS {
                descriptor = open(Self.factsPath(path, found.header.generation), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            }
            if descriptor >= 0 { (header, index) = found }
        }
        self.header = header
        self.index = index
        hasher = ContentHasher(key: header.key)
        self.descriptor = descriptor
        writer = Mutex(Writer())
    }

    deinit {
        // A lock ends with its descriptor.
        writer.withLock {
            if case .writing(let own, _, _) = $0.phase, own != descriptor { close(own) }
        }
        if descriptor >= 0 { close(descriptor) }
    }

    // MARK: Reading

    /// The entry of a file, by its path relative to the folder.
    ///
    /// - Parameter guess: the place at which it is when no file came or went.
    func entry(named name: UnsafeRawBufferPointer, near guess: Int = 0) -> Entry? {
        index.withUnsafeBytes { bytes in
            if guess < Int(header.entryCount) {
                let entry = Self.entry(guess, in: bytes)
                let other = Self.name(of: entry, header, in: bytes)
                if other.count == name.count, memcmp(other.baseAddress!, name.baseAddress!, name.count) == 0 {
                    return entry
                }
            }
            var low = 0
            var high = Int(header.entryCount)
            while low < high {
                let middle = (low + high) / 2
                let entry = Self.entry(middle, in: bytes)
                let other = Self.name(of: entry, header, in: bytes)
                let order = memcmp(other.baseAddress!, name.baseAddress!, min(other.count, name.count))
                if order == 0, other.count == name.count { return entry }
                if order < 0 || order == 0 && other.count < name.count { low = middle + 1 } else { high = middle }
            }
            return nil
        }
    }

    /// Whether the file is the one that was read, as far as its stamp tells.
    static func isCurrent(_ entry: Entry, _ stamp: FileStamp) -> Bool {
        entry.stamp == stamp && stamp.isOlder(than: entry.readAt)
    }

    /// What tells the contents of a file of this pack from all others.
    func digest(of source: UnsafeRawBufferPointer) -> ContentDigest { hasher.digest(of: source) }

    /// The facts of an entry; nil when they are damaged.
    func facts(of entry: Entry) -> FileFacts? {
        withUnsafeTemporaryAllocation(byteCount: Int(entry.length), alignment: 16) { buffer in
            guard CacheFolder.read(buffer, from: descriptor, at: entry.offset) else { return nil }
            return FileFacts(stored: UnsafeRawBufferPointer(buffer))
        }
    }

    private static func readIndex(_ path: String) -> (header: Header, bytes: [UInt8])? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        let least = MemoryLayout<Header>.size + MemoryLayout<UInt64>.size
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) >= least,
            status.st_size < 1 << 30
        else { return nil }
        let count = Int(status.st_size)
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            isWhole = CacheFolder.read(UnsafeMutableRawBufferPointer(buffer), from: descriptor, at: 0)
            initialized = isWhole ? count : 0
        }
        guard isWhole else { return nil }
        return bytes.withUnsafeBytes { raw in
            let header = raw.loadUnaligned(as: Header.self)
            let payload = UnsafeRawBufferPointer(rebasing: raw[..<(count - MemoryLayout<UInt64>.size)])
            guard header.marker == Header().marker,
                raw.loadUnaligned(fromByteOffset: payload.count, as: UInt64.self) == ContentHash.checksum(of: payload),
                header.entryCount < 1 << 30, header.nameBytes < 1 << 30,
                payload.count == MemoryLayout<Header>.size + Int(header.entryCount) * MemoryLayout<Entry>.stride
                    + Int(header.nameBytes)
            else { return nil }
            return (header, bytes)
        }
    }

    private static func entry(_ number: Int, in bytes: UnsafeRawBufferPointer) -> Entry {
        bytes.loadUnaligned(
            fromByteOffset: MemoryLayout<Header>.size + number * MemoryLayout<Entry>.stride, as: Entry.self)
    }

    private static func name(
        of entry: Entry, _ header: Header, in bytes: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        let names = MemoryLayout<Header>.size + Int(header.entryCount) * MemoryLayout<Entry>.stride
        return UnsafeRawBufferPointer(rebasing: bytes[(names + Int(entry.nameStart))..<(names + Int(entry.nameEnd))])
    }

    private static func factsPath(_ path: String, _ generation: UInt64) -> String {
        "\(path).\(String(generation, radix: 16))\(factsSuffix)"
    }

    // MARK: Writing

    /// Notes that a file of this run is as its entry says.
    func keep(_ entry: Entry, ofFile number: Int) { writer.withLock { $0.entries[number] = entry } }

    /// Notes that the contents of a file are those of its entry, though its stamp is another.
    func renew(_ entry: Entry, stamp: FileStamp, readAt: Int64, ofFile number: Int) {
        var renewed = entry
        renewed.stamp = stamp
        renewed.readAt = readAt
        writer.withLock {
            $0.entries[number] = renewed
            // A file that was written just now has to be read the next time as well, whatever is noted.
            if stamp.isOlder(than: readAt) { $0.isChanged = true }
        }
    }

    /// Stores the facts of a file. A failure is no error: the next run reads the file again.
    func store(_ facts: borrowing FileFacts, stamp: FileStamp, readAt: Int64, digest: ContentDigest, ofFile number: Int)
    {
        guard state.failure == nil, reserve(0) != nil else { return }
        var bytes: [UInt8] = []
        facts.encode(into: &bytes)
        guard bytes.count < UInt32.max, let place = reserve(bytes.count) else { return }
        if let failure = bytes.withUnsafeBytes({ CacheFolder.write($0, to: place.descriptor, at: place.offset) }) {
            return state.fail(failure)
        }
        writer.withLock {
            $0.entries[number] = Entry(
                stamp: stamp, readAt: readAt, digest: digest, offset: place.offset, length: UInt32(bytes.count),
                nameStart: 0, nameEnd: 0)
            $0.isChanged = true
        }
        state.noteWritten()
    }

    /// Room for some bytes in the file of facts.
    private func reserve(_ count: Int) -> (descriptor: Int32, offset: UInt64)? {
        writer.withLock { writer in
            if case .idle = writer.phase { writer.phase = begin() }
            guard case .writing(let own, let generation, let end) = writer.phase else { return nil }
            guard end + UInt64(count) <= UInt64(state.limitBytes) else {
                state.fail(SourceFailure(code: EFBIG))
                return nil
            }
            writer.phase = .writing(descriptor: own, generation: generation, end: end + UInt64(count))
            return (own, end)
        }
    }

    /// Takes the lock on the file of facts, or begins a new one.
    private func begin() -> Phase {
        if descriptor >= 0 {
            // The index is read again under the lock: whoever wrote since then appended where we would.
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return .given }
            if Self.readIndex(path + Self.indexSuffix)?.header.sequence == header.sequence {
                return .writing(descriptor: descriptor, generation: header.generation, end: header.end)
            }
            flock(descriptor, LOCK_UN)
            return .given
        }
        return beginAnew()
    }

    private func beginAnew() -> Phase {
        let generation = UInt64.random(in: 1 ... .max)
        switch CacheFolder.create(Self.factsPath(path, generation)) {
        case .failure(let failure):
            state.fail(failure)
            return .given
        case .success(let own):
            flock(own, LOCK_EX | LOCK_NB)
            return .writing(descriptor: own, generation: generation, end: 0)
        }
    }

    /// Writes the index, when this run found something that it does not say.
    ///
    /// - Parameters:
    ///   - files: the files of the folder as they are now; their numbers are those of ``keep(_:ofFile:)`` and the like.
    ///   - keepsOthers: there may be files that this run did not look at. (What is deleted meanwhile stays until a run that
    ///     looks at all.)
    func finish(_ files: some Collection<(number: Int, file: SourceFile)>, keepsOthers: Bool) {
        writer.withLock { writer in
            defer { end(&writer) }
            let isComplete = keepsOthers || writer.entries.count == Int(header.entryCount)
            guard state.failure == nil, writer.isChanged || !isComplete else { return }
            if case .idle = writer.phase { writer.phase = begin() }
            guard case .writing(let own, let generation, let place) = writer.phase else { return }
            var lines: [Line] = []
            for (number, file) in files {
                if let entry = writer.entries[number] {
                    lines.append(Line(name: file.withRelativePath { Array($0) }, entry: entry))
                }
            }
            if keepsOthers { addOthers(to: &lines) }
            let live = lines.reduce(UInt64(0)) { $0 + UInt64($1.entry.length) }
            if place > 2 * live + 1 << 20, let moved = compact(&lines, from: own) {
                writeIndex(lines, generation: moved.generation, end: moved.end)
                close(moved.descriptor)
                if state.failure != nil { unlink(Self.factsPath(path, moved.generation)) }
            } else {
                writeIndex(lines, generation: generation, end: place)
            }
        }
        if state.failure == nil { removeOtherGenerations() }
    }

    private struct Line {
        var name: [UInt8]
        var entry: Entry
    }

    /// The entries of the index that are not among the lines, which become sorted again.
    private func addOthers(to lines: inout [Line]) {
        let known = Set(lines.map(\.name))
        index.withUnsafeBytes { bytes in
            for number in 0..<Int(header.entryCount) {
                let entry = Self.entry(number, in: bytes)
                let name = Array(Self.name(of: entry, header, in: bytes))
                if !known.contains(name) { lines.append(Line(name: name, entry: entry)) }
            }
        }
        lines.sort { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Gives the lock back; of a file of facts that has no index nothing is left.
    private func end(_ writer: inout Writer) {
        if case .writing(let own, let generation, _) = writer.phase {
            if own == descriptor { flock(own, LOCK_UN) } else { close(own) }
            if state.failure != nil, own != descriptor { unlink(Self.factsPath(path, generation)) }
        }
        writer.phase = .given
    }

    /// Copies the facts that are still needed to a new file.
    private func compact(
        _ lines: inout [Line], from old: Int32
    ) -> (descriptor: Int32, generation: UInt64, end: UInt64)? {
        guard case .writing(let new, let generation, var end) = beginAnew() else { return nil }
        var buffer: [UInt8] = []
        for place in lines.indices {
            let length = Int(lines[place].entry.length)
            if buffer.count < length { buffer = [UInt8](repeating: 0, count: length) }
            let failure = buffer.withUnsafeMutableBytes { bytes -> SourceFailure? in
                let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<length])
                guard CacheFolder.read(part, from: old, at: lines[place].entry.offset) else {
                    return SourceFailure(code: EIO)
                }
                return CacheFolder.write(UnsafeRawBufferPointer(part), to: new, at: end)
            }
            if let failure {
                state.fail(failure)
                close(new)
                unlink(Self.factsPath(path, generation))
                return nil
            }
            lines[place].entry.offset = end
            end += UInt64(length)
        }
        return (new, generation, end)
    }

    private func writeIndex(_ lines: [Line], generation: UInt64, end: UInt64) {
        var names: [UInt8] = []
        var records: [UInt8] = []
        records.reserveCapacity(lines.count * MemoryLayout<Entry>.stride)
        for line in lines {
            var entry = line.entry
            entry.nameStart = UInt32(names.count)
            names += line.name
            entry.nameEnd = UInt32(names.count)
            withUnsafeBytes(of: entry) { records.append(contentsOf: $0) }
        }
        let header = Header(
            sequence: .random(in: 1 ... .max), generation: generation, end: end, folder: folder,
            entryCount: UInt64(lines.count), nameBytes: UInt64(names.count), key: header.key)
        var bytes = withUnsafeBytes(of: header) { Array($0) }
        bytes += records
        bytes += names
        let checksum = bytes.withUnsafeBytes { ContentHash.checksum(of: $0) }
        withUnsafeBytes(of: checksum) { bytes.append(contentsOf: $0) }
        if let failure = bytes.withUnsafeBytes({ CacheFolder.replace(path + Self.indexSuffix, with: $0) }) {
            state.fail(failure)
        }
    }

    // MARK: Files

    /// The files of facts that the index no longer speaks of, unless somebody is writing one.
    private func removeOtherGenerations() {
        guard let current = Self.readIndex(path + Self.indexSuffix)?.header else { return }
        guard current.sequence != header.sequence, let slash = path.lastIndex(of: "/") else { return }
        let folder = String(path[..<slash])
        let own = Self.factsPath(path, current.generation)
        for name in CacheFolder.names(in: folder) where name.hasSuffix(Self.factsSuffix) {
            let other = "\(folder)/\(name)"
            if other.hasPrefix(path + "."), other != own, !Self.isInUse(other) { unlink(other) }
        }
    }

    /// Whether somebody holds the lock of a file.
    static func isInUse(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    /// Where an answer that was computed from all files is kept.
    var answerPath: String { path + KeptAnswer.suffix }
    func answerPath(_ slot: PythonProject.AnswerSlot) -> String { path + KeptAnswer.suffix(slot) }
    /// Where what was found out about single files is kept.
    var partsPath: String { path + KeptAnswer.partsSuffix }

    /// The files of a pack, the index first.
    static func files(index path: String) -> [String] {
        let pack = String(path.dropLast(indexSuffix.count))
        return [path, pack + KeptAnswer.suffix, pack + KeptAnswer.partsSuffix]
            + PythonProject.AnswerSlot.allCases.map { pack + KeptAnswer.suffix($0) }
            + (readIndex(path).map { [factsPath(pack, $0.header.generation)] } ?? [])
    }
}
