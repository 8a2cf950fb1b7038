/// Where a connection stands between the upgrade and its end: a value with no I/O.
///
/// The states and transitions are those of the platform's wire reference, section 3a.
public struct ConnectionStateMachine: Sendable, Equatable {
    public enum State: Sendable, CaseIterable {
        case connecting
        case accepted
        case authenticated
        case servicesReady
        case processingReady
        case processing
        case idle
        case degraded
        case reconnecting
        case closing
        case closed
        case failed

        /// Whether `next` may follow this one. A switch and not a table of sets: each message moves the machine twice.
        public func mayBecome(_ next: State) -> Bool {
            switch (self, next) {
            case (.closed, _): false
            case (.closing, _): next == .closed
            case (.failed, _): next == .connecting
            case (_, .failed), (_, .closed): true
            case (.connecting, .accepted), (.accepted, .authenticated), (.authenticated, .servicesReady): true
            case (.servicesReady, .processingReady): true
            case (.processingReady, .processing), (.processingReady, .idle): true
            case (.processing, .idle), (.processing, .processingReady): true
            case (.idle, .processing), (.idle, .processingReady): true
            case (.degraded, .processingReady), (.degraded, .processing), (.degraded, .idle): true
            case (.degraded, .reconnecting): true
            case (.reconnecting, .servicesReady), (.reconnecting, .processingReady): true
            case (.connecting, .degraded), (.accepted, .degraded), (.degraded, .degraded): false
            case (_, .degraded): true
            case (.processingReady, .closing), (.processing, .closing), (.idle, .closing), (.degraded, .closing): true
            default: false
            }
        }

        /// Whether a client's messages may be acted on; before, they wait.
        public var mayProcess: Bool {
            switch self {
            case .processingReady, .processing, .idle, .degraded: true
            default: false
            }
        }
    }

    /// So many refused transitions in a row mean that the owner has lost its way: the machine then fails.
    public static let failureLimit = 5

    public private(set) var state = State.connecting
    /// Refused transitions since the last one that succeeded.
    public private(set) var consecutiveFailures = 0
    public private(set) var transitions = 0
    public private(set) var failedTransitions = 0

    public init() {}

    /// Moves to `next` if that may follow.
    /// - Returns: whether it did; after `failureLimit` refusals in a row the state is `failed`, unless it is `closed`.
    @discardableResult
    public mutating func move(to next: State) -> Bool {
        guard state.mayBecome(next) else {
            failedTransitions += 1
            consecutiveFailures += 1
            if consecutiveFailures >= Self.failureLimit, state.mayBecome(.failed) { state = .failed }
            return false
        }
        state = next
        transitions += 1
        consecutiveFailures = 0
        return true
    }
}
