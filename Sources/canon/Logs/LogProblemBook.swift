import CanonGateway
import CanonLogs
import CanonWire
import Dispatch
import Foundation

/// The memory of `canon logs`, as the console's page reads it. The file is opened for each question: a run may write it, or
/// somebody replace it, while the server goes on.
struct LogProblemBook: ProblemBook {
    let path: String

    /// Of more problems only the most urgent are listed.
    static let maximumListed = 2000

    func list() async throws(ProblemBookError) -> JSONObject {
        try await ask { memory in
            let problems = try memory.problems()
            let listed = try problems.prefix(Self.maximumListed).map { try Self.json(StoredProblemReport($0)) }
            return ["problems": .array(listed.map { .object($0) }), "total": .int(Int64(problems.count))]
        }
    }

    func problem(_ fingerprint: String) async throws(ProblemBookError) -> ProblemPage {
        try await ask { try Self.page(of: fingerprint, in: $0) }
    }

    func resolve(_ fingerprint: String, revision: String?) async throws(ProblemBookError) -> ProblemPage {
        try await ask { memory in
            try Self.page(of: try memory.resolve(fingerprint, revision: revision).fingerprint, in: memory)
        }
    }

    func reopen(_ fingerprint: String) async throws(ProblemBookError) -> ProblemPage {
        try await ask { try Self.page(of: try $0.reopen(fingerprint).fingerprint, in: $0) }
    }

    private static func page(of fingerprint: String, in memory: LogMemory) throws -> ProblemPage {
        let details = try memory.details(fingerprint)
        return ProblemPage(fingerprint: details.problem.fingerprint, json: try json(StoredProblemDetails(details)))
    }

    private static func json(_ value: some Encodable) throws -> JSONObject {
        try JSONValue.parse(LogJSON.line(value)).object ?? [:]
    }

    /// Opens the memory on a thread that may wait for a disk, and for a run that is writing.
    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (LogMemory) throws -> Answer
    ) async throws(ProblemBookError) -> Answer {
        let result: Result<Answer, ProblemBookError> = await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async { continuation.resume(returning: answer(question)) }
        }
        return try result.get()
    }

    private func answer<Answer>(_ question: (LogMemory) throws -> Answer) -> Result<Answer, ProblemBookError> {
        // Opening would make the file, and an empty one says that nothing is wrong.
        guard FileManager.default.fileExists(atPath: path) else {
            return .failure(.unavailable("\(path): there is no memory yet. `canon logs --memory FILE LOGS` makes one."))
        }
        do {
            let memory = try LogMemory(path: path)
            defer { try? memory.close() }
            return .success(try question(memory))
        } catch let error as MemoryError {
            let message = error.description
            return .failure(error.kind == .noSuchProblem ? .noSuchProblem(message) : .unavailable(message))
        } catch {
            return .failure(.unavailable("\(path): \(error)"))
        }
    }
}
