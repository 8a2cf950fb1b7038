import CanonStore
import CanonWire

/// The store and the runs narrowed to one verified user. Whatever acts for a user acts through this, so there is no
/// call in which the user's id could come from somewhere else than the authenticator.
struct UserScope: Sendable {
    /// Who was verified.
    let principal: Principal
    /// Whose conversations these are: the principal's own, or those of the user a service acts for.
    let user: UserID
    private let log: any EventLog
    private let runs: RunSupervisor
    private let onDelete: @Sendable (ThreadKey) -> Void

    /// - Parameter onDelete: called after a thread was deleted, so that nobody waits for its next event.
    init(
        _ principal: Principal, log: any EventLog, runs: RunSupervisor,
        onDelete: @escaping @Sendable (ThreadKey) -> Void
    ) {
        self.init(principal, user: principal.user, log: log, runs: runs, onDelete: onDelete)
    }

    private init(
        _ principal: Principal, user: UserID, log: any EventLog, runs: RunSupervisor,
        onDelete: @escaping @Sendable (ThreadKey) -> Void
    ) {
        self.principal = principal
        self.user = user
        self.log = log
        self.runs = runs
        self.onDelete = onDelete
    }

    /// The scope of a user that a program acts for; nil unless the principal is a service or an administrator.
    func acting(for user: UserID) -> UserScope? {
        switch principal.role {
        case .service, .admin: UserScope(principal, user: user, log: log, runs: runs, onDelete: onDelete)
        case .user, .visitor: nil
        }
    }

    var epoch: String { log.epoch }

    /// The same store for the same user with a fresh token; nil when it is another user's.
    func renewed(with principal: Principal) -> UserScope? {
        principal.user == user ? UserScope(principal, log: log, runs: runs, onDelete: onDelete) : nil
    }

    func key(_ thread: ThreadID) -> ThreadKey { ThreadKey(user: user, thread: thread) }

    // MARK: Runs

    func submit(_ message: ClientMessage.UserMessage, to thread: ThreadID) async -> RunSupervisor.Submission {
        await runs.submit(message, to: key(thread))
    }

    /// Stops the run named, or the open runs of the threads.
    func cancel(_ run: RunID?, in threads: Set<ThreadID>) async -> [RunID] {
        await runs.cancel(run, in: threads, of: user)
    }

    /// Stores events that were made elsewhere.
    func publish(_ drafts: [EventDraft], run: RunID?, to thread: ThreadID) async throws -> [AppendReceipt] {
        try await runs.publish(drafts, run: run, to: key(thread))
    }

    // MARK: The log

    func head(of thread: ThreadID) async throws -> Int64? { try await log.head(of: key(thread)) }

    func extent(of thread: ThreadID) async throws -> LogExtent? { try await log.extent(of: key(thread)) }

    func snapshot(of thread: ThreadID, byteLimit: Int) async throws -> ThreadSnapshot? {
        try await log.snapshot(of: key(thread), byteLimit: byteLimit)
    }

    func events(of thread: ThreadID, after seq: Int64, limit: Int, byteLimit: Int) async throws -> [LogEvent] {
        try await log.events(of: key(thread), after: seq, limit: limit, byteLimit: byteLimit)
    }

    func seq(of marker: String, in thread: ThreadID) async throws -> Int64? {
        try await log.seq(of: marker, in: key(thread))
    }

    func messages(of thread: ThreadID, after seq: Int64 = 0, limit: Int) async throws -> [MessageRecord] {
        try await log.messages(of: key(thread), after: seq, limit: limit)
    }

    func partialText(of run: RunID, in thread: ThreadID) async throws -> String {
        try await log.partialText(of: run, in: key(thread))
    }

    // MARK: Threads

    func thread(_ id: ThreadID) async throws -> ThreadRecord? { try await log.thread(key(id)) }

    func threads(before cursor: String?, limit: Int) async throws -> (page: [ThreadRecord], next: String?) {
        try await log.threads(of: user, before: cursor, limit: limit)
    }

    /// Nil when the id is taken.
    func createThread(_ id: ThreadID, title: String) async throws -> ThreadRecord? {
        try await log.createThread(key(id), title: title)
    }

    func renameThread(_ id: ThreadID, title: String) async throws -> Bool {
        try await log.renameThread(key(id), title: title)
    }

    /// Stops the thread's runs and removes it.
    func deleteThread(_ id: ThreadID) async throws -> Bool {
        _ = await runs.cancel(nil, in: [id], of: user)
        let isDeleted = try await log.deleteThread(key(id))
        if isDeleted { onDelete(key(id)) }
        return isDeleted
    }
}
