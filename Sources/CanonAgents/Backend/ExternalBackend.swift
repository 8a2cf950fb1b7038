/// Answers nothing itself: the run stays open until somebody else writes its events over the producer interface.
public struct ExternalBackend: AgentBackend {
    public let name: String

    /// - Parameter name: what the run's events carry as `agent_name`.
    public init(name: String = "external") { self.name = name }

    /// A stream that yields nothing and ends when the task that reads it is cancelled. The gateway ends the run once a
    /// producer has stored its terminal event.
    public func run(_ request: AgentRequest) -> AsyncThrowingStream<AgentEvent, any Error> {
        // Nobody writes to it; the reader's cancellation is what ends the reading.
        AsyncThrowingStream { _ in }
    }
}
