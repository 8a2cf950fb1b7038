/// How much a service has logged: what the absence of a problem is judged by.
final class ServiceTally {
    let name: String
    private(set) var all = Sightings.Tally()
    /// Entries later than everything that earlier runs have seen of the service.
    private(set) var later = 0
    private(set) var revisions: [Revision] = []
    private(set) var severities = [Int](repeating: 0, count: LogSeverity.allCases.count)
    private let seenUpTo: Int64

    struct Revision {
        let bytes: [UInt8]
        let name: String
        var tally = Sightings.Tally()
    }

    /// - Parameter known: what earlier runs know of the service.
    init(name: String, known: KnownService?) {
        self.name = name
        seenUpTo = known?.last ?? .min
    }

    func add(_ record: borrowing LogRecord) {
        all.add(record.time)
        severities[Int(record.severity.rawValue)] += 1
        if record.time.map({ $0 > seenUpTo }) ?? true { later += 1 }
        let revision = record.revision
        guard !revision.isEmpty, let place = place(of: revision) else { return }
        revisions[place].tally.add(record.time)
    }

    /// Takes in what another has counted of the service.
    func merge(_ other: ServiceTally) {
        all.merge(other.all)
        later += other.later
        for level in severities.indices { severities[level] += other.severities[level] }
        for revision in other.revisions {
            if let place = revisions.firstIndex(where: { $0.bytes == revision.bytes }) {
                revisions[place].tally.merge(revision.tally)
            } else if revisions.count < Sightings.maximumRevisions {
                revisions.append(revision)
            }
        }
    }

    /// Few revisions log at a time, so that they are looked for one after the other.
    private func place(of revision: ByteSpan) -> Int? {
        if let known = revisions.firstIndex(where: { revision.elementsEqual($0.bytes) }) { return known }
        guard revisions.count < Sightings.maximumRevisions else { return nil }
        revisions.append(Revision(bytes: Array(revision), name: revision.text))
        return revisions.count - 1
    }
}
