import CanonWire
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What one stream tells: a value that reads the log page by page, without any I/O towards the client.
protocol StreamContent: Sendable {
    /// The next thing to do.
    /// - Parameter mark: how far the stream's topic is known to have come.
    mutating func step(mark: Int64) async throws -> StreamStep

    /// The last words to a client whose stream is ended from outside.
    mutating func farewell(_ end: OpenStream.End) -> EventStreamText
}

enum StreamStep: Sendable {
    case send(EventStreamText)
    /// Everything up to this mark was sent.
    case wait(after: Int64)
    /// The last text.
    case finish(EventStreamText)
}

extension StreamContent {
    mutating func farewell(_ end: OpenStream.End) -> EventStreamText {
        switch end {
        case .draining: .comment("going_away")
        case .refused(let reason): .comment(reason.text)
        case .threadDeleted, .gone: EventStreamText()
        }
    }
}

extension WebSocketManager {
    /// The answer that carries a stream. It holds one page at most: the log is read on when the client has taken what
    /// was read before.
    func response(_ stream: OpenStream, _ content: some StreamContent) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                // Some proxies gather an answer before they pass it on.
                .xAccelBuffering: "no",
            ],
            body: ResponseBody { writer in
                defer { self.close(stream) }
                do {
                    try await self.write(content, to: &writer, of: stream)
                    try await writer.finish(nil)
                } catch {
                    // The end of the body is not written, so that the client sees a cut and comes back.
                    self.logger.debug("stream failed", metadata: ["error": "\(error)"])
                    throw error
                }
            })
    }

    private func write(
        _ content: some StreamContent, to writer: inout any ResponseBodyWriter, of stream: OpenStream
    ) async throws {
        var content = content
        try await write(.opening, to: &writer, of: stream)
        while true {
            // Whoever lost the right to read gets no further page.
            if let end = stream.end, end != .draining {
                return try await write(content.farewell(end), to: &writer, of: stream)
            }
            switch try await step(&content, stream) {
            case .send(let text):
                try await write(text, to: &writer, of: stream)
            case .finish(let text):
                return try await write(text, to: &writer, of: stream)
            case .wait(let mark):
                switch await stream.next(after: mark) {
                case .moved: break
                case .quiet: try await write(.comment("quiet"), to: &writer, of: stream)
                case .ended(let end):
                    return try await write(content.farewell(end), to: &writer, of: stream)
                }
            }
        }
    }

    private func step(_ content: inout some StreamContent, _ stream: OpenStream) async throws -> StreamStep {
        do {
            return try await content.step(mark: stream.mark)
        } catch {
            logger.error("the log cannot be read for a stream", metadata: ["error": "\(error)"])
            throw error
        }
    }

    private func write(
        _ text: EventStreamText, to writer: inout any ResponseBodyWriter, of stream: OpenStream
    ) async throws {
        guard text.buffer.readableBytes > 0, stream.end != .gone else { return }
        stream.beginWriting()
        try await writer.write(text.buffer)
        stream.finishWriting(events: text.events)
        metrics.eventsDelivered.increment(by: text.events)
    }
}

extension HTTPField.Name {
    static let xAccelBuffering = Self("X-Accel-Buffering")!
    static let lastEventID = Self("Last-Event-ID")!
}
