/// One event of an event stream (WHATWG HTML, section 9.2, "Server-sent events").
struct ServerSentEvent: Sendable, Equatable {
    /// The `event` field; `message` when there was none.
    var type = "message"
    /// The `data` fields, joined by line feeds.
    var data: String
    /// The `id` field in force, which an event inherits from the one before it.
    var lastEventID = ""
}

/// Why a stream could not be taken apart.
enum ServerSentEventError: Error, Equatable {
    /// A line, or the data of one event, is longer than this many bytes.
    case tooLong(limit: Int)
}
