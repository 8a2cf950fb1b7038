/// What two ends have agreed on about compression: `permessage-deflate` (RFC 7692) without context takeover.
///
/// Each message is compressed on its own. So a connection needs no memory for compression while nothing is sent, and
/// the bytes of a compressed message are the same for every connection.
public struct PermessageDeflate: Sendable, Equatable {
    /// The base-2 logarithm of the largest window, in bytes, over which the server may refer back when it compresses:
    /// 9 through 15; nil if the client named none, which is 15.
    public let serverMaxWindowBits: Int?

    init(serverMaxWindowBits: Int? = nil) {
        self.serverMaxWindowBits = serverMaxWindowBits
    }

    /// The window of what this module compresses, as `serverMaxWindowBits` counts it: 12, that is 4 KiB. On events of
    /// up to 3 KB a larger one saves no byte, and costs memory that has to be cleared for each message.
    public static let sharedWindowBits = 12

    /// Whether a frame made by `WebSocketFrameEncoder.serverTextDeflated` may be sent to this client.
    public var acceptsSharedFrames: Bool {
        windowBits(of: .server) == Self.sharedWindowBits
    }

    /// The window with which this end compresses. Only the server's can have been limited: a client here does not
    /// offer `client_max_window_bits`, and without it the server cannot ask for less.
    func windowBits(of role: WebSocketRole) -> Int {
        switch role {
        case .server: min(serverMaxWindowBits ?? Self.sharedWindowBits, Self.sharedWindowBits)
        case .client: Self.sharedWindowBits
        }
    }
}

// MARK: - The server's side

extension PermessageDeflate {
    /// Chooses among a client's offers, the preferred one first (RFC 7692 sections 5 and 7.1).
    ///
    /// An offer is declined if it has a parameter that is unknown, doubled or has an impossible value, or asks for a
    /// window smaller than told here or than zlib can do. That none is accepted is no error: the connection is then
    /// one without compression. A header that breaks the grammar is treated the same, because a server that does not
    /// compress would not have looked at it.
    ///
    /// - Parameters:
    ///   - offers: all values of `Sec-WebSocket-Extensions` in the request.
    ///   - minimumServerWindowBits: the smallest `server_max_window_bits` that is accepted, 9 through 15. With
    ///     `sharedWindowBits` every connection that compresses takes shared frames.
    /// - Returns: nil if no offer is accepted; otherwise what the answer's `Sec-WebSocket-Extensions` has to say, as
    ///   `responseHeader`.
    public static func negotiate(offers: [String], minimumServerWindowBits: Int = 9) -> PermessageDeflate? {
        // zlib's deflate has no window of 256 bytes: it takes one of 512 instead, which the peer could not read.
        let smallest = max(minimumServerWindowBits, 9)
        for offer in WebSocketExtensionList.parse(offers) ?? [] {
            guard let parameters = Parameters(offer) else { continue }
            // A hint has its value; a client that can be told has none (section 7.1.2.2). Neither needs an answer,
            // because every window a client can use is read.
            switch parameters.serverMaxWindowBits {
            case .absent: return PermessageDeflate()
            case .bits(let bits) where bits >= smallest: return PermessageDeflate(serverMaxWindowBits: bits)
            case .bits, .noValue: continue
            }
        }
        return nil
    }

    /// The value of the response's `Sec-WebSocket-Extensions`.
    public var responseHeader: String {
        Self.offer + (serverMaxWindowBits.map { "; server_max_window_bits=\($0)" } ?? "")
    }
}

// MARK: - The client's side

extension PermessageDeflate {
    /// What a client offers: no context takeover, and any window the server likes.
    static let offer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    /// A server's answer that does not fit the offer.
    struct InvalidAnswer: Error {
        let what: String
    }

    /// Judges a server's answer to `offer`.
    ///
    /// - Parameter values: all values of `Sec-WebSocket-Extensions` in the response.
    /// - Returns: nil if the server declined.
    static func accept(answer values: [String]) throws(InvalidAnswer) -> PermessageDeflate? {
        guard let elements = WebSocketExtensionList.parse(values) else {
            throw InvalidAnswer(what: "Sec-WebSocket-Extensions is malformed")
        }
        guard let answer = elements.first else { return nil }
        guard elements.count == 1, let parameters = Parameters(answer) else {
            throw InvalidAnswer(what: "an extension or a parameter was chosen that was not offered")
        }
        guard parameters.serverNoContextTakeover else {
            throw InvalidAnswer(what: "permessage-deflate was chosen without server_no_context_takeover")
        }
        guard parameters.clientMaxWindowBits == .absent else {
            throw InvalidAnswer(what: "client_max_window_bits was chosen and not offered")
        }
        switch parameters.serverMaxWindowBits {
        case .absent: return PermessageDeflate()
        case .bits(let bits): return PermessageDeflate(serverMaxWindowBits: bits)
        case .noValue: throw InvalidAnswer(what: "server_max_window_bits has no value")
        }
    }
}

// MARK: - Parameters

extension PermessageDeflate {
    /// The parameters of RFC 7692 section 7.1.
    private struct Parameters {
        var serverNoContextTakeover = false
        var clientNoContextTakeover = false
        var serverMaxWindowBits = WindowBits.absent
        var clientMaxWindowBits = WindowBits.absent

        enum WindowBits: Equatable {
            case absent
            case noValue
            case bits(Int)
        }

        /// nil if this is another extension, or a parameter of it is not one of these, or stands there twice, or has
        /// an impossible value.
        init?(_ element: WebSocketExtensionList.Element) {
            guard element.name == "permessage-deflate" else { return nil }
            for parameter in element.parameters {
                switch parameter.name {
                case "server_no_context_takeover":
                    guard !serverNoContextTakeover, parameter.value == nil else { return nil }
                    serverNoContextTakeover = true
                case "client_no_context_takeover":
                    guard !clientNoContextTakeover, parameter.value == nil else { return nil }
                    clientNoContextTakeover = true
                case "server_max_window_bits":
                    guard serverMaxWindowBits == .absent, let bits = Self.windowBits(parameter.value) else {
                        return nil
                    }
                    serverMaxWindowBits = bits
                case "client_max_window_bits":
                    guard clientMaxWindowBits == .absent, let bits = Self.windowBits(parameter.value) else {
                        return nil
                    }
                    clientMaxWindowBits = bits
                default:
                    return nil
                }
            }
        }

        /// A decimal number from 8 to 15 without leading zeros (section 7.1.2).
        private static func windowBits(_ value: String?) -> WindowBits? {
            guard let value else { return .noValue }
            return (8...15).first { String($0) == value }.map { .bits($0) }
        }
    }
}
