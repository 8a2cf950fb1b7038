/// Where a connection stands between the upgrade and its end: a value with no I/O.
///
/// The states and transitions are those of the platform's wire reference, section 3a.
public struct ConnectionStateMachine: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        case connecting
        case accepted
        case authenticated
        case servicesReady = "services_ready"
        case processingReady = "processing_ready"
        case processing
        case idle
        case degraded
        case reconnecting
        case closing
        case closed
        case failed

        /// The states that may follow this one.
        public var successors: Set<State> {
            switch self {
            case .connecting: [.accepted, .failed, .closed]
            case .accepted: [.authenticated, .failed, .closed]
            case .authenticated: [.servicesReady, .degraded, .failed, .closed]
            case .servicesReady: [.processingReady, .degraded, .failed, .closed]
            case .processingReady: [.processing, .idle, .degraded, .closing, .failed, .closed]
            case .processing: [.idle, .processingReady, .degraded, .closing, .failed, .closed]
            case .idle: [.processing, .processingReady, .degraded, .closing, .failed, .closed]
            case .degraded:
                [.processingReady, .processing, .idle, .reconnecting, .closing, .failed, .closed]
            case .reconnecting: [.servicesReady, .processingReady, .degraded, .failed, .closed]
            case .closing: [.closed]
            case .closed: []
            case .failed: [.connecting]
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
        guard state.successors.contains(next) else {
            failedTransitions += 1
            consecutiveFailures += 1
            if consecutiveFailures >= Self.failureLimit, state.successors.contains(.failed) { state = .failed }
            return false
        }
        state = next
        transitions += 1
        consecutiveFailures = 0
        return true
    }
}
