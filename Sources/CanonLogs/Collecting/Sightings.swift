/// Everything that a run keeps of the entries of one kind: one shape of message of one logger of one service, or one exception
/// with its frames. It takes the same room for ten entries and for ten million.
final class Sightings {
    /// What makes entries the same, before shapes are grouped into templates.
    enum Kind {
        case message(ShapeID)
        case exception(ExceptionShape)
    }

    /// How many instances are told apart, and how many moments are kept for joining entries that tell of the same failure.
    static let maximumInstances = 10_000
    static let maximumMoments = 4096
    static let maximumRevisions = 200

    struct Tally: Sendable, Hashable {
        var count = 0
        var first: Int64?
        var last: Int64?

        mutating func add(_ time: Int64?, count more: Int = 1) {
            count += more
            guard let time else { return }
            first = min(first ?? time, time)
            last = max(last ?? time, time)
        }

        mutating func merge(_ other: Tally) {
            count += other.count
            if let time = other.first { first = min(first ?? time, time) }
            if let time = other.last { last = max(last ?? time, time) }
        }
    }

    /// The entries of one revision.
    struct RevisionTally {
        let bytes: [UInt8]
        let name: String
        var all = Tally()
        var fresh = Tally()
    }

    struct Moment: Hashable {
        var instance: UInt64
        var time: Int64
        var form: LogRecord.Form
        var isFresh: Bool
    }

    let kind: Kind
    let service: String
    let logger: String
    /// Entries of this run, each counted once.
    var all = Tally()
    /// Those that no earlier run has counted.
    var fresh = Tally()
    var severity = LogSeverity.unspecified
    private(set) var revisionTallies: [RevisionTally] = []
    /// Entries on revisions that were not told apart because there were too many.
    var otherRevisions = 0
    var instances: Set<UInt64> = []
    var instancesAreCapped = false
    var moments: [Moment] = []
    var momentsAreCapped = false
    /// What earlier runs have counted, and what is new: an entry stands in one of them.
    private var countedTimeline = ProblemTimeline()
    private(set) var freshTimeline = ProblemTimeline()
    var place = ProblemEnvironment()
    var code: Code?
    /// The first and the last entry.
    var samples = SamplePair()

    init(kind: Kind, service: String, logger: String) {
        self.kind = kind
        self.service = service
        self.logger = logger
    }

    func add(_ record: borrowing LogRecord, isFresh: Bool, source: Int) {
        all.add(record.time)
        severity = max(severity, record.severity)
        let name = record.instance.isEmpty ? record.host : record.instance
        let hasInstance = !name.isEmpty
        let instance = StableHash.of(name)
        if hasInstance {
            if instances.count < Self.maximumInstances {
                instances.insert(instance)
            } else if !instances.contains(instance) {
                instancesAreCapped = true
            }
        }
        addRevision(record, isFresh: isFresh)
        if isFresh { fresh.add(record.time) }
        if let time = record.time {
            if isFresh { freshTimeline.add(time) } else { countedTimeline.add(time) }
            if moments.count < Self.maximumMoments {
                moments.append(Moment(instance: instance, time: time, form: record.form, isFresh: isFresh))
            } else {
                momentsAreCapped = true
            }
        }
        samples.offer(record, source: source)
        if all.count == 1 { describe(record) }
    }

    /// Takes in the sightings of the same kind by another, of later files.
    func merge(_ other: Sightings) {
        all.merge(other.all)
        fresh.merge(other.fresh)
        severity = max(severity, other.severity)
        merge(instances: other.instances)
        instancesAreCapped = instancesAreCapped || other.instancesAreCapped
        otherRevisions += other.otherRevisions
        for revision in other.revisionTallies {
            if let place = revisionTallies.firstIndex(where: { $0.bytes == revision.bytes }) {
                revisionTallies[place].all.merge(revision.all)
                revisionTallies[place].fresh.merge(revision.fresh)
            } else if revisionTallies.count < Self.maximumRevisions {
                revisionTallies.append(revision)
            } else {
                otherRevisions += revision.all.count
            }
        }
        let room = Self.maximumMoments - moments.count
        moments += other.moments.prefix(room)
        momentsAreCapped = momentsAreCapped || other.momentsAreCapped || other.moments.count > room
        countedTimeline.merge(other.countedTimeline)
        freshTimeline.merge(other.freshTimeline)
        samples.merge(other.samples)
    }

    private func merge(instances others: Set<UInt64>) {
        guard instances.count + others.count > Self.maximumInstances else { return instances.formUnion(others) }
        // In an order, so that the same ones are kept each time.
        let new = others.subtracting(instances).sorted()
        let room = Self.maximumInstances - instances.count
        instances.formUnion(new.prefix(room))
        if new.count > room { instancesAreCapped = true }
    }

    /// Where the revision of the entry before stands; most often it is this one's as well.
    private var lastRevision = 0

    private func addRevision(_ record: borrowing LogRecord, isFresh: Bool) {
        guard !record.revision.isEmpty else { return }
        guard let place = place(of: record.revision) else {
            otherRevisions += 1
            return
        }
        lastRevision = place
        revisionTallies[place].all.add(record.time)
        if isFresh { revisionTallies[place].fresh.add(record.time) }
    }

    /// Few revisions log at a time, so that they are looked for one after the other. Nil when there are too many already.
    private func place(of revision: ByteSpan) -> Int? {
        if lastRevision < revisionTallies.count, revision.elementsEqual(revisionTallies[lastRevision].bytes) {
            return lastRevision
        }
        if let known = revisionTallies.firstIndex(where: { revision.elementsEqual($0.bytes) }) { return known }
        guard revisionTallies.count < Self.maximumRevisions else { return nil }
        revisionTallies.append(RevisionTally(bytes: Array(revision), name: revision.text))
        return revisionTallies.count - 1
    }

    var timeline: ProblemTimeline {
        var timeline = countedTimeline
        timeline.merge(freshTimeline)
        return timeline
    }

    private func describe(_ record: borrowing LogRecord) {
        func text(_ bytes: ByteSpan) -> String? { bytes.isEmpty ? nil : Masker.masked(bytes.text) }
        place = ProblemEnvironment(
            project: text(record.project), location: text(record.location), environment: text(record.environment),
            host: text(record.host))
        guard !record.code.file.isEmpty else { return }
        code = Code(
            file: record.code.file.text, function: text(record.code.function), line: Int(record.code.line.text))
    }
}

/// A place in the source of the program that logged.
public struct Code: Sendable, Hashable, Codable {
    public var file: String
    public var function: String?
    public var line: Int?
}

/// What makes two exceptions the same: the type and the application's frames, by file and function. Lines move with every
/// change of a file.
struct ExceptionShape: Hashable, Sendable {
    var type: String
    /// `shop/pricing.py price`, the outermost first.
    var frames: [String]
    /// Where it was raised, in the newest entry seen.
    var code: Code?
    /// The exception's own line, masked.
    var message: String
}

/// One entry that stands for others.
public struct Sample: Sendable, Hashable, Codable {
    /// At most this much of a message is quoted.
    static let maximumBytes = 3000

    /// Masked.
    public var text: String
    public var insertID: String?
    public var time: Int64?
    public var revision: String?
    /// The number of the source in the run, and the place in it.
    public var source: Int
    public var offset: Int
}

/// The first and the last entry of some, by time, then by place. Their texts are copied as they come and made into strings only
/// at the end: a log that is sorted backwards brings an earlier first one with each entry.
struct SamplePair {
    private struct Copy {
        var time: Int64
        var source: Int
        var offset: Int
        var text: [UInt8] = []
        var insertID: [UInt8] = []
        var revision: [UInt8] = []
        var hasTime: Bool

        mutating func take(_ record: borrowing LogRecord, source: Int) {
            time = record.time ?? 0
            hasTime = record.time != nil
            self.source = source
            offset = record.offset
            let message = record.traceback.isEmpty ? record.message : record.traceback
            text.removeAll(keepingCapacity: true)
            text.append(contentsOf: message.prefix(Sample.maximumBytes))
            insertID.removeAll(keepingCapacity: true)
            insertID.append(contentsOf: record.insertID.prefix(200))
            revision.removeAll(keepingCapacity: true)
            revision.append(contentsOf: record.revision.prefix(200))
        }
    }

    private var first: Copy?
    private var last: Copy?

    mutating func offer(_ record: borrowing LogRecord, source: Int) {
        let key = (record.time ?? 0, source, record.offset)
        if first == nil {
            first = Copy(time: 0, source: 0, offset: 0, hasTime: false)
            first?.take(record, source: source)
        } else if let held = first, key < (held.time, held.source, held.offset) {
            if last == nil { last = first }
            first?.take(record, source: source)
        } else if last == nil {
            last = Copy(time: 0, source: 0, offset: 0, hasTime: false)
            last?.take(record, source: source)
        } else if let held = last, key > (held.time, held.source, held.offset) {
            last?.take(record, source: source)
        }
    }

    mutating func merge(_ other: SamplePair) {
        let all = [first, last, other.first, other.last].compactMap(\.self).sorted {
            ($0.time, $0.source, $0.offset) < ($1.time, $1.source, $1.offset)
        }
        first = all.first
        last = all.count > 1 ? all.last : nil
    }

    /// Masked, the first one first.
    var samples: [Sample] {
        [first, last].compactMap(\.self).map { copy in
            func text(_ bytes: [UInt8]) -> String? { bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            return Sample(
                text: Masker.masked(text(copy.text) ?? ""), insertID: text(copy.insertID),
                time: copy.hasTime ? copy.time : nil, revision: text(copy.revision), source: copy.source,
                offset: copy.offset)
        }
    }
}
