/// Takes the entries of a run one by one, and keeps of each problem what will be needed. Entries that tell of no failure are
/// counted for their service, and nothing else.
public final class ProblemCollector {
    /// Entries to look at.
    public struct Filter: Sendable {
        /// Nanoseconds since 1970. An entry without a time passes: nobody knows that it is older.
        public var since: Int64?
        public var until: Int64?
        public var services: Set<String> = []
        /// The least severity that makes an entry a problem.
        public var severity = LogSeverity.warning

        public init() {}
    }

    private struct Key: Hashable {
        var high: UInt64
        var low: UInt64
        var origin: UInt64
    }

    let filter: Filter
    private(set) var miner = TemplateMiner()
    private(set) var sightings: [Sightings] = []
    private(set) var services: [ServiceTally] = []
    private var serviceIndex: [String: Int] = [:]
    /// Identities of this run's entries that count.
    private(set) var seenIDs: Set<UInt64> = []
    /// Those of them that no earlier run has counted.
    var freshIDs: Set<UInt64> { seenIDs.subtracting(known.ids) }
    private var index: [Key: Int] = [:]
    /// The keys of the sightings, in their order.
    private var keys: [Key] = []
    /// Entries that stood in the input twice, by their id.
    private(set) var repeated = 0
    private(set) var filtered = 0
    /// Of all entries that were taken.
    private(set) var interval = Sightings.Tally()
    private let known: KnownEntries
    /// Identities of entries that somebody else has counted in this run.
    private var excluded: Set<UInt64>
    /// The service of the entry before; most often it is this one's as well.
    private var lastService: (bytes: [UInt8], tally: ServiceTally)?

    init(filter: Filter, known: KnownEntries, excluding excluded: Set<UInt64> = []) {
        self.filter = filter
        self.known = known
        self.excluded = excluded
    }

    /// - Parameters:
    ///   - source: the number of the source in the run.
    ///   - countedUpTo: bytes of the source whose entries earlier runs have counted.
    func take(_ record: borrowing LogRecord, source: Int, countedUpTo: Int) {
        let service = service(of: record)
        guard passes(record, service: service.name) else {
            filtered += 1
            return
        }
        let identity = record.insertID.isEmpty ? nil : Self.identity(record)
        let isFailure = isFailure(record)
        if isFailure, let identity, excluded.contains(identity) || !seenIDs.insert(identity).inserted {
            repeated += 1
            return
        }
        interval.add(record.time)
        service.add(record)
        guard isFailure else { return }
        let isFresh: Bool
        if let identity {
            isFresh = !known.ids.contains(identity)
        } else {
            isFresh = record.offset + record.length > countedUpTo
        }
        place(record, service: service.name).add(record, isFresh: isFresh, source: source)
    }

    // MARK: What counts

    private func passes(_ record: borrowing LogRecord, service: String) -> Bool {
        if let time = record.time {
            if let since = filter.since, time < since { return false }
            if let until = filter.until, time >= until { return false }
        }
        return filter.services.isEmpty || filter.services.contains(service)
    }

    /// An id is unique among the entries of one instant (LogEntry, `insertId`).
    static func identity(_ record: borrowing LogRecord) -> UInt64 {
        var hash = StableHash()
        hash.add(record.insertID)
        hash.add(UInt64(bitPattern: record.time ?? 0))
        return hash.value
    }

    /// What the entry's envelope says counts; without a severity the words must tell.
    private func isFailure(_ record: borrowing LogRecord) -> Bool {
        if record.message.isEmpty, record.traceback.isEmpty { return false }
        if record.severity != .unspecified { return record.severity >= filter.severity }
        if !record.traceback.isEmpty { return true }
        return FailureWords.tellsFailure(record.message)
    }

    private func service(of record: borrowing LogRecord) -> ServiceTally {
        let bytes = record.service
        if let lastService, bytes.elementsEqual(lastService.bytes) { return lastService.tally }
        let name = bytes.text
        let place = serviceIndex[name] ?? services.count
        if place == services.count {
            serviceIndex[name] = place
            services.append(ServiceTally(name: name, known: known.services[name]))
        }
        lastService = (Array(bytes), services[place])
        return services[place]
    }

    // MARK: Where it belongs

    private func place(_ record: borrowing LogRecord, service: String) -> Sightings {
        if !record.traceback.isEmpty, let sightings = exception(record, service: service) { return sightings }
        // A message of several lines is known by its first: what follows is most often a listing.
        let message = record.message
        let head = message.part(0..<min(message.find(0x0A) ?? message.count, 65_536))
        let shape = miner.add(head, at: record.time, sample: 0)
        let logger = record.logger
        let key = Key(high: shape.high, low: shape.low, origin: StableHash.of(logger, record.service))
        return sightings(key) { Sightings(kind: .message(shape), service: service, logger: Masker.masked(logger.text)) }
    }

    private func exception(_ record: borrowing LogRecord, service: String) -> Sightings? {
        let traceback = Traceback(record.traceback)
        let own = traceback.ownFrames
        let frames = own.isEmpty ? Array(traceback.frames.suffix(2)) : own
        guard !traceback.type.isEmpty, !frames.isEmpty else { return nil }
        var hash = StableHash()
        hash.add(traceback.type)
        for frame in frames {
            hash.add(Traceback.relative(frame.file))
            hash.add(frame.function)
        }
        let key = Key(high: 0, low: hash.value, origin: StableHash.of(record.service))
        let logger = record.logger
        return sightings(key) {
            let last = frames[frames.count - 1]
            let shape = ExceptionShape(
                type: traceback.type.text,
                frames: frames.map { Traceback.relative($0.file).text + " " + $0.function.text },
                code: Code(
                    file: Traceback.relative(last.file).text,
                    function: last.function.isEmpty ? nil : last.function.text, line: Int(last.line.text)),
                message: Masker.masked(String(traceback.message.text.prefix(500))))
            return Sightings(kind: .exception(shape), service: service, logger: Masker.masked(logger.text))
        }
    }

    private func sightings(_ key: Key, make: () -> Sightings) -> Sightings {
        if let place = index[key] { return sightings[place] }
        let new = make()
        index[key] = sightings.count
        keys.append(key)
        sightings.append(new)
        return new
    }

    /// No more entries will come. Whoever lent the excluded identities can add to them without a copy.
    func finish() { excluded = [] }

    /// Takes in what another has collected of entries that come after those of this one and are none of them.
    func merge(_ other: ProblemCollector) {
        miner.merge(other.miner)
        for (key, theirs) in zip(other.keys, other.sightings) {
            if let place = index[key] {
                sightings[place].merge(theirs)
            } else {
                _ = sightings(key) { theirs }
            }
        }
        for service in other.services {
            if let place = serviceIndex[service.name] {
                services[place].merge(service)
            } else {
                serviceIndex[service.name] = services.count
                services.append(service)
            }
        }
        seenIDs.formUnion(other.seenIDs)
        repeated += other.repeated
        filtered += other.filtered
        interval.merge(other.interval)
    }

    /// Gives the miner what earlier runs have seen, so that words that vary from run to run are found to vary.
    func remember(_ shapes: [KnownShape]) -> [ShapeID] {
        shapes.map { miner.add($0.sample, at: nil, sample: 0) }
    }
}

/// What earlier runs have counted.
struct KnownEntries: Sendable {
    var ids: Set<UInt64> = []
    var services: [String: KnownService] = [:]
}

struct KnownService: Sendable {
    var entries = 0
    var first: Int64?
    var last: Int64?
    /// When each revision was first seen.
    var revisions: [String: Int64] = [:]
}

/// A shape that belongs to a problem of the memory.
struct KnownShape: Sendable {
    var shape: String
    var logger: String
    var service: String
    var fingerprint: String
    /// A message of that shape, masked.
    var sample: String
}
