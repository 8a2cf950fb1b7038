import CanonStore
import CanonWire
import Logging
import NIOCore

/// What a connection does with each message. Messages are done in order; one that waits for the store holds those behind it.
extension Connection {
    func processInbox() {
        while machine.state.mayProcess, !inbox.isBusy, let message = inbox.next() {
            machine.move(to: .processing)
            handle(message)
            if !inbox.isBusy { machine.move(to: .idle) }
        }
        updateReading()
    }

    /// Runs a store operation for the message in hand; the messages behind it go on when it is answered.
    func performInOrder<Value: Sendable>(
        _ operation: @escaping @Sendable () async -> Value,
        then continuation: @escaping @Sendable (Connection, Value) -> Void
    ) {
        inbox.isBusy = true
        perform(operation) { connection, value in
            continuation(connection, value)
            connection.goOn()
        }
    }

    /// The message in hand is done: those behind it follow.
    func goOn() {
        inbox.isBusy = false
        machine.move(to: .idle)
        processInbox()
    }

    private func handle(_ buffer: ByteBuffer) {
        do throws(WireError) {
            let envelope = try manager.decoder.decode(buffer.readableBytesView)
            if let delay = limit(envelope.message) {
                manager.metrics.messagesLimited.increment()
                throw WireError(
                    .rateLimited, "Too many messages: wait \(delay) ms.", retryAfterMilliseconds: delay,
                    requestType: envelope.type, clientMessageID: envelope.clientMessageID)
            }
            if envelope.claimedRun || (envelope.claimedUser.map { $0 != user.value } ?? false) {
                manager.metrics.claimsIgnored.increment()
            }
            act(on: envelope)
        } catch {
            refuse(error)
        }
    }

    /// - Returns: milliseconds to wait; nil when the message may pass. Stopping a run is never held up.
    private func limit(_ message: ClientMessage) -> Int64? {
        if case .stop = message { return nil }
        return manager.buckets.take(for: user)
    }

    private func act(on envelope: ClientEnvelope) {
        switch envelope.message {
        case .user(let message): submit(message, envelope)
        case .run(let input): submit(input, envelope)
        case .agentTask(let id, let message): submit(message, envelope, task: id)
        case .stop(let run, let thread): stop(run, thread)
        case .resume(let resume): answer(Resuming(resume, epoch: scope.epoch))
        case .sessionRestore(let thread, let marker): answer(Resuming(thread, marker: marker))
        case .connect: send(.system(["status": "connected", "user_id": .string(user.value)]))
        case .disconnect: send(.system(["status": "disconnect_acknowledged", "user_id": .string(user.value)]))
        case .ping(let body): isFlat ? send(ServerFrame(["type": "pong"])) : send(.pong(body))
        case .heartbeat: send(.heartbeatAcknowledged())
        case .acknowledgement: break
        case .typing(let type, let thread):
            send(
                .system([
                    "status": "typing_acknowledged", "type": .string(type.rawValue),
                    "thread_id": thread.map { .string($0.value) } ?? .null,
                ]))
        case .authenticate(let token): reauthenticate(token)
        case .thread(let request): handle(request)
        case .jsonRPC(let method, let id):
            if let id { send(.jsonRPCResult(method: method, id: id)) }
        case .unknown(let type): send(.unknownType(type, user: user))
        }
    }

    // MARK: Messages and runs

    private func submit(_ message: ClientMessage.UserMessage, _ envelope: ClientEnvelope, task: String? = nil) {
        // `start_agent` without a thread opens a conversation; other messages go on in the one that was named last.
        let isNew = message.thread == nil && (message.type == .startAgent || boundThread == nil)
        let thread = message.thread ?? (isNew ? ThreadID.make("thread_chat") : boundThread!)
        let wasFollowed = follows[thread] != nil
        // Followed before the message is stored, so that its own event is the first to come.
        guard join(thread) else {
            refuse(
                WireError(.tooLong, "This connection follows \(Self.maximumFollows) conversations: open another one."))
            return
        }
        performInOrder { [scope] in
            await scope.submit(message, to: thread)
        } then: { connection, submission in
            connection.answer(
                submission, to: message, type: envelope.type, in: thread, wasFollowed: wasFollowed, task: task)
        }
    }

    private func submit(_ input: AGUIRunInput, _ envelope: ClientEnvelope) {
        guard let unsupported = input.unsupported else {
            let message = ClientMessage.UserMessage(
                text: input.text, thread: input.thread, clientMessageID: input.clientMessageID, type: .userMessage)
            submit(message, envelope)
            return
        }
        guard presentation.dialect == .agUI else {
            refuse(WireError(.notSupported, unsupported, requestType: envelope.type))
            return
        }
        manager.metrics.messagesRefused.increment()
        write(presentation.refusal(of: input, unsupported, epoch: scope.epoch))
    }

    private var isFlat: Bool { presentation.dialect == .platform(.flat) }

    private func answer(
        _ submission: RunSupervisor.Submission, to message: ClientMessage.UserMessage, type: String,
        in thread: ThreadID,
        wasFollowed: Bool, task: String?
    ) {
        switch submission {
        case .started(let run, let thread, _):
            acknowledge(message, run, thread, duplicate: false, task: task)
        case .duplicate(let run, let stored, let seq):
            if stored != thread, !wasFollowed { unfollow(thread) }
            acknowledge(message, run, stored, duplicate: true, task: task)
            // A retry means that the client does not know what became of its message, and its run may be over already: it
            // is told from there on, unless it has been told of this thread here.
            if join(stored), follows[stored]?.state.cursor == nil {
                follow(stored, .replaying(after: seq - 1, head: seq))
            }
        case .refused(var error):
            if !wasFollowed { unfollow(thread) }
            error.requestType = type
            error.clientMessageID = message.clientMessageID
            refuse(error)
        }
    }

    private func acknowledge(
        _ message: ClientMessage.UserMessage, _ run: RunID, _ thread: ThreadID, duplicate: Bool, task: String?
    ) {
        if let task {
            send(ServerFrame(["type": "agent_task_ack", "task_id": .string(task), "run_id": .string(run.value)]))
        }
        guard !isFlat else { return }
        send(.accepted(clientMessageID: message.clientMessageID, run: run, thread: thread, duplicate: duplicate))
    }

    private func stop(_ run: RunID?, _ thread: ThreadID?) {
        let threads = thread.map { [$0] } ?? Set(follows.keys)
        performInOrder { [scope] in
            await scope.cancel(run, in: threads)
        } then: { connection, stopped in
            connection.send(.stopping(runs: stopped))
        }
    }

    // MARK: Conversations

    private func handle(_ request: ClientMessage.ThreadRequest) {
        performInOrder { [scope] in
            await Result { try await ThreadRequests(scope: scope).answer(request) }
        } then: { connection, result in
            switch result {
            case .failure(let error):
                connection.refuse(WireError(.unavailable, "The log cannot be read or written now: \(error)."))
            case .success(let answer):
                if let thread = answer.follow { _ = connection.join(thread) }
                if let thread = answer.forget { connection.unfollow(thread) }
                connection.send(answer.frame)
            }
        }
    }

    // MARK: Authentication in band

    private func reauthenticate(_ token: String) {
        let authenticator = authenticator
        performInOrder {
            await authenticator.authenticate(bearer: token)
        } then: { connection, result in
            switch result {
            case .success(let principal):
                guard let scope = connection.scope.renewed(with: principal) else {
                    connection.refuse(
                        WireError(
                            .forbidden, "The token belongs to another user: open a new connection.", requestType: "auth"
                        ))
                    return
                }
                connection.become(scope)
                connection.send(.authenticated(user: principal.user, expiresAt: principal.expiresAt))
            case .failure(let failure):
                connection.manager.metrics.authenticationFailures.increment()
                connection.close(CloseReason(code: failure.closeCode, text: failure.closeReason))
            }
        }
    }
}
