import CanonStore
import CanonWire

/// The conversations of a user over the socket: the same as the REST routes give.
struct ThreadRequests: Sendable {
    struct Answer: Sendable {
        let frame: ServerFrame
        var follow: ThreadID?
        var forget: ThreadID?
    }

    let scope: UserScope

    func answer(_ request: ClientMessage.ThreadRequest) async throws -> Answer {
        switch request {
        case .create(let id, let title):
            let id = id ?? .make("thread_chat")
            guard let thread = try await scope.createThread(id, title: title ?? "New conversation") else {
                let error = WireError(
                    .invalidField, "There is or was a conversation with this id already.", field: "thread_id",
                    requestType: "create_thread")
                return Answer(frame: .error(error))
            }
            return Answer(frame: .threadUpdated(id, head: thread.head, title: thread.title), follow: id)
        case .follow(let id):
            guard let thread = try await scope.thread(id) else { return Answer(frame: .notFound(id)) }
            return Answer(frame: .threadUpdated(id, head: thread.head, title: thread.title), follow: id)
        case .rename(let id, let title):
            guard try await scope.renameThread(id, title: title), let thread = try await scope.thread(id) else {
                return Answer(frame: .notFound(id))
            }
            return Answer(frame: .threadUpdated(id, head: thread.head, title: thread.title))
        case .delete(let id):
            guard try await scope.deleteThread(id) else { return Answer(frame: .notFound(id)) }
            return Answer(frame: .threadDeleted(id), forget: id)
        case .list:
            let threads = try await scope.threads(before: nil, limit: 100).page
            return Answer(frame: .threadList(threads.map(\.json)))
        case .history(let id):
            guard let head = try await scope.head(of: id) else { return Answer(frame: .notFound(id)) }
            let messages = try await scope.messages(of: id, limit: 200)
            return Answer(frame: .threadHistory(id, head: head, messages: messages.map(\.json)))
        }
    }

}

extension ThreadRecord {
    /// How a conversation looks in REST answers and frames.
    var json: JSONValue {
        [
            "id": .string(key.thread.value), "title": .string(title), "created_at": .double(createdAt.seconds),
            "updated_at": .double(updatedAt.seconds), "head": .int(head),
            "open_runs": .array(openRuns.map { .string($0.value) }),
        ]
    }
}

extension MessageRecord {
    var json: JSONValue {
        [
            "id": .string(message.value), "role": .string(role.rawValue), "content": .string(content),
            "run_id": run.map { .string($0.value) } ?? .null, "seq": .int(seq), "timestamp": .double(timestamp.seconds),
            "status": .string(status),
        ]
    }
}
