import CanonWire
import NIOCore

/// The text of server-sent events (HTML Living Standard §9.2.6).
struct EventStreamText: Sendable {
    private(set) var buffer = ByteBuffer()
    /// How many log events stand in it.
    private(set) var events = 0

    /// How long a client waits before it comes back.
    static let retryMilliseconds = 2000

    /// What stands first in every stream.
    static let opening = EventStreamText { $0.buffer.writeString("retry: \(retryMilliseconds)\n\n") }

    init() {}

    init(_ write: (inout EventStreamText) -> Void) { write(&self) }

    static func comment(_ text: String) -> EventStreamText {
        EventStreamText { $0.buffer.writeString(": \(text)\n\n") }
    }

    /// An event without a name, which a browser's `onmessage` sees.
    /// - Parameters:
    ///   - id: what the client sends back as `Last-Event-ID`; no line break may be in it.
    ///   - json: one line, as the JSON writer makes it.
    mutating func append(id: String? = nil, json: [UInt8], isLogEvent: Bool = false) {
        if let id { buffer.writeString("id: \(id)\n") }
        buffer.writeString("data: ")
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
        if isLogEvent { events += 1 }
    }
}
