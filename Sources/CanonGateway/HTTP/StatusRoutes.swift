import CanonStore
import CanonWire
import HTTPTypes
import Hummingbird
import NIOCore

/// What the gateway says about itself: health, limits, counters, inventory.
struct StatusRoutes: Sendable {
    let manager: WebSocketManager
    let runs: RunSupervisor
    let readiness: Readiness
    let metrics: GatewayMetrics
    let configuration: GatewayConfiguration
    let requests: RequestScopes
    let startedAt: Timestamp

    func add(to router: Router<GatewayRequestContext>) {
        for path in ["/health", "/health/live", "/health/backend"] as [RouterPath] { router.get(path, use: health) }
        for path in ["/health/ready", "/health/startup"] as [RouterPath] { router.get(path, use: ready) }
        router.get("/ws/health", use: socketHealth)
        router.get("/ws/config", use: socketConfiguration)
        router.get("/ws/stats", use: statistics)
        router.get("/ws/beacon") { _, _ in Response.json(["service": "canon", "status": "operational"]) }
        // A page that is left says so; the socket's own close is what counts.
        router.post("/ws/beacon") { _, _ in Response(status: .noContent) }
        router.get("/metrics", use: prometheus)
        router.get("/api/manager", use: inventory)
        if configuration.demo { router.get("/api/demo/health", use: demoHealth) }
    }

    private func health(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        .json([
            "status": "healthy", "service_name": "canon", "version": .string(ProductVersion.version),
            "timestamp": .double(Timestamp.now().seconds), "uptime_seconds": .int(uptime),
        ])
    }

    private func ready(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let reasons = await readiness.reasons()
        guard reasons.isEmpty else {
            return .json(
                ["status": "not_ready", "reasons": .array(reasons.map { .string($0) })], status: .serviceUnavailable,
                headers: [.retryAfter: "1"])
        }
        return .json(["status": "ready", "reasons": []])
    }

    private func socketHealth(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let reasons = await readiness.reasons()
        let isHealthy = reasons.isEmpty
        return .json(
            [
                "status": isHealthy ? "healthy" : "unhealthy", "timestamp": .string(Timestamp.now().iso8601),
                "components": [
                    "manager": true, "message_router": true, "event_log": .bool(isHealthy),
                    "agent": .string(runs.agentName),
                ],
                "reasons": .array(reasons.map { .string($0) }),
            ], status: isHealthy ? .ok : .serviceUnavailable)
    }

    /// The limits in force, from the value that enforces them.
    private func socketConfiguration(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let limits = configuration.limits
        return .json([
            "status": "success",
            "websocket_config": [
                "version": "2.0", "heartbeat_interval": .int(Int64(limits.heartbeatSeconds)),
                "ping_interval": .int(Int64(limits.pingSeconds)),
                "connection_timeout": .int(Int64(limits.pingSeconds * 2)),
                "max_message_size": .int(Int64(limits.maximumMessageBytes)),
                "compression_enabled": .bool(configuration.compression),
            ],
            "limits": .object(limits.json),
            "retention": [
                "days": .int(Int64(configuration.retention.days)),
                "events": .int(Int64(configuration.retention.events)),
            ],
            "vocabulary": .string(Vocabulary.hash),
            "subprotocols": .array(HandshakeCredentials.subprotocols.map { .string($0) }),
            "manager_available": true, "timestamp": .double(Timestamp.now().seconds),
        ])
    }

    private func statistics(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let inventory = manager.inventory()
        let counters = metrics.counters.map { counter -> (key: String, value: JSONValue) in
            let name = counter.name.dropFirst("canon_".count).replacing("_total", with: "")
            return (key: String(name), value: .int(Int64(counter.value)))
        }
        return .json([
            "active_connections": .int(Int64(inventory.connections)), "active_users": .int(Int64(inventory.users)),
            "open_runs": .int(Int64(runs.openRuns)), "uptime_seconds": .int(uptime),
            "delivery": [
                "delivered": .int(Int64(metrics.eventsDelivered.value)),
                "replayed": .int(Int64(metrics.eventsReplayed.value)),
                "coalesced": .int(Int64(metrics.eventsCoalesced.value)),
                "snapshots": .int(Int64(metrics.snapshotsSent.value)),
                "dropped": .int(Int64(metrics.eventsDropped.value)),
                "refused": .int(Int64(metrics.messagesRefused.value)),
            ],
            "counters": .object(JSONObject(counters)), "timestamp": .double(Timestamp.now().seconds),
        ])
    }

    private func prometheus(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let inventory = manager.inventory()
        let text = metrics.prometheus(gauges: [
            ("canon_connections", "Open WebSocket connections and event streams.", inventory.connections),
            ("canon_streams", "Open event streams.", manager.openStreams),
            ("canon_users", "Users with an open connection.", inventory.users),
            ("canon_runs_open", "Runs without a terminal event.", runs.openRuns),
            ("canon_ready", "1 when the gateway serves.", readiness.isServing ? 1 : 0),
        ])
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// Which manager runs, for those who check that there is one.
    private func inventory(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        guard scope.principal.role == .service || scope.principal.role == .admin else {
            throw ErrorBody(.forbidden, "forbidden", "The inventory needs the service or admin role.")
        }
        return .json(manager.inventory().json)
    }

    private func demoHealth(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        .json([
            "status": "healthy", "service": "demo_websocket",
            "features": [
                "authentication_required": false,
                "agent_events": .array(EventType.goldenPath.map { .string($0.rawValue) }), "ready_for_demo": true,
            ],
        ])
    }

    private var uptime: Int64 { (Timestamp.now().milliseconds - startedAt.milliseconds) / 1000 }
}

extension GatewayConfiguration.Limits {
    /// Every limit under the name it has in the configuration.
    var json: JSONObject {
        let named: [(String, Int)] = [
            ("ping_seconds", pingSeconds), ("heartbeat_seconds", heartbeatSeconds),
            ("handshake_seconds", handshakeSeconds), ("early_frames", earlyFrames), ("early_bytes", earlyBytes),
            ("connection_budget_bytes", connectionBudgetBytes), ("slow_consumer_seconds", slowConsumerSeconds),
            ("connections_per_user", connectionsPerUser),
            ("connections", connections), ("messages_per_second", messagesPerSecond), ("message_burst", messageBurst),
            ("maximum_message_bytes", maximumMessageBytes), ("maximum_text_bytes", maximumTextBytes),
            ("maximum_depth", maximumDepth), ("open_runs_per_user", openRunsPerUser),
            ("silent_run_seconds", silentRunSeconds), ("drain_seconds", drainSeconds),
            ("maximum_request_body_bytes", maximumRequestBodyBytes),
        ]
        return JSONObject(named.map { (key: $0.0, value: .int(Int64($0.1))) })
    }
}
