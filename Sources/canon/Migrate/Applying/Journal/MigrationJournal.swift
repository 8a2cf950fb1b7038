import CanonFacts

/// What is moved in, all of it: with this alone the tree can be made exactly the old or exactly the new one from any state between.
struct MigrationJournal: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        /// Relative to the root of the work tree.
        var path: String
        var attributes: FileAttributes
        var before: [UInt8]
        /// Nil when the file is deleted.
        var after: [UInt8]?
    }

    /// Eight random bytes in hexadecimal digits, so that the names of staged files are nobody else's.
    var token: String
    /// In the order in which they are moved.
    var entries: [Entry]

    /// Where the new bytes of an entry wait: beside the file, so that giving them its name is one step.
    func stagedPath(_ index: Int) -> String {
        RelativePath.joined(
            RelativePath.folder(of: entries[index].path), Self.stagedPrefix + "\(token)-\(index)")
    }

    static let stagedPrefix = ".canon-migrate-"
}

// MARK: - On disk

extension MigrationJournal {
    /// Why bytes are no journal.
    struct Damage: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    private static let head = "canon migrate journal 1"

    /// Lines for people, and the bytes of the files between them, each after its length; at the end a checksum over all of it, which tells a
    /// journal that was not written to its end.
    ///
    ///     canon migrate journal 1
    ///     9f86d081884c7d65 2                  the token, and how many files
    ///     644 1000 1000 11 120 118            mode, owner, group; lengths of path, old and new bytes
    ///     shop/app.py<120 bytes><118 bytes>
    ///     644 1000 1000 13 80 deleted
    ///     shop/compat.py<80 bytes>
    ///     checksum 4d9c0e7a1b2f3c55
    var encoded: [UInt8] {
        var bytes = Array("\(Self.head)\n\(token) \(entries.count)\n".utf8)
        bytes.reserveCapacity(entries.reduce(1000) { $0 + $1.before.count + ($1.after?.count ?? 0) + 200 })
        for entry in entries {
            let attributes = entry.attributes
            let after = entry.after.map { String($0.count) } ?? "deleted"
            bytes += Array(
                "\(String(attributes.mode, radix: 8)) \(attributes.owner) \(attributes.group) \(entry.path.utf8.count) \(entry.before.count) \(after)\n"
                    .utf8)
            bytes += Array(entry.path.utf8)
            bytes += entry.before
            bytes += entry.after ?? []
            bytes.append(0x0A)
        }
        return bytes + Self.lastLine(of: bytes[...])
    }

    /// - Throws: ``Damage`` for bytes that ``encoded`` did not give.
    init(encoded bytes: [UInt8]) throws(Damage) {
        let end = bytes.count - Self.lastLine(of: []).count
        guard end > 0, bytes[end...] == Self.lastLine(of: bytes[..<end])[...] else {
            throw Damage(description: "its checksum is not the one of its bytes")
        }
        var cursor = JournalCursor(bytes: bytes[..<end])
        guard let head = cursor.line(), head == Self.head else {
            throw Damage(description: "another version of canon wrote it")
        }
        guard let fields = cursor.fields(2), let count = Int(fields[1]), count >= 0, Self.isToken(fields[0]) else {
            throw Damage(description: "its second line is wrong")
        }
        token = fields[0]
        entries = []
        while entries.count < count {
            guard let entry = cursor.entry() else {
                throw Damage(description: "its entry \(entries.count + 1) is wrong")
            }
            entries.append(entry)
        }
        guard cursor.isAtEnd else { throw Damage(description: "there is more in it than it says") }
    }

    private static func lastLine(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        Array("checksum \(digits(bytes.withUnsafeBytes { ContentHash.checksum(of: $0) }))\n".utf8)
    }

    /// 16 hexadecimal digits.
    private static func digits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    static func newToken() -> String { digits(UInt64.random(in: 0...UInt64.max)) }

    private static func isToken(_ text: String) -> Bool {
        text.utf8.count == 16
            && text.utf8.allSatisfy {
                ("0"..."9").contains(Unicode.Scalar($0)) || ("a"..."f").contains(Unicode.Scalar($0))
            }
    }
}

/// Reads a journal from its first byte to its last.
private struct JournalCursor {
    private var rest: ArraySlice<UInt8>

    init(bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func line() -> String? {
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    mutating func fields(_ count: Int) -> [String]? {
        guard let fields = line()?.split(separator: " ").map(String.init), fields.count == count else { return nil }
        return fields
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func entry() -> MigrationJournal.Entry? {
        guard let fields = fields(6), let mode = UInt32(fields[0], radix: 8), mode <= 0o7777,
            let owner = UInt32(fields[1]), let group = UInt32(fields[2]), let pathLength = Int(fields[3]),
            let beforeLength = Int(fields[4]), let pathBytes = take(pathLength), let before = take(beforeLength)
        else { return nil }
        var after: [UInt8]?
        if fields[5] != "deleted" {
            guard let length = Int(fields[5]), let bytes = take(length) else { return nil }
            after = bytes
        }
        let path = String(decoding: pathBytes, as: UTF8.self)
        guard RelativePath.isProper(path), path.utf8.elementsEqual(pathBytes), take(1) == [0x0A] else { return nil }
        return MigrationJournal.Entry(
            path: path, attributes: FileAttributes(mode: mode, owner: owner, group: group), before: before, after: after
        )
    }
}
