/// What a server did wrong under load, and the first examples of it.
public struct LoadFaults: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// An event that was acknowledged or numbered, and did not come.
        case lost
        /// An event that came twice, or a message that stands in the log twice.
        case duplicated
        /// Something of another user.
        case foreign
        /// An event behind a later one, or another event under a number that was given already.
        case disordered
    }

    public private(set) var counts: [Kind: Int64] = [:]
    public private(set) var examples: [String] = []

    private static let maximumExamples = 20

    public func count(_ kind: Kind) -> Int64 { counts[kind] ?? 0 }
    public var isEmpty: Bool { counts.values.allSatisfy { $0 == 0 } }

    mutating func add(_ kind: Kind, times: Int64 = 1, _ example: @autoclosure () -> String) {
        counts[kind, default: 0] += times
        if examples.count < Self.maximumExamples { examples.append("\(kind.rawValue): \(example())") }
    }

    /// What was taken for lost has come after all.
    mutating func found(_ number: Int64) { counts[.lost, default: 0] -= number }
}
