import CanonStore
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
                authenticator.forgetReads()
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

/// Removes what is older than the log is meant to be, again and again.
struct RetentionService: Service {
    let log: any EventLog
    let retention: GatewayConfiguration.Retention
    let metrics: GatewayMetrics
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await prune()
                // Spread, so that several servers of one machine do not work at the same moment.
                let seconds = Double(retention.intervalSeconds) * .random(in: 0.9...1.1)
                try? await Task.sleep(for: .seconds(seconds))
            }
        }
    }

    private func prune() async {
        do {
            let report = try await log.prune(retention.policy)
            metrics.eventsPruned.increment(by: report.events)
            guard report != PruneReport() else { return }
            logger.info(
                "retention removed what was too old",
                metadata: [
                    "threads": "\(report.threads)", "events": "\(report.events)", "runs": "\(report.runs)",
                    "idempotency_keys": "\(report.claims)",
                ])
        } catch is CancellationError {
        } catch {
            // Nothing is lost by keeping too much; the next pass tries again.
            logger.warning("retention could not finish", metadata: ["error": "\(error)"])
        }
    }
}
