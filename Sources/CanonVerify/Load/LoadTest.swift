import CanonWire
import NIOCore
import NIOHTTP1
import NIOPosix

/// Puts load on a server by an open loop, and checks all that comes back.
public struct LoadTest: Sendable {
    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// The users or their conversations could not be made.
        case setUp(String)

        public var description: String {
            switch self {
            case .setUp(let why): why
            }
        }
    }

    private let address: ServerAddress
    private let options: LoadOptions
    private let transport: Transport
    /// One loop has all connections: no locks, and what is measured is the server and not a scheduler.
    private let loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.any()

    /// HTTP requests under way at once while the users are made.
    private static let parallelRequests = 16

    /// - Throws: `LoadOptions.Invalid`, or what is wrong with the file of authorities.
    public init(_ address: ServerAddress, options: LoadOptions) throws {
        try options.validate(for: address)
        self.address = address
        self.options = options
        transport = try Transport(address, authorities: options.authorities)
    }

    /// Cancelling the task ends the load early; what was sent is still waited for and checked.
    ///
    /// - Parameter onProgress: told twice a second how it goes.
    /// - Throws: `Failure` when the load could not begin.
    public func run(onProgress: @escaping @Sendable (LoadProgress) -> Void = { _ in }) async throws -> LoadReport {
        let startedAt = Timestamp.now()
        let tokens = try await tokens()
        let mark = String(UInt64.random(in: .min ... .max), radix: 36)
        let threads = tokens.indices.map { "thread_load_\(mark)_\($0)" }
        try await each(of: threads.indices) { index in
            let body: JSONObject = ["id": .string(threads[index]), "title": "Load"]
            let answer = try await request(.POST, "/api/threads", token: tokens[index], body: body)
            guard answer.status == 201 else {
                throw Failure.setUp("POST /api/threads: \(ProbeSession.describe(answer))")
            }
        }
        let run = NIOLoopBoundBox.makeBoxSendingValue(
            LoadRun?.none, as: LoadRun?.self, eventLoop: loop)
        let ended = loop.makePromise(of: LoadReport.self)
        let (address, options, transport, loop) = (address, options, transport, loop)
        loop.execute {
            let started = LoadRun(
                address: address, options: options, transport: transport, loop: loop, tokens: tokens,
                threads: threads, startedAt: startedAt, onProgress: onProgress)
            run.value = started
            started.start { ended.succeed($0) }
        }
        let report = try await withTaskCancellationHandler {
            try await ended.futureResult.get()
        } onCancel: {
            loop.execute { run.value?.stopSending() }
        }
        // The server is left as it was. One that does not answer is not asked again and again.
        try? await each(of: threads.indices) { index in
            _ = try await request(.DELETE, "/api/threads/\(threads[index])", token: tokens[index])
        }
        return report
    }

    private func tokens() async throws -> [String] {
        switch options.users {
        case .tokens(let tokens): return tokens
        case .demo(let count):
            let box = NIOLoopBoundBox.makeBoxSendingValue([String](), as: [String].self, eventLoop: loop)
            try await each(of: 0..<count) { _ in
                let answer = try await request(.POST, "/auth/demo")
                guard answer.status == 200, let token = answer.json?["access_token"]?.string else {
                    let hint =
                        answer.status == 403 || answer.status == 404
                        ? "; start the server with --demo, or give --tokens" : ""
                    throw Failure.setUp("POST /auth/demo: \(ProbeSession.describe(answer))\(hint)")
                }
                try await loop.submit { box.value.append(token) }.get()
            }
            return try await loop.submit { box.value }.get()
        }
    }

    private func request(
        _ method: HTTPMethod, _ path: String, token: String? = nil, body: JSONObject? = nil
    ) async throws -> HTTPExchange.Answer {
        do throws(ClientFailure) {
            return try await HTTPExchange(method: method, path: path, token: token, body: body)
                .send(over: transport, on: loop, before: .now() + .seconds(20))
        } catch {
            throw Failure.setUp("\(error). \(error.remedy)")
        }
    }

    private func each(
        of indices: Range<Int>, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in indices {
                if index - indices.lowerBound >= Self.parallelRequests { try await group.next() }
                group.addTask { try await body(index) }
            }
            try await group.waitForAll()
        }
    }
}

/// How a run goes.
public struct LoadProgress: Sendable {
    public let seconds: Double
    public let connections: Int
    public let sent: Int
    public let answered: UInt64
    /// Of all answers so far, in nanoseconds.
    public let median: UInt64
    public let percentile99: UInt64
    public let faults: LoadFaults
}
