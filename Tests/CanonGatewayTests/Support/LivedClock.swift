import Foundation
import Synchronization

/// The time that this process has lived through. While it does not run (a machine with too much to do, a container that is paused)
/// no time passes, so that nobody gives up waiting for what had no chance to come.
enum LivedClock {
    /// Since somebody asked first.
    static var now: Duration {
        _ = ticker
        return lived.withLock { $0 }
    }

    static func deadline(in seconds: Double) -> Duration { now + .seconds(seconds) }

    static func sleep(until deadline: Duration) async throws {
        while case let left = deadline - now, left > .zero {
            try await Task.sleep(for: min(max(left, .milliseconds(5)), .milliseconds(50)))
        }
    }

    private static let lived = Mutex(Duration.zero)
    private static let tick = 0.01
    /// A gap between two ticks that is longer is one in which the process stood still.
    private static let longestTick: Duration = .milliseconds(100)

    private static let ticker: Void = Thread.detachNewThread {
        var last = ContinuousClock.now
        while true {
            Thread.sleep(forTimeInterval: tick)
            let now = ContinuousClock.now
            lived.withLock { $0 += min(last.duration(to: now), longestTick) }
            last = now
        }
    }
}
