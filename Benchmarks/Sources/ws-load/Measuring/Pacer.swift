import NIOCore

/// Says when each message of an open loop is due. The times stand fixed from the start: a message that could be sent
/// only later is late by its own time, so that a server that stops for a moment cannot hide it (coordinated omission).
final class Pacer {
    private let loop: any EventLoop
    private let interval: Double
    private let send: (UInt64) -> Bool
    private var start: UInt64 = 0
    private var count = 0
    private var isRunning = false

    /// Messages in one turn of the loop, so that answers are read in between.
    private static let turn = 256

    /// - Parameters:
    ///   - rate: messages in a second.
    ///   - send: sends a message that was due at the time given; false when there is no place for it now.
    init(loop: any EventLoop, rate: Double, send: @escaping (UInt64) -> Bool) {
        self.loop = loop
        interval = 1e9 / rate
        self.send = send
    }

    func run() {
        isRunning = true
        start = monotonicNanoseconds()
        tick()
    }

    func stop() { isRunning = false }

    private var due: UInt64 { start + UInt64(Double(count) * interval) }

    private func tick() {
        guard isRunning else { return }
        let now = monotonicNanoseconds()
        var isHeldUp = false
        for _ in 0..<Self.turn where due <= now && !isHeldUp {
            isHeldUp = !send(due)
            if !isHeldUp { count += 1 }
        }
        let next = isHeldUp ? now + 200_000 : due
        loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(next)) { [self] in tick() }
    }
}
