import CanonWire
import Logging
import NIOCore
import ServiceLifecycle

/// Stops in good order: says so to the clients, lets the runs finish, and then closes the sockets.
struct DrainService: Service {
    let manager: WebSocketManager
    let runs: RunSupervisor
    let readiness: Readiness
    /// How long runs may take to finish.
    let seconds: Int
    let eventLoop: any EventLoop
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        logger.notice("stopping", metadata: ["open_runs": "\(runs.openRuns)"])
        readiness.enter(.draining)
        manager.announceEnd()
        await runs.drain(seconds: seconds, on: eventLoop)
        await manager.closeAll(.goingAway)
    }
}

/// What must be looked at again and again: silent runs, and sessions that were ended elsewhere.
struct MonitorService: Service {
    let identity: IdentityServices
    let manager: WebSocketManager
    let runs: RunSupervisor
    let eventLoop: any EventLoop

    func run() async throws {
        let ticker = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [runs] _ in
            runs.tick()
        }
        defer { ticker.cancel() }
        let monitor = identity.monitor
        let authenticator = identity.authenticator
        await cancelWhenGracefulShutdown {
            await monitor.run {
                authenticator.forgetSessions()
                await manager.review { principal in
                    switch await authenticator.check(principal) {
                    case nil, .unavailable: nil
                    case let failure?: CloseReason(code: failure.closeCode, text: failure.closeReason)
                    }
                }
            }
        }
    }
}
