/// What running programs say about themselves: lines such as `Found other WebSocket Manager classes: ['a.B', 'c.D']`, as lists
/// that can be compared with the source (docs/schemas/inventory.schema.json).
public struct RuntimeInventories: Sendable, Hashable, Encodable {
    public static let schemaName = "canon.inventory/1"

    public let schema = schemaName
    public var inventories: [Inventory]

    public struct Inventory: Sendable, Hashable, Encodable {
        /// Where it was said, for people.
        public var source: String
        public var service: String?
        public var revision: String?
        /// The instance, when only one said it.
        public var instance: String?
        /// RFC 3339; the last time it was said.
        public var at: String?
        /// How many entries said it.
        public var count: Int
        /// In the order of the line, each once.
        public var names: [String]
        /// The words before the list.
        public var warning: String

        private enum CodingKeys: String, CodingKey {
            case source, service, revision, instance, at, count, names, warning
        }

        /// Members that are not known are null rather than missing.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(source, forKey: .source)
            try container.encode(service, forKey: .service)
            try container.encode(revision, forKey: .revision)
            try container.encode(instance, forKey: .instance)
            try container.encode(at, forKey: .at)
            try container.encode(count, forKey: .count)
            try container.encode(names, forKey: .names)
            try container.encode(warning, forKey: .warning)
        }
    }
}

/// Collects the inventories of a run.
public struct InventoryCollector {
    private struct Key: Hashable {
        var service: String
        var revision: String
        var warning: String
        var names: [String]
    }

    private struct Tally {
        var count = 0
        var last: Int64?
        var instances: Set<String> = []
        var source: String
    }

    private var tallies: [Key: Tally] = [:]
    private let reader: LogReader
    /// Ids of entries, so that one that stands in two exports counts once.
    private var seen: Set<UInt64> = []
    /// What could not be read, lists whose end is missing among it.
    public private(set) var incomplete: [ReadProblem] = []

    public init(mapping: FieldMapping = FieldMapping()) { reader = LogReader(mapping: mapping) }

    public mutating func read(_ input: LogInput) {
        do throws(SourceError) {
            var isFound = false
            if case .found = input { isFound = true }
            read(try input.open(), isFound: isFound)
        } catch {
            incomplete.append(ReadProblem(source: input.name, offset: error.offset, message: error.message))
        }
    }

    /// - Parameter isFound: nobody named the source: it is passed over when it turns out to be no log.
    public mutating func read(_ source: any ByteSource, isFound: Bool = false) {
        var taken = self
        let (report, _) = reader.read(source) { record in taken.take(record, source: source.name) }
        self = taken
        if !(isFound && report.isNoLog) { incomplete += report.problems }
    }

    private mutating func take(_ record: borrowing LogRecord, source: String) {
        let message = record.message
        guard let start = message.find("Found other "), let open = message.find(": [", from: start),
            message.part(start..<open).find("classes") != nil
        else { return }
        if !record.insertID.isEmpty, !seen.insert(ProblemCollector.identity(record)).inserted { return }
        guard let names = Self.names(message.part(open + 2..<message.count)), !names.isEmpty else {
            incomplete.append(
                ReadProblem(
                    source: source, offset: record.offset, message: "the list of classes ends before its bracket"))
            return
        }
        let key = Key(
            service: record.service.text, revision: record.revision.text,
            warning: Masker.masked(message.part(start..<open).text), names: names)
        var tally = tallies[key] ?? Tally(source: source)
        tally.count += 1
        if let time = record.time { tally.last = max(tally.last ?? time, time) }
        if tally.instances.count < 2 { tally.instances.insert(record.instance.text) }
        tallies[key] = tally
    }

    /// The texts in quotes up to the closing bracket; nil when that is missing.
    private static func names(_ list: ByteSpan) -> [String]? {
        var names: [String] = []
        var at = 1
        while at < list.count {
            let byte = list[at]
            if byte == UInt8(ascii: "]") { return names }
            guard byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") else {
                at += 1
                continue
            }
            guard let end = list.find(byte, from: at + 1) else { return nil }
            let name = list.part(at + 1..<end).text
            if !names.contains(name) { names.append(name) }
            at = end + 1
        }
        return nil
    }

    /// In the order of service, revision and names.
    public var inventories: RuntimeInventories {
        func known(_ text: String) -> String? { text.isEmpty ? nil : text }
        let sorted = tallies.sorted {
            ($0.key.service, $0.key.revision, $0.key.warning, $0.key.names.joined(separator: ","))
                < ($1.key.service, $1.key.revision, $1.key.warning, $1.key.names.joined(separator: ","))
        }
        return RuntimeInventories(
            inventories: sorted.map { key, tally in
                RuntimeInventories.Inventory(
                    source: key.revision.isEmpty ? "log \(tally.source)" : "log of revision \(key.revision)",
                    service: known(key.service), revision: known(key.revision),
                    instance: tally.instances.count == 1 ? tally.instances.first.flatMap(known) : nil,
                    at: tally.last.map { LogTime.text($0, fraction: 6) }, count: tally.count, names: key.names,
                    warning: key.warning)
            })
    }
}
