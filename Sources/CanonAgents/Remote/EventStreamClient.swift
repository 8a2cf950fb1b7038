import AsyncHTTPClient
import CanonWire
import Logging
import NIOCore
import NIOHTTP1

/// Posts a request and reads the event stream that answers it: what the OpenAI-compatible and the AG-UI backend share.
///
/// Redirects are not followed, so that the key goes only where the settings say.
final class EventStreamClient: Sendable {
    /// How long to wait, in seconds.
    struct Timeouts: Sendable {
        /// For the connection and the head of the answer.
        var firstByte = 20.0
        /// Between two pieces of the answer.
        var silence = 60.0
    }

    /// Bytes of one answer.
    static let answerLimit = 32 * 1024 * 1024
    /// Bytes of one line or event, and of a refusal's text.
    private static let eventLimit = 1024 * 1024
    private static let refusalLimit = 64 * 1024

    let endpoint: AgentEndpoint
    private let timeouts: Timeouts
    private let client: HTTPClient
    private let logger: Logger

    init(endpoint: AgentEndpoint, timeouts: Timeouts, logger: Logger) {
        self.endpoint = endpoint
        self.timeouts = timeouts
        self.logger = logger
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(
            connect: .milliseconds(Int64(timeouts.firstByte * 1000)),
            read: .milliseconds(Int64(timeouts.silence * 1000)))
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // Runs that still read keep this object, so nothing is cut here.
        client.shutdown { _ in }
    }

    /// Posts `body` and hands over each event. Returns when `receive` says that it has all it needs, or when the stream
    /// ends. Cancelling the task closes the connection.
    /// - Parameters:
    ///   - body: JSON.
    ///   - receive: returns false when the rest of the stream is of no interest.
    /// - Throws: `AgentFailure` for everything that goes wrong on the way, `CancellationError`, or what `receive` throws.
    func post(_ body: JSONObject, receive: (ServerSentEvent) throws -> Bool) async throws {
        var request = HTTPClientRequest(url: endpoint.url)
        request.method = .POST
        request.headers = ["Content-Type": "application/json", "Accept": "text/event-stream"]
        if let authorization = endpoint.authorization {
            request.headers.add(name: "Authorization", value: authorization)
        }
        request.body = .bytes(ByteBuffer(bytes: JSONValue.object(body).encoded))
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .milliseconds(Int64(timeouts.firstByte * 1000)))
        } catch {
            throw failure(from: error, hasAnswer: false)
        }
        guard response.status == .ok else { throw await refusal(response) }
        let type = response.headers.first(name: "Content-Type") ?? ""
        guard type.lowercased().hasPrefix("text/event-stream") else {
            throw await unexpectedContent(response, type: type)
        }
        try await read(response.body, receive: receive)
    }

    private func read(_ body: HTTPClientResponse.Body, receive: (ServerSentEvent) throws -> Bool) async throws {
        var parser = ServerSentEventParser(limit: Self.eventLimit)
        var received = 0
        var iterator = body.makeAsyncIterator()
        while true {
            let buffer: ByteBuffer?
            do {
                buffer = try await iterator.next()
            } catch {
                throw failure(from: error, hasAnswer: true)
            }
            try Task.checkCancellation()
            guard let buffer else { return }
            received += buffer.readableBytes
            guard received <= Self.answerLimit else { throw tooLarge }
            let events: [ServerSentEvent]
            do {
                events = try parser.append(buffer.readableBytesView)
            } catch {
                throw tooLarge
            }
            for event in events where try !receive(event) { return }
        }
    }

    // MARK: What can go wrong

    private var tooLarge: AgentFailure {
        AgentFailure(
            reason: "backend_protocol",
            message: "The agent at \(endpoint.display) sent more than this server accepts "
                + "(\(byteText(Int64(Self.eventLimit))) an event, \(byteText(Int64(Self.answerLimit))) an answer).")
    }

    private func failure(from error: any Error, hasAnswer: Bool) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        let place = endpoint.display
        logger.info("agent request failed", metadata: ["agent_url": "\(place)", "error": "\(error)"])
        switch error as? HTTPClientError {
        case .some(.cancelled): return CancellationError()
        case .some(.readTimeout):
            return AgentFailure(
                reason: "timeout",
                message: "The agent at \(place) has sent nothing for \(shortNumber(timeouts.silence)) s. "
                    + "Try again; if it happens often, the agent is overloaded or stuck.")
        case .some(.deadlineExceeded), .some(.connectTimeout), .some(.tlsHandshakeTimeout),
            .some(.getConnectionFromPoolTimeout):
            return AgentFailure(
                reason: "timeout",
                message: "The agent at \(place) did not answer within \(shortNumber(timeouts.firstByte)) s. "
                    + "Check that it runs and can be reached from here, then try again.")
        default: break
        }
        if hasAnswer {
            return AgentFailure(
                reason: "stream_cut",
                message: "The connection to the agent at \(place) broke in the middle of the answer. Try again.")
        }
        return AgentFailure(
            reason: "backend_unavailable",
            message: "The agent at \(place) cannot be reached. Check that it runs and that agent.url is right, "
                + "then try again.")
    }

    /// The failure for a status other than 200, with what the server says about it.
    private func refusal(_ response: HTTPClientResponse) async -> any Error {
        let said = await explanation(response)
        let place = "The agent at \(endpoint.display)"
        let quoted = said.isEmpty ? "" : " It says: \(said)"
        let status = response.status.code
        switch status {
        case 300..<400:
            return AgentFailure(
                reason: "backend_refused",
                message: "\(place) redirects (\(status)), which is not followed. Set agent.url to the final address.")
        case 401, 403:
            return AgentFailure(
                reason: "backend_refused",
                message: "\(place) refused the key (\(status)). Check the key of the agent in the server's "
                    + "configuration (CANON_AGENT_KEY).\(quoted)")
        case 404:
            return AgentFailure(
                reason: "backend_refused",
                message: "\(place) does not have this address or model (404). Check agent.url and agent.model.\(quoted)"
            )
        case 408, 504:
            return AgentFailure(
                reason: "timeout",
                message: "\(place) gave up waiting for its own answer (\(status)). Try again.\(quoted)")
        case 429:
            let wait = response.headers.first(name: "Retry-After").flatMap { retryText($0) } ?? "Try again later."
            return AgentFailure(
                reason: "backend_rate_limited",
                message: "\(place) has too much to do for this key (429). \(wait)\(quoted)")
        case 500...:
            let wait = response.headers.first(name: "Retry-After").flatMap { retryText($0) } ?? "Try again later."
            return AgentFailure(
                reason: "backend_unavailable", message: "\(place) failed (\(status)). \(wait)\(quoted)")
        default:
            return AgentFailure(
                reason: "backend_refused", message: "\(place) refused the request (\(status)).\(quoted)")
        }
    }

    /// `Retry-After` (RFC 9110, section 10.2.3) as an instruction: seconds, or a date as it stands.
    private func retryText(_ value: String) -> String? {
        if let seconds = Double(value), seconds.isFinite, seconds >= 0 {
            return "Try again in \(shortNumber(min(seconds, 1_000_000).rounded(.up))) s."
        }
        return value.isEmpty ? nil : "Try again after \(endpoint.presentable(value, limit: 40))."
    }

    private func unexpectedContent(_ response: HTTPClientResponse, type: String) async -> any Error {
        let said = await explanation(response)
        let kind = type.isEmpty ? "an answer of no declared type" : "'\(endpoint.presentable(type, limit: 60))'"
        return AgentFailure(
            reason: "backend_protocol",
            message: "The agent at \(endpoint.display) sent \(kind) where an event stream was expected. "
                + "Check that agent.url names the right endpoint.\(said.isEmpty ? "" : " It says: \(said)")")
    }

    /// The server's own words: the message of a JSON error, or the beginning of a plain text. Empty for anything else.
    private func explanation(_ response: HTTPClientResponse) async -> String {
        guard let body = try? await response.body.collect(upTo: Self.refusalLimit) else { return "" }
        guard let value = try? JSONValue.parse(body.readableBytesView) else {
            let text = String(decoding: body.readableBytesView, as: UTF8.self)
            return text.contains("<") ? "" : endpoint.presentable(text)
        }
        return RemoteError(value).map { endpoint.presentable($0.message) }
            ?? endpoint.presentable(
                String(decoding: value.encoded, as: UTF8.self))
    }
}
