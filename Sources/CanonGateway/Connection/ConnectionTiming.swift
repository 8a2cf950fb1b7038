import NIOCore

/// When a connection must do something by itself: a value, asked once a second.
struct ConnectionTiming {
    enum Action: Equatable {
        case heartbeat
        case ping
        /// Nothing was heard since the last ping.
        case pingTimeout
        /// The client has not read for too long.
        case slowConsumer
        case warnOfExpiry
        case expired
    }

    private let ping: TimeAmount
    private let heartbeat: TimeAmount
    /// How long a client may leave its answers unread; within it the log is kept for it.
    private let stallLimit: TimeAmount
    private var nextPing: NIODeadline
    private var nextHeartbeat: NIODeadline
    private var lastHeard: NIODeadline
    private var pingedAt: NIODeadline?
    private var stalledSince: NIODeadline?
    private var expiry: NIODeadline?
    private var warned = false
    /// Whether the socket is being read.
    var isReading = true

    /// How long before its end the end of a token is announced.
    static let expiryWarning = TimeAmount.seconds(60)

    init(limits: GatewayConfiguration.Limits, now: NIODeadline) {
        ping = .seconds(Int64(limits.pingSeconds))
        heartbeat = .seconds(Int64(limits.heartbeatSeconds))
        stallLimit = .seconds(Int64(limits.slowConsumerSeconds))
        nextPing = now + ping
        nextHeartbeat = now + heartbeat
        lastHeard = now
    }

    /// - Parameter expiry: when the token ends; nil: never.
    mutating func expires(at expiry: NIODeadline?) {
        self.expiry = expiry
        warned = false
    }

    mutating func heard(at now: NIODeadline) {
        lastHeard = now
        pingedAt = nil
    }

    mutating func writabilityChanged(to writable: Bool, at now: NIODeadline) {
        if writable { stalledSince = nil } else { stalledSince = stalledSince ?? now }
    }

    mutating func due(at now: NIODeadline) -> [Action] {
        if let expiry, now >= expiry { return [.expired] }
        if let stalledSince, now - stalledSince >= stallLimit { return [.slowConsumer] }
        // While the socket is not read, a pong cannot be seen; the stall limit decides then.
        if isReading, let pingedAt, now - pingedAt >= ping { return [.pingTimeout] }
        var actions: [Action] = []
        if let expiry, !warned, now >= expiry - Self.expiryWarning {
            warned = true
            actions.append(.warnOfExpiry)
        }
        if now >= nextHeartbeat {
            nextHeartbeat = now + heartbeat
            actions.append(.heartbeat)
        }
        if now >= nextPing {
            nextPing = now + ping
            if pingedAt == nil { pingedAt = now }
            actions.append(.ping)
        }
        return actions
    }
}
