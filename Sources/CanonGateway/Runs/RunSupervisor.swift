import CanonAgents
import CanonStore
import CanonWire
import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The only owner of running agents: starts each run, stores what it reports, and sees that it ends in exactly one
/// terminal event, whatever the agent, the client or the store does.
final class RunSupervisor: Sendable {
    /// A run that has no stored terminal event yet.
    private struct ActiveRun {
        let key: ThreadKey
        let startedAt: Timestamp
        var lastActivity: Timestamp
        var task: Task<Void, Never>?
        /// The terminal event, once it was decided. It stays until it is stored.
        var ending: EventDraft?
        /// Whether an attempt to store `ending` is under way.
        var isStoring = false
    }

    private struct State {
        var runs: [RunID: ActiveRun] = [:]
        var isDraining = false
        var drained: [EventLoopPromise<Void>] = []
    }

    private let log: any EventLog
    private let backend: any AgentBackend
    private let limits: GatewayConfiguration.Limits
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    /// Messages of the conversation that a backend is given.
    private static let historyLimit = 40

    init(
        log: any EventLog, backend: any AgentBackend, limits: GatewayConfiguration.Limits, metrics: GatewayMetrics,
        logger: Logger
    ) {
        self.log = log
        self.backend = backend
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
    }

    var agentName: String { backend.name }
    var openRuns: Int { state.withLockedValue { $0.runs.count } }
    func unavailability() async -> String? { await backend.unavailability() }

    // MARK: Beginning

    enum Submission: Sendable {
        case started(RunID, ThreadID, createdThread: Bool)
        case duplicate(RunID, ThreadID, seq: Int64)
        case refused(WireError)
    }

    /// Stores a message and starts its run.
    func submit(_ message: ClientMessage.UserMessage, to key: ThreadKey) async -> Submission {
        if let refusal = admission(of: key.user) { return .refused(refusal) }
        let run: RunID = .make("run_chat")
        let request = RunRequest(
            key: key, text: message.text, clientMessageID: message.clientMessageID, agent: backend.name, run: run,
            message: .make("msg_user"))
        do {
            switch try await log.begin(request) {
            case .started(let event, let createdThread):
                start(run, key: key, text: message.text, messageSeq: event.seq)
                return .started(run, key.thread, createdThread: createdThread)
            case .duplicate(let run, let thread, let seq):
                metrics.messagesDuplicate.increment()
                return .duplicate(run, thread, seq: seq)
            case .refused(.threadDeleted):
                return .refused(
                    WireError(.unknownThread, "This conversation was deleted: start a new one.", field: "thread_id"))
            case .refused(let refusal):
                return .refused(WireError(.unavailable, "The message was not stored: \(refusal.rawValue)."))
            }
        } catch {
            logger.error("message not stored", metadata: ["error": "\(error)", "user_id": "\(key.user.abbreviated)"])
            return .refused(
                WireError(
                    .unavailable, "The message was not stored: \(error). Send it again when this is mended.",
                    retryAfterMilliseconds: 5000))
        }
    }

    private func admission(of user: UserID) -> WireError? {
        state.withLockedValue { state in
            if state.isDraining {
                return WireError(
                    .unavailable, "The server is stopping: send the message again in a moment.",
                    retryAfterMilliseconds: 2000)
            }
            let open = state.runs.values.count { $0.key.user == user }
            guard open >= limits.openRunsPerUser else { return nil }
            return WireError(
                .rateLimited, "\(open) runs are open, which is the limit: wait for one to end or stop it.",
                retryAfterMilliseconds: 1000)
        }
    }

    private func start(_ run: RunID, key: ThreadKey, text: String, messageSeq: Int64) {
        metrics.runsStarted.increment()
        let now = Timestamp.now()
        state.withLockedValue { $0.runs[run] = ActiveRun(key: key, startedAt: now, lastActivity: now) }
        let task = Task { await drive(run, key: key, text: text, messageSeq: messageSeq) }
        let isActive = state.withLockedValue { state in
            state.runs[run]?.task = task
            return state.runs[run].map { $0.ending == nil } ?? false
        }
        if !isActive { task.cancel() }
    }

    // MARK: Running

    /// Thrown inside `drive` when the log takes no more events of the run.
    private struct RunEnded: Error {}

    private func drive(_ run: RunID, key: ThreadKey, text: String, messageSeq: Int64) async {
        let message: MessageID = .make("msg_agent")
        let agent = backend.name
        do {
            try await store(.agentStarted(agent: agent, task: text), run, key)
            let request = AgentRequest(
                run: run, thread: key.thread, text: text, history: try await history(of: key, before: messageSeq))
            for try await event in backend.run(request) {
                switch event {
                case .thinking(let reasoning, let step, let totalSteps):
                    try await store(
                        .agentThinking(agent: agent, reasoning: reasoning, step: step, totalSteps: totalSteps), run, key
                    )
                case .toolExecuting(let execution, let tool, let arguments):
                    try await store(
                        .toolExecuting(agent: agent, execution: execution, tool: tool, arguments: arguments), run, key)
                case .toolCompleted(let execution, let tool, let results, let success, let milliseconds):
                    try await store(
                        .toolCompleted(
                            agent: agent, execution: execution, tool: tool, results: results, success: success,
                            milliseconds: milliseconds), run, key)
                case .textDelta(let delta):
                    try await store(.streamChunk(agent: agent, message: message, delta: delta), run, key)
                case .completed(let answer):
                    await end(run) { .agentCompleted(agent: agent, message: message, answer: answer, milliseconds: $0) }
                    return
                }
            }
            throw AgentFailure(reason: "stream_cut", message: "The agent stopped without an answer. Try again.")
        } catch let failure as AgentFailure {
            await end(run) {
                .agentError(agent: agent, reason: failure.reason, message: failure.message, milliseconds: $0)
            }
        } catch is RunEnded {
            forget(run)
        } catch is CancellationError {
            await end(run) { .agentCancelled(agent: agent, milliseconds: $0) }
        } catch {
            logger.error("run failed", metadata: ["run_id": "\(run)", "error": "\(error)"])
            await end(run) {
                .agentError(
                    agent: agent, reason: "internal", message: "The run could not go on: \(error).", milliseconds: $0)
            }
        }
    }

    private func store(_ draft: EventDraft, _ run: RunID, _ key: ThreadKey) async throws {
        try Task.checkCancellation()
        touch(run, of: key)
        let receipts = try await log.append([draft], run: run, to: key)
        if case .refused? = receipts.first { throw RunEnded() }
    }

    private func history(of key: ThreadKey, before seq: Int64) async throws -> [AgentMessage] {
        try await log.messages(of: key, before: seq, last: Self.historyLimit).map { message in
            AgentMessage(role: message.role == .user ? .user : .assistant, text: message.content)
        }
    }

    /// Notes that a run has said something. The run a producer names may be another user's, whose silence must count.
    private func touch(_ run: RunID, of key: ThreadKey) {
        let now = Timestamp.now()
        state.withLockedValue { state in
            if state.runs[run]?.key == key { state.runs[run]?.lastActivity = now }
        }
    }

    // MARK: Ending

    /// Ends a run with the event that `terminal` makes from the milliseconds it took. The first ending wins; it is tried
    /// again until the log has it.
    private func end(_ run: RunID, _ terminal: (Int64) -> EventDraft) async {
        let now = Timestamp.now()
        let decided = state.withLockedValue { state -> Bool in
            guard let active = state.runs[run], active.ending == nil else { return false }
            state.runs[run]?.ending = terminal(now.milliseconds - active.startedAt.milliseconds)
            return true
        }
        if decided { await storeEnding(of: run) }
    }

    private func storeEnding(of run: RunID) async {
        let attempt = state.withLockedValue { state -> (ThreadKey, EventDraft, Task<Void, Never>?)? in
            guard let active = state.runs[run], let ending = active.ending, !active.isStoring else { return nil }
            state.runs[run]?.isStoring = true
            return (active.key, ending, active.task)
        }
        guard let (key, ending, task) = attempt else { return }
        do {
            // In a task of its own: the ending must be stored also when the run's own task was cancelled.
            let receipts = try await Task { [log] in try await log.append([ending], run: run, to: key) }.value
            if case .stored? = receipts.first { count(ending) }
            forget(run)
            task?.cancel()
        } catch {
            logger.error("end of run not stored yet", metadata: ["run_id": "\(run)", "error": "\(error)"])
            state.withLockedValue { $0.runs[run]?.isStoring = false }
        }
    }

    private func count(_ ending: EventDraft) {
        switch ending.type {
        case .agentCompleted: metrics.runsCompleted.increment()
        case .agentCancelled: metrics.runsCancelled.increment()
        default: metrics.runsFailed.increment()
        }
    }

    private func forget(_ run: RunID) {
        let waiting = state.withLockedValue { state -> [EventLoopPromise<Void>] in
            state.runs[run] = nil
            guard state.runs.isEmpty else { return [] }
            defer { state.drained = [] }
            return state.drained
        }
        for promise in waiting { promise.succeed() }
    }

    /// Stops runs of the user: the one named, or the open ones of the threads.
    /// - Returns: the runs that were open.
    func cancel(_ run: RunID?, in threads: Set<ThreadID>, of user: UserID) async -> [RunID] {
        let chosen = state.withLockedValue { state in
            state.runs.filter { entry in
                entry.value.key.user == user
                    && (run.map { entry.key == $0 } ?? threads.contains(entry.value.key.thread))
            }.map(\.key)
        }
        let agent = backend.name
        for run in chosen { await end(run) { .agentCancelled(agent: agent, milliseconds: $0) } }
        return chosen
    }

    // MARK: Producers

    /// Stores events from outside (the producer API). A terminal event ends the run here too.
    func publish(_ drafts: [EventDraft], run: RunID?, to key: ThreadKey) async throws -> [AppendReceipt] {
        if let run { touch(run, of: key) }
        let receipts = try await log.append(drafts, run: run, to: key)
        if let run {
            let ended = zip(drafts, receipts).contains { draft, receipt in
                if case .stored = receipt { return draft.type.isTerminal } else { return false }
            }
            if ended {
                if let terminal = drafts.first(where: \.type.isTerminal) { count(terminal) }
                let task = state.withLockedValue { $0.runs[run]?.task }
                forget(run)
                task?.cancel()
            }
        }
        return receipts
    }

    // MARK: Watching

    /// Ends silent runs and tries again to store endings that the store did not take. Called once a second.
    func tick(at now: Timestamp = .now()) {
        let silence = Int64(limits.silentRunSeconds) * 1000
        let (silent, unstored) = state.withLockedValue { state in
            (
                state.runs.filter {
                    $0.value.ending == nil && now.milliseconds - $0.value.lastActivity.milliseconds >= silence
                }.map(\.key),
                state.runs.filter { $0.value.ending != nil && !$0.value.isStoring }.map(\.key)
            )
        }
        guard !silent.isEmpty || !unstored.isEmpty else { return }
        Task {
            for run in silent { await endSilent(run) }
            for run in unstored { await storeEnding(of: run) }
        }
    }

    private func endSilent(_ run: RunID) async {
        let agent = backend.name
        let seconds = limits.silentRunSeconds
        await end(run) {
            .agentError(
                agent: agent, reason: "timeout",
                message: "The agent said nothing for \(seconds) seconds and was stopped. Try again.", milliseconds: $0)
        }
        // The agent may not listen to its cancellation; it is not waited for.
        state.withLockedValue { $0.runs[run]?.task }?.cancel()
    }

    /// Takes no more messages, lets open runs finish for `seconds`, and ends those that have not.
    func drain(seconds: Int, on eventLoop: any EventLoop) async {
        let finished = eventLoop.makePromise(of: Void.self)
        let isEmpty = state.withLockedValue { state in
            state.isDraining = true
            if !state.runs.isEmpty { state.drained.append(finished) }
            return state.runs.isEmpty
        }
        if !isEmpty {
            // The promise may be completed twice, by the last run and by the clock: the second is of no effect.
            let cut = eventLoop.makePromise(of: Void.self)
            let timer = eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { cut.succeed() }
            finished.futureResult.whenComplete { _ in
                timer.cancel()
                cut.succeed()
            }
            try? await cut.futureResult.get()
            let agent = backend.name
            for run in state.withLockedValue({ Array($0.runs.keys) }) {
                await end(run) {
                    .agentError(
                        agent: agent, reason: "shutdown", message: "The server was stopped during this run. Ask again.",
                        milliseconds: $0)
                }
            }
            for promise in state.withLockedValue({ Array($0.drained) }) { promise.succeed() }
        } else {
            finished.succeed()
        }
    }

    /// Ends the runs that a server before this one left open.
    func endOrphans() async throws -> Int {
        let count = try await log.endOpenRuns { run in
            .agentError(
                agent: run.agent, reason: "orphaned",
                message: "The server was stopped during this run, before the answer was complete. Ask again.")
        }
        metrics.runsOrphaned.increment(by: count)
        return count
    }
}
