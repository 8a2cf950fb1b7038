import Foundation

/// Collects the inventories of a run.
public struct InventoryCollector {
    private struct Key: Hashable {
        var service: String
        var revision: String
        var warning: String?
        var concept: String?
        var names: [String]

        /// By what inventories are sorted.
        var order: (String, String, String, String) {
            (service, revision, warning ?? "", names.joined(separator: ","))
        }
    }

    private struct Tally {
        var count = 0
        var last: Int64?
        var instances: Set<String> = []
        /// As the last who said it had them.
        var objects: [RuntimeInventories.Object]?
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
            read(try input.open())
        } catch {
            incomplete.append(ReadProblem(source: input.name, offset: error.offset, message: error.message))
        }
    }

    public mutating func read(_ source: any ByteSource) {
        var taken = self
        let (report, _) = reader.read(source) { record in taken.take(record, source: source.name) }
        self = taken
        incomplete += report.problems
    }

    private mutating func take(_ record: borrowing LogRecord, source: String) {
        let message = record.message
        if let start = message.find("{\"schema\":\"canon.inventory/") {
            takeOwn(message.part(start..<message.count), record, source: source)
            return
        }
        guard let start = message.find("Found other "), let open = message.find(": [", from: start),
            message.part(start..<open).find("classes") != nil, isFirst(record)
        else { return }
        guard let names = Self.names(message.part(open + 2..<message.count)), !names.isEmpty else {
            incomplete.append(
                ReadProblem(
                    source: source, offset: record.offset, message: "the list of classes ends before its bracket"))
            return
        }
        let key = Key(
            service: record.service.text, revision: record.revision.text,
            warning: Masker.masked(message.part(start..<open).text), names: names)
        count(key, of: record.instance.text, at: record.time, source: source)
    }

    /// What the program logged as an inventory itself, by `clients/canon_inventory.py`.
    private mutating func takeOwn(_ line: ByteSpan, _ record: borrowing LogRecord, source: String) {
        guard isFirst(record) else { return }
        let (offset, time) = (record.offset, record.time)
        let (service, revision, instance) = (record.service.text, record.revision.text, record.instance.text)
        func fail(_ reason: String) { incomplete.append(ReadProblem(source: source, offset: offset, message: reason)) }
        let end = line.lastIndex(of: UInt8(ascii: "}")).map { $0 + 1 } ?? line.count
        guard let own = try? JSONDecoder().decode(RuntimeInventories.self, from: Data(line.part(0..<end))) else {
            fail("the inventory that the program logged is cut off or not of the expected form")
            return
        }
        guard own.schema == RuntimeInventories.schemaName else {
            fail("the inventory is of another schema than \(RuntimeInventories.schemaName)")
            return
        }
        for item in own.inventories {
            let key = Key(
                service: item.service ?? service, revision: item.revision ?? revision, warning: item.warning,
                concept: item.concept, names: item.names)
            count(
                key, of: item.instance ?? instance, at: item.at.flatMap { Self.time($0) } ?? time,
                objects: item.objects, source: source)
        }
    }

    private static func time(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { LogTime.parse($0) }
    }

    /// Whether it was not read before, in another export.
    private mutating func isFirst(_ record: borrowing LogRecord) -> Bool {
        guard !record.insertID.isEmpty else { return true }
        return seen.insert(ProblemCollector.identity(record)).inserted
    }

    private mutating func count(
        _ key: Key, of instance: String, at time: Int64?, objects: [RuntimeInventories.Object]? = nil, source: String
    ) {
        var tally = tallies[key] ?? Tally(source: source)
        tally.count += 1
        if let time { tally.last = max(tally.last ?? time, time) }
        if tally.instances.count < 2 { tally.instances.insert(instance) }
        tally.objects = objects ?? tally.objects
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
        let sorted = tallies.sorted { $0.key.order < $1.key.order }
        return RuntimeInventories(
            inventories: sorted.map { key, tally in
                RuntimeInventories.Inventory(
                    source: key.revision.isEmpty ? "log \(tally.source)" : "log of revision \(key.revision)",
                    service: known(key.service), revision: known(key.revision),
                    instance: tally.instances.count == 1 ? tally.instances.first.flatMap(known) : nil,
                    at: tally.last.map { LogTime.text($0, fraction: 6) }, count: tally.count,
                    concept: key.concept, names: key.names, warning: key.warning, objects: tally.objects)
            })
    }
}
