import CanonFacts
import Synchronization

/// What a rule finds out about a file from that file alone, in a form that can be kept.
protocol FilePart {
    func store(in writer: inout RecordWriter)
    /// In the order of ``store(in:)``; nil when the bytes are something else.
    init?(stored reader: inout RecordReader)
}

/// What rules found out about single files, kept from run to run: the next one does the work for changed files only.
///
/// The program that reads it is the one that wrote it (the cache sees to that), so no part carries a version.
public final class FileParts: Sendable {
    typealias Parts = [FileIdentity: ArraySlice<UInt8>]

    private let kept: [String: Parts]
    private let done = Mutex<[Group]>([])

    /// - Parameter bytes: as ``stored()`` gave them; of anything else nothing is taken.
    public init(stored bytes: [UInt8] = []) {
        var reader = RecordReader(bytes[...])
        var kept: [String: Parts] = [:]
        for _ in 0..<max(0, bytes.isEmpty ? 0 : reader.number()) {
            let name = reader.text()
            var parts: Parts = [:]
            let count = reader.count()
            parts.reserveCapacity(count)
            for _ in 0..<count {
                guard let identity = reader.identity() else { break }
                parts[identity] = reader.bytes()
            }
            kept[name] = parts
        }
        self.kept = reader.isAtEnd ? kept : [:]
    }

    /// Begins with what another one began with: for a second tree that holds the same files in part.
    public init(sharedWith other: FileParts) { kept = other.kept }

    /// The stored form of what this run needed; nil when that is what it began with.
    public func stored() -> [UInt8]? {
        let groups = done.withLock { $0 }.sorted { $0.name < $1.name }
        guard groups.contains(where: { $0.isChanged }) || groups.count != kept.count else { return nil }
        var writer = RecordWriter()
        writer.write(groups.count)
        for group in groups {
            writer.write(group.name)
            writer.write(group.used.count)
            for (identity, bytes) in group.used {
                writer.write(identity)
                writer.write(bytes)
            }
        }
        return writer.bytes
    }

    /// What one rule keeps.
    ///
    /// - Parameter name: what is found out, with everything besides the file that it depends on.
    func group(_ name: String) -> Group { Group(name: name, kept: kept[name] ?? [:]) }

    /// Takes a group back, with what it is to keep.
    func put(_ group: Group) { done.withLock { $0.append(group) } }

    struct Group {
        fileprivate let name: String
        fileprivate let kept: Parts
        fileprivate var used: [(FileIdentity, ArraySlice<UInt8>)] = []
        private var hasNew = false

        fileprivate init(name: String, kept: Parts) {
            self.name = name
            self.kept = kept
        }

        fileprivate var isChanged: Bool { hasNew || used.count != kept.count }

        /// What was found out about a file, now or in an earlier run.
        ///
        /// - Parameters:
        ///   - identity: nil when nothing tells the file from an earlier state: it is looked at, and nothing is kept.
        ///   - make: depends on the contents of the file and on nothing else but the name of the group; nil when it cannot be
        ///     read.
        mutating func part<Part: FilePart>(_ identity: FileIdentity?, _ make: () -> Part?) -> Part? {
            guard let identity else { return make() }
            if let bytes = kept[identity] {
                var reader = RecordReader(bytes)
                if let part = Part(stored: &reader), reader.isAtEnd {
                    used.append((identity, bytes))
                    return part
                }
            }
            guard let part = make() else { return nil }
            var writer = RecordWriter()
            part.store(in: &writer)
            used.append((identity, writer.bytes[...]))
            hasNew = true
            return part
        }
    }
}
