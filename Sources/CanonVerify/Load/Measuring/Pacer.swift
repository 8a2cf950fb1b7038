public import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Says when each message of an open loop is due. The times stand fixed from the start: a message that could be sent
/// only later is late by its own time, so that a server that stops for a moment cannot hide it (coordinated omission).
public final class Pacer {
    private let loop: any EventLoop
    private let schedule: Schedule
    private let send: (UInt64) -> Bool
    /// When the next message is due. Not a whole number: rounding each distance would change the rate.
    private var due: Double = 0
    private var isRunning = false

    /// Messages in one turn of the loop, so that answers are read in between.
    private static let turn = 256

    /// How the times lie.
    public enum Schedule: Sendable {
        /// At equal distances, so many in a second.
        case even(rate: Double)
        /// As independent people come: so many in a second on the average, the distances distributed exponentially.
        case poisson(rate: Double)

        /// Nanoseconds from one message to the next.
        var distance: Double {
            switch self {
            case .even(let rate): 1e9 / rate
            case .poisson(let rate): -log(Double.random(in: Double.leastNonzeroMagnitude...1)) * 1e9 / rate
            }
        }
    }

    /// - Parameters:
    ///   - loop: whose turns are used; everything happens on it.
    ///   - send: sends a message that was due at the time given; false when there is no place for it now.
    public init(loop: any EventLoop, schedule: Schedule, send: @escaping (UInt64) -> Bool) {
        self.loop = loop
        self.schedule = schedule
        self.send = send
    }

    public func run() {
        isRunning = true
        due = Double(monotonicNanoseconds())
        tick()
    }

    public func stop() { isRunning = false }

    private func tick() {
        guard isRunning else { return }
        let now = monotonicNanoseconds()
        var isHeldUp = false
        for _ in 0..<Self.turn where UInt64(due) <= now && !isHeldUp {
            isHeldUp = !send(UInt64(due))
            if !isHeldUp { due += schedule.distance }
        }
        let next = isHeldUp ? now + 200_000 : UInt64(due)
        loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(next)) { [self] in tick() }
    }
}
