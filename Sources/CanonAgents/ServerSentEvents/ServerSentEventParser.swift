/// Takes an event stream apart, in whatever pieces it arrives (WHATWG HTML, section 9.2.6).
///
/// Lines end with LF, CR or CRLF; one byte order mark may stand in front; an event without `data` is none; what
/// follows the last blank line when the stream ends is dropped, because its event never became complete.
struct ServerSentEventParser: Sendable {
    private let limit: Int
    private var line: [UInt8] = []
    /// The last byte was a CR, so that an LF now belongs to it.
    private var followsCarriageReturn = false
    private var isFirstLine = true

    // The event under construction.
    private var type = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var lastEventID = ""
    /// The reconnection time the server asked for, in milliseconds.
    private(set) var retry: Int?

    /// - Parameter limit: bytes that one line, or the data of one event, may have.
    init(limit: Int = 1024 * 1024) { self.limit = limit }

    /// Takes the next bytes and returns the events that they complete.
    mutating func append(_ bytes: some Sequence<UInt8>) throws(ServerSentEventError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            if followsCarriageReturn {
                followsCarriageReturn = false
                if byte == lineFeed { continue }
            }
            switch byte {
            case lineFeed, carriageReturn:
                followsCarriageReturn = byte == carriageReturn
                if let event = try endLine() { events.append(event) }
            default:
                guard line.count < limit else { throw .tooLong(limit: limit) }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() throws(ServerSentEventError) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        if line.isEmpty { return dispatch() }
        // A line that begins with a colon is a comment.
        if line[0] == colon { return nil }
        guard let end = line.firstIndex(of: colon) else {
            try field(line[...], value: [])
            return nil
        }
        var value = line[(end + 1)...]
        if value.first == space { value = value.dropFirst() }
        try field(line[..<end], value: value)
        return nil
    }

    private mutating func field(_ name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) throws(ServerSentEventError) {
        switch String(decoding: name, as: UTF8.self) {
        case "event": type = String(decoding: value, as: UTF8.self)
        case "data":
            if hasData { data.append(lineFeed) }
            hasData = true
            guard data.count + value.count <= limit else { throw .tooLong(limit: limit) }
            data.append(contentsOf: value)
        case "id":
            if !value.contains(0) { lastEventID = String(decoding: value, as: UTF8.self) }
        case "retry":
            let isNumber = !value.isEmpty && value.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            if isNumber, let time = Int(String(decoding: value, as: UTF8.self)) { retry = time }
        default: break
        }
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            type = ""
            data.removeAll(keepingCapacity: true)
            hasData = false
        }
        guard hasData else { return nil }
        return ServerSentEvent(
            type: type.isEmpty ? "message" : type, data: String(decoding: data, as: UTF8.self),
            lastEventID: lastEventID)
    }
}

private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let colon = UInt8(ascii: ":")
private let space = UInt8(ascii: " ")
