public import CanonLogs
import Foundation

/// What programs said of themselves in logs, told apart by the revision that said it.
public struct LoggedInventories: Sendable {
    /// Those of known revisions, with the concept that they are about where their words name one.
    public private(set) var inventories: [RuntimeInventory] = []
    /// What was left out and why, a sentence each: for whoever wonders about an unknown verdict.
    public private(set) var notes: [String] = []
    /// What could not be read.
    public let incomplete: [ReadProblem]

    /// - Parameters:
    ///   - collector: has read the logs.
    ///   - concepts: the names of the manifest's concepts.
    public init(_ collector: InventoryCollector, concepts: [String]) {
        incomplete = collector.incomplete
        let all = collector.inventories.inventories
        if all.isEmpty {
            notes.append("no line of the logs lists classes, so they do not say what runs")
        }
        var nameless: [String: Int] = [:]
        for item in all {
            guard item.revision != nil else {
                nameless[item.source, default: 0] += item.count
                continue
            }
            inventories.append(RuntimeInventory(item, concepts: concepts))
        }
        for (source, count) in nameless.sorted(by: { $0.key < $1.key }) {
            notes.append(
                "\(source): \(String.counted(count, "line")) of classes without a revision: of which commit they speak is not "
                    + "known; when you know it: canon logs ssot-warnings FILE | canon verify CLAIMS --deployed COMMIT --runtime -"
            )
        }
    }

    /// Why none of the lists is about what was deployed; nil when one is, or there is none.
    public func mismatch(with deployment: Deployment?) -> String? {
        let revisions = Set(inventories.compactMap(\.revision)).sorted()
        guard let deployment, !revisions.isEmpty, !revisions.contains(deployment.revision) else { return nil }
        return "the logs speak of \(revisions.joined(separator: ", ")), and what was deployed is called "
            + "\(deployment.revision): name it as the logs do, with --revision"
    }
}

extension RuntimeInventory {
    /// - Parameter concepts: the names of the manifest's concepts; the one that the warning names is what the list is about.
    public init(_ inventory: RuntimeInventories.Inventory, concepts: [String] = []) {
        var concept = inventory.concept
        if concept == nil, let warning = inventory.warning {
            let words = ClaimWords.letters(of: warning)
            concept = concepts.filter { words.contains(ClaimWords.letters(of: $0)) }.max { $0.count < $1.count }
        }
        self.init(
            source: inventory.source, revision: inventory.revision, concept: concept, symbols: Set(inventory.names),
            time: inventory.at.flatMap { try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse($0) }?
                .timeIntervalSince1970)
    }
}
