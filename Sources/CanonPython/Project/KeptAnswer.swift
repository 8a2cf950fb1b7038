internal import CanonFacts
private import Crypto

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

// What somebody computed from all files of a folder, kept beside its facts: as long as no file changes, nobody computes it again.
extension PythonProject {
    /// What ``keep(_:to:)`` was told last, when it was asked the same of this very state of the folder.
    ///
    /// - Parameter question: everything else that the answer depends on; the build of the program and the version of the grammar
    ///   belong to the cache already.
    /// - Returns: nil without a cache, when any file came, went or changed since then, and always with `verifiesCache`: whoever
    ///   does not believe what the file system says cannot be answered by it.
    public func keptAnswer(to question: [UInt8]) -> [UInt8]? {
        guard !verifiesCache, let pack = packs.first ?? nil, let key = key(of: question) else { return nil }
        return KeptAnswer.read(pack.answerPath, key: key)
    }

    /// Keeps an answer for ``keptAnswer(to:)``, instead of the one before. A failure is no error: the next run computes it again.
    public func keep(_ answer: [UInt8], to question: [UInt8]) {
        guard let pack = packs.first ?? nil, let key = key(of: question) else { return }
        keep(answer, key, at: pack.answerPath, of: pack)
    }

    /// What is kept besides the answer about the files on disk: answers about states that version control keeps.
    public enum AnswerSlot: String, CaseIterable, Sendable {
        case base, staged
    }

    /// A question that the contents of files answer, wherever they are kept, as a hash.
    public struct ContentKey: Sendable {
        fileprivate let digest: AnswerKey
    }

    /// - Parameter question: everything that the answer depends on, the contents of all files among it: those on disk say nothing
    ///   about it.
    /// - Returns: nil when nothing is kept here.
    public func contentKey(of question: [UInt8]) -> ContentKey? {
        guard packs.count == 1, packs[0] != nil, let folder = folders[0] else { return nil }
        return ContentKey(
            digest: (Array("contents\0\(folder)\0".utf8) + question).withUnsafeBytes { AnswerKey(of: $0) })
    }

    /// What ``keep(_:to:in:)`` was told last, when it was asked the same.
    public func keptAnswer(to key: ContentKey, in slot: AnswerSlot) -> [UInt8]? {
        guard !verifiesCache, let pack = packs.first ?? nil else { return nil }
        return KeptAnswer.read(pack.answerPath(slot), key: key.digest)
    }

    /// Keeps an answer for ``keptAnswer(to:in:)``, instead of the one before in the same slot.
    public func keep(_ answer: [UInt8], to key: ContentKey, in slot: AnswerSlot) {
        guard let pack = packs.first ?? nil else { return }
        keep(answer, key.digest, at: pack.answerPath(slot), of: pack)
    }

    /// What ``keep(parts:)`` was told last; nil with `verifiesCache`, as for answers.
    public func keptParts() -> [UInt8]? {
        guard !verifiesCache, let pack = packs.first ?? nil, let key = partsKey else { return nil }
        return KeptAnswer.read(pack.partsPath, key: key)
    }

    /// Keeps what was computed from single files, whose identities (``allFiles``) are in it: whoever reads it takes what belongs to
    /// a file that is still the same.
    public func keep(parts: [UInt8]) {
        guard let pack = packs.first ?? nil, let key = partsKey else { return }
        keep(parts, key, at: pack.partsPath, of: pack)
    }

    private func keep(_ bytes: [UInt8], _ key: AnswerKey, at path: String, of pack: FactPack) {
        // It is not to drive out the facts.
        guard let cache, pack.state.failure == nil, bytes.count <= pack.state.limitBytes / 4 else { return }
        if let failure = KeptAnswer.write(bytes, key: key, to: path) { return pack.state.fail(failure) }
        cache.removeExcess()
    }

    /// Of parts: the folder alone.
    private var partsKey: AnswerKey? {
        guard packs.count == 1, let folder = folders[0] else { return nil }
        return Array("parts\0\(folder)".utf8).withUnsafeBytes { AnswerKey(of: $0) }
    }

    /// A hash over the question and this state of the folder; nil when the state cannot be told from every other one.
    ///
    /// A state is the names of all files with what the file system says of each. A file that is read later than it was found
    /// may have changed in between: then it has another stamp from then on, because every stamp here is too old to be that of a
    /// change since the search began. So what was made of the changed file is never found again.
    private func key(of question: [UInt8]) -> AnswerKey? {
        guard namesOthers, !isPartial, packs.count == 1, let folder = folders[0] else { return nil }
        var bytes = Array(folder.utf8) + [0]
        bytes.reserveCapacity(question.count + (files.count + others.count) * 128)
        bytes += question
        withUnsafeBytes(of: (question.count, files.count)) { bytes += $0 }
        for list in [files, others] {
            for file in list {
                guard let stamp = file.stamp, stamp.isOlder(than: soughtAt) else { return nil }
                file.withRelativePath { bytes += $0 }
                bytes.append(0)
                withUnsafeBytes(of: stamp) { bytes += $0 }
            }
        }
        return bytes.withUnsafeBytes { AnswerKey(of: $0) }
    }
}

/// A SHA-256 over everything that an answer depends on.
struct AnswerKey: Equatable, BitwiseCopyable {
    private var a: UInt64 = 0
    private var b: UInt64 = 0
    private var c: UInt64 = 0
    private var d: UInt64 = 0

    init() {}

    init(of bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        self = hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: AnswerKey.self) }
    }

    /// Some of it.
    var word: UInt64 { a }
}

/// The file of one answer: a header, the answer, and a checksum of both. It is replaced whole.
enum KeptAnswer {
    static let suffix = ".answer"
    static let partsSuffix = ".parts"
    static func suffix(_ slot: PythonProject.AnswerSlot) -> String { ".\(slot.rawValue)\(suffix)" }

    private struct Header: BitwiseCopyable {
        var marker = UInt64(0x3153_4E41_4E41_4E43)  // "CNANANS1"
        var key: AnswerKey
        var count: UInt64
    }

    /// Nil when there is none to this key, or it is damaged.
    static func read(_ path: String, key: AnswerKey) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        let headerSize = MemoryLayout<Header>.size
        let least = headerSize + MemoryLayout<UInt64>.size
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) >= least,
            status.st_size < 1 << 30
        else { return nil }
        // Most often another state is kept: the header alone tells.
        var header = Header(key: AnswerKey(), count: 0)
        guard withUnsafeMutableBytes(of: &header, { CacheFolder.read($0, from: descriptor, at: 0) }),
            header.marker == Header(key: key, count: 0).marker, header.key == key,
            header.count == UInt64(Int(status.st_size) - least)
        else { return nil }
        let count = Int(header.count)
        var checksum: UInt64 = 0
        guard
            withUnsafeMutableBytes(
                of: &checksum, { CacheFolder.read($0, from: descriptor, at: UInt64(headerSize + count)) })
        else { return nil }
        var isWhole = false
        let answer = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            isWhole = CacheFolder.read(
                UnsafeMutableRawBufferPointer(buffer), from: descriptor, at: UInt64(headerSize))
            initialized = isWhole ? count : 0
        }
        return isWhole && Self.checksum(of: answer, key: key) == checksum ? answer : nil
    }

    static func write(_ answer: [UInt8], key: AnswerKey, to path: String) -> SourceFailure? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(answer.count + 64)
        withUnsafeBytes(of: Header(key: key, count: UInt64(answer.count))) { bytes += $0 }
        bytes += answer
        withUnsafeBytes(of: checksum(of: answer, key: key)) { bytes += $0 }
        return bytes.withUnsafeBytes { CacheFolder.replace(path, with: $0) }
    }

    private static func checksum(of answer: [UInt8], key: AnswerKey) -> UInt64 {
        answer.withUnsafeBytes { ContentHash.checksum(of: $0) } ^ ContentHash.mix(key.word ^ UInt64(answer.count))
    }
}
