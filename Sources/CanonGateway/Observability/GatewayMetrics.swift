import Synchronization

/// A number that only grows, counted from any thread.
final class Counter: Sendable {
    let name: String
    let help: String
    private let count = Atomic<Int>(0)

    init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }

    func increment(by amount: Int = 1) { count.add(amount, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}

/// What the gateway counts. The same counters stand in `/ws/stats` and `/metrics`.
final class GatewayMetrics: Sendable {
    let connectionsOpened = Counter("canon_connections_opened_total", "WebSocket connections admitted.")
    let connectionsClosed = Counter("canon_connections_closed_total", "WebSocket connections ended.")
    let connectionsRefused = Counter("canon_connections_refused_total", "Upgrades refused or closed before a welcome.")
    let authenticationFailures = Counter("canon_authentication_failures_total", "Credentials that were not accepted.")
    let deprecatedSubprotocols = Counter(
        "canon_deprecated_subprotocols_total", "Handshakes whose only subprotocol carries a token.")
    let messagesReceived = Counter("canon_messages_received_total", "Text messages from clients.")
    let messagesRefused = Counter("canon_messages_refused_total", "Client messages answered by an error.")
    let messagesLimited = Counter("canon_messages_limited_total", "Client messages over the rate limit.")
    let messagesDuplicate = Counter("canon_messages_duplicate_total", "Client messages that were stored before.")
    let claimsIgnored = Counter("canon_claims_ignored_total", "Foreign user ids and run ids in client messages.")
    let eventsStored = Counter("canon_events_stored_total", "Events the log has taken.")
    let eventsDelivered = Counter("canon_events_delivered_total", "Events written to connections.")
    let eventsReplayed = Counter("canon_events_replayed_total", "Delivered events that were read from the log.")
    let eventsCoalesced = Counter(
        "canon_events_coalesced_total", "Deltas that were written as part of another one to a slow connection.")
    let snapshotsSent = Counter("canon_snapshots_sent_total", "Snapshots written in place of events.")
    let eventsDropped = Counter("canon_events_dropped_total", "Events lost on the way to a follower; must stay 0.")
    let eventsPruned = Counter("canon_events_pruned_total", "Stored events that retention has removed.")
    let slowConsumers = Counter("canon_slow_consumers_total", "Connections closed because they did not read.")
    let runsStarted = Counter("canon_runs_started_total", "Runs begun.")
    let runsCompleted = Counter("canon_runs_completed_total", "Runs that ended with an answer.")
    let runsFailed = Counter("canon_runs_failed_total", "Runs that ended with an error.")
    let runsCancelled = Counter("canon_runs_cancelled_total", "Runs that were stopped.")
    let runsOrphaned = Counter("canon_runs_orphaned_total", "Open runs ended when the server started.")

    var counters: [Counter] {
        [
            connectionsOpened, connectionsClosed, connectionsRefused, authenticationFailures, deprecatedSubprotocols,
            messagesReceived, messagesRefused, messagesLimited, messagesDuplicate, claimsIgnored, eventsStored,
            eventsDelivered, eventsReplayed, eventsCoalesced, snapshotsSent, eventsDropped, eventsPruned, slowConsumers,
            runsStarted, runsCompleted, runsFailed,
            runsCancelled, runsOrphaned,
        ]
    }

    /// Prometheus text exposition format 0.0.4.
    /// - Parameter gauges: numbers that go up and down, with name and help.
    func prometheus(gauges: [(name: String, help: String, value: Int)]) -> String {
        var text = ""
        for counter in counters {
            text += "# HELP \(counter.name) \(counter.help)\n# TYPE \(counter.name) counter\n"
            text += "\(counter.name) \(counter.value)\n"
        }
        for gauge in gauges {
            text += "# HELP \(gauge.name) \(gauge.help)\n# TYPE \(gauge.name) gauge\n\(gauge.name) \(gauge.value)\n"
        }
        return text
    }
}
