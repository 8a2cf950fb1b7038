import CanonWire
import NIOCore
import Testing

@testable import CanonGateway

@Suite("What a connection does by the clock")
struct ConnectionTimingTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    private func timing(ping: Int = 25, heartbeat: Int = 8) -> ConnectionTiming {
        var limits = GatewayConfiguration.Limits()
        limits.pingSeconds = ping
        limits.heartbeatSeconds = heartbeat
        return ConnectionTiming(limits: limits, now: start)
    }

    @Test("heartbeats and pings come at their intervals, not before")
    func intervals() {
        var timing = timing()
        #expect(timing.due(at: after(7)).isEmpty)
        #expect(timing.due(at: after(8)) == [.heartbeat])
        #expect(timing.due(at: after(9)).isEmpty)
        #expect(timing.due(at: after(16)) == [.heartbeat])
        #expect(timing.due(at: after(25)) == [.heartbeat, .ping])
    }

    @Test("a peer that says nothing after a ping is given up one interval later, one that says anything is not")
    func pingTimeout() {
        var silent = timing(ping: 5, heartbeat: 1000)
        #expect(silent.due(at: after(5)) == [.ping])
        #expect(silent.due(at: after(9)).isEmpty)
        #expect(silent.due(at: after(10)) == [.pingTimeout])

        var alive = timing(ping: 5, heartbeat: 1000)
        #expect(alive.due(at: after(5)) == [.ping])
        alive.heard(at: after(9))
        #expect(alive.due(at: after(10)) == [.ping])
        #expect(alive.due(at: after(15)) == [.pingTimeout])
    }

    @Test("while the socket is not read no pong can be seen, so only the stall limit ends it")
    func unreadSocket() {
        var timing = timing(ping: 5, heartbeat: 1000)
        timing.isReading = false
        timing.writabilityChanged(to: false, at: after(1))
        #expect(timing.due(at: after(5)) == [.ping])
        #expect(!timing.due(at: after(15)).contains(.pingTimeout))
        #expect(timing.due(at: after(31)) == [.slowConsumer])
    }

    @Test("a reader that catches up in time is not slow")
    func stall() {
        var timing = timing(ping: 1000, heartbeat: 1000)
        timing.writabilityChanged(to: false, at: after(0))
        timing.writabilityChanged(to: false, at: after(20))
        timing.writabilityChanged(to: true, at: after(29))
        #expect(timing.due(at: after(40)).isEmpty)
        timing.writabilityChanged(to: false, at: after(41))
        #expect(timing.due(at: after(70)).isEmpty)
        #expect(timing.due(at: after(71)) == [.slowConsumer])
    }

    @Test("the end of a token is announced once, then it is the end; a new token starts anew")
    func expiry() {
        var timing = timing(ping: 1000, heartbeat: 1000)
        timing.expires(at: after(100))
        #expect(timing.due(at: after(39)).isEmpty)
        #expect(timing.due(at: after(40)) == [.warnOfExpiry])
        #expect(timing.due(at: after(41)).isEmpty)
        timing.expires(at: after(500))
        #expect(timing.due(at: after(100)).isEmpty)
        #expect(timing.due(at: after(440)) == [.warnOfExpiry])
        #expect(timing.due(at: after(500)) == [.expired])
    }
}

@Suite("Token buckets")
struct TokenBucketsTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    @Test("a burst passes, then one message for each interval, and the wait is told")
    func burstAndRate() {
        let buckets = TokenBuckets(perSecond: 20, burst: 60)
        let user = UserID("u")
        for _ in 0..<60 { #expect(buckets.take(for: user, at: start) == nil) }
        #expect(buckets.take(for: user, at: start) == 50)
        #expect(buckets.take(for: user, at: start.adding(seconds: 0.03)) == 20)
        #expect(buckets.take(for: user, at: start.adding(seconds: 0.05)) == nil)
        #expect(buckets.take(for: user, at: start.adding(seconds: 0.05)) != nil)
        #expect(buckets.take(for: UserID("other"), at: start) == nil)
    }

    @Test("a rested bucket holds one burst, never more; a clock that goes back takes nothing away")
    func refill() {
        let buckets = TokenBuckets(perSecond: 1, burst: 2)
        let user = UserID("u")
        #expect(buckets.take(for: user, at: start) == nil)
        let later = start.adding(seconds: 3600)
        #expect(buckets.take(for: user, at: later) == nil)
        #expect(buckets.take(for: user, at: later) == nil)
        #expect(buckets.take(for: user, at: later) == 1000)
        #expect(buckets.take(for: user, at: start) == 1000)
    }

    @Test("full buckets are forgotten, so memory is bounded by those who send")
    func sweep() {
        let buckets = TokenBuckets(perSecond: 1000, burst: 1)
        for index in 0..<25_000 {
            _ = buckets.take(for: UserID("u\(index)"), at: start.adding(seconds: Double(index)))
        }
        #expect(buckets.count <= 10_001)
    }
}
