import CanonWebSocket
import CanonWire
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix

/// What the steps of one walk share: the connections, who the probe is, and what it has learnt so far.
actor ProbeSession {
    let transport: Transport
    let options: Probe.Options
    let loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.any()

    /// By when the step at work must be over.
    private(set) var deadline = NIODeadline.now()

    // What the steps have learnt, in the order of the walk.
    var serverVersion: String?
    var maximumMessageBytes: Int64 = 1 << 20
    var heartbeatSeconds: Int64 = 8
    var token: String?
    var otherToken: String?
    /// Single use: whoever takes it must put nil.
    var ticket: String?
    var user: String?
    /// The user whom the forms of the token were welcomed as.
    var admitted: String?
    /// The connection on which the first conversation is held, and what it was greeted with.
    var main: ClientSocket?
    var greeting: JSONObject?
    /// A conversation that was cut and resumed.
    var resumed: Exchange?
    /// The first question and what came of it.
    var conversation: Exchange?

    private var sockets: [ClientSocket] = []
    private var threads: [String] = []
    private var secrets: Set<String> = []
    private let mark = String(UInt64.random(in: .min ... .max), radix: 36)
    private var counter = 0

    init(transport: Transport, options: Probe.Options) {
        self.transport = transport
        self.options = options
        let given: [String] =
            switch options.credentials {
            case .token(let token, let other): [token] + (other.map { [$0] } ?? [])
            case .login(_, let password): [password]
            case .ticket(let ticket): [ticket]
            case .demo: []
            }
        secrets = Set(given + given.map(Self.base64URL))
    }

    // MARK: The life of a step

    func begin() {
        deadline = .now() + .nanoseconds(Int64(options.timeout / .nanoseconds(1)))
    }

    /// Gives the step at work more time, for what by its nature takes long.
    func extendDeadline(bySeconds seconds: Int64) { deadline = deadline + .seconds(seconds) }

    /// Ends the connections of a step, but not the one that later steps go on with.
    func endStep() async {
        let ended = sockets.filter { $0 !== main }
        sockets = []
        for socket in ended { await socket.close() }
    }

    /// Leaves the server as it was: the conversations of the probe are deleted, its log-in is ended.
    func leave() async {
        await main?.close()
        begin()
        // A server that does not have these routes, or is gone, is none the worse for it.
        for thread in threads where token != nil && options.profile == .canon {
            _ = try? await http(.DELETE, "/api/threads/\(thread)", token: token)
        }
        if case .login = options.credentials, token != nil { _ = try? await http(.POST, "/auth/logout", token: token) }
    }

    // MARK: Secrets

    /// From now on the text stands in no result, in any of the forms in which it is sent.
    func hide(_ secret: String) {
        secrets.insert(secret)
        secrets.insert(Self.base64URL(secret))
    }

    func redact(_ text: String) -> String {
        // The longest first: one may be a part of another.
        secrets.filter { !$0.isEmpty }.sorted { $0.count > $1.count }.reduce(text) { $0.replacing($1, with: "…") }
    }

    func holdsSecret(_ text: String) -> Bool { secrets.contains { $0.count >= 10 && text.contains($0) } }

    static func base64URL(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    // MARK: Talking

    /// An id that no other walk has.
    func newID(_ prefix: String) -> String {
        counter += 1
        return "\(prefix)_probe_\(mark)_\(counter)"
    }

    /// A thread that is deleted when the probe leaves.
    func newThread() -> String {
        let thread = newID("thread")
        threads.append(thread)
        return thread
    }

    func http(_ method: HTTPMethod, _ path: String, token: String? = nil, body: JSONObject? = nil)
        async throws(ClientFailure) -> HTTPExchange.Answer
    {
        let exchange = HTTPExchange(method: method, path: path, token: token, body: body)
        return try await exchange.send(over: transport, on: loop, before: deadline)
    }

    /// A connection that the step, or the walk, ends.
    func open(
        query: String? = nil, headers: [WebSocketClientHandshake.Header] = [], subprotocols: [String] = []
    ) async throws(ClientFailure) -> ClientSocket {
        let socket = try await ClientSocket.open(
            over: transport, on: loop, query: query, headers: headers, subprotocols: subprotocols, before: deadline)
        sockets.append(socket)
        return socket
    }

    /// A connection with the token, in the form that suits the profile, that has had its welcome.
    func openWelcomed(token: String? = nil) async throws -> ClientSocket {
        let token = try token ?? requireToken()
        let socket = try await open(
            subprotocols: [options.profile == .canon ? "canon.v1" : "jwt-auth", "jwt.\(Self.base64URL(token))"])
        _ = try await welcome(on: socket)
        return socket
    }

    /// The first frame, which must be the welcome.
    @discardableResult
    func welcome(on socket: ClientSocket) async throws -> JSONObject {
        let expected = "connection_established as the first frame"
        switch try await socket.next(before: deadline, awaiting: "connection_established") {
        case .frame(let frame) where frame.type == "connection_established": return frame
        case .frame(let frame): throw StepFailure(expected: expected, came: frame.brief)
        case .unreadable(let text): throw StepFailure(expected: expected, came: "not a JSON object: \(text)")
        case .closed(let code, let reason):
            let remedy = code == 1008 ? "The credential was refused: look whether it has expired or was revoked." : nil
            throw StepFailure(expected: expected, came: Self.describe(close: code, reason), remedy: remedy)
        }
    }

    func requireToken() throws -> String {
        guard let token else {
            throw Undecided(
                why: "a ticket opens one connection: this needs an access token (--token, --email or --demo)")
        }
        return token
    }

    /// The next frame that the predicate picks; heartbeats and the like are passed over.
    func next(
        _ what: String, on socket: ClientSocket, where isWanted: (JSONObject) throws -> Bool
    ) async throws -> JSONObject {
        var seen: [String] = []
        while true {
            let arrival: ClientSocket.Arrival
            do {
                arrival = try await socket.next(before: deadline, awaiting: what)
            } catch {
                guard case .timedOut = error else { throw error }
                throw StepFailure(expected: what, came: "nothing of the kind in time, but \(Self.list(seen))")
            }
            switch arrival {
            case .frame(let frame):
                if try isWanted(frame) { return frame }
                seen.append(frame.type)
            case .unreadable(let text):
                throw StepFailure(expected: what, came: "a message that is not a JSON object: \(text)")
            case .closed(let code, let reason):
                throw StepFailure(
                    expected: what, came: Self.describe(close: code, reason) + " after " + Self.list(seen))
            }
        }
    }

    private static func list(_ types: [String]) -> String {
        types.isEmpty ? "no frame" : types.suffix(12).joined(separator: ", ")
    }

    static func describe(close code: UInt16?, _ reason: String) -> String {
        guard let code else { return "the connection was cut (\(reason))" }
        return "close \(code)" + (reason.isEmpty ? "" : " '\(reason)'")
    }
}

extension JSONObject {
    var type: String { self["type"]?.string ?? "a frame without a type" }

    /// A member where any client may look for it: at the top, under `payload`, under `data`.
    func anywhere(_ name: String) -> JSONValue? {
        self[name] ?? self["payload"]?[name] ?? self["data"]?[name]
    }

    /// The number of an event in its thread's log; nil for what stands in no log.
    var seq: Int64? { self["seq"]?.int }

    /// Its type, and for an error what is wrong: enough to recognise a frame by.
    var brief: String {
        let detail = ["error_code", "error_message", "reason", "status"].compactMap { name in
            anywhere(name)?.string.map { "\(name) '\($0.prefix(120))'" }
        }
        return type + (detail.isEmpty ? "" : " (" + detail.joined(separator: ", ") + ")")
    }
}
