import CanonVerify
import CanonWire
import Testing

@testable import CanonGateway

@Suite("canon probe against a gateway")
struct ProbeTests {
    /// A question that the scripted agent answers with all five events.
    private static let question = "think tool say:hello say:world"

    private static func probe(
        _ gateway: RunningGateway, fault: ServerFault = .none,
        configure: (inout Probe.Options) -> Void = { _ in }
    ) async throws -> ProbeReport {
        let proxy = try await FaultyProxy.start(before: gateway.port, fault: fault)
        var options = Probe.Options()
        options.question = question
        options.longQuestion = "say:x wait"
        options.timeout = .seconds(6)
        configure(&options)
        let report = try await Probe(try ServerAddress("http://127.0.0.1:\(proxy.port)"), options: options).run()
        await proxy.stop()
        return report
    }

    private static func isDemo(_ configuration: inout GatewayConfiguration) {
        configuration.demo = true
        configuration.limits.heartbeatSeconds = 1
    }

    private static func failures(_ report: ProbeReport) -> [String] {
        report.entries.filter { $0.outcome.name == "failed" }.map(\.id)
    }

    @Test("every step holds, through a proxy that changes nothing")
    func faultless() async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let report = try await Self.probe(gateway)
            #expect(report.verdict == .held, "\(report.json.encodedText)")
            #expect(report.entries.count == Probe.steps.count { $0.profiles.contains(.canon) })
            #expect(report.serverVersion != nil)
        }
    }

    @Test("every step of the platform's profile holds")
    func platform() async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let report = try await Self.probe(gateway) { $0.profile = .platform }
            #expect(report.verdict == .held, "\(report.json.encodedText)")
        }
    }

    @Test(
        "a server that does one thing wrong fails at the steps that ask for it, and at no other",
        arguments: [
            (.wrongOrder, ["events"]), (.missingMember, ["events"]), (.repeatedEvent, ["events"]),
            (.secondEnd, ["events"]), (.otherAnswer, ["answer"]),
            (.frameBeforeRefusal, ["upgrade-ticket", "bad-token"]),
            (.forgedTokenAdmitted, ["upgrade-ticket", "bad-token"]),
            (.tokenChosen, ["upgrade-canon", "upgrade-jwt-auth"]),
            (.tokenInHeader, ["upgrade-canon", "upgrade-jwt-auth"]),
            (.secondRunForRetry, ["retry"]), (.stopIgnored, ["stop"]), (.emptyPong, ["ping"]),
            (.lostAfterResume, ["resume"]), (.repeatedAfterResume, ["resume"]),
            (.changedInReplay, ["replay", "second-device"]),
            (.silentToOtherDevices, ["second-device"]), (.badJSONCloses, ["bad-json"]),
            (.unknownTypeRefused, ["unknown-type"]), (.oversizeSwallowed, ["oversize"]),
            (.foreignThreadReadable, ["foreign-thread"]), (.eventsLeak, ["foreign-thread"]), (.noHeads, ["heartbeat"]),
        ] as [(ServerFault, [String])])
    func faults(fault: ServerFault, steps: [String]) async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let report = try await Self.probe(gateway, fault: fault) {
                // A run that nobody ends would be ended by its time limit, not by the stop.
                if fault == .stopIgnored { $0.longQuestion = nil }
                // It is waited for, so only where it is asked about.
                if fault != .noHeads { $0.skipped = ["heartbeat"] }
            }
            #expect(report.verdict == .failed)
            #expect(Self.failures(report) == steps, "\(report.json.encodedText)")
            for entry in report.entries where entry.outcome.name == "not run" {
                #expect(report.entries.contains { steps.contains($0.id) }, "\(entry.id) was not run without a cause")
            }
        }
    }

    @Test("no secret stands in a report, even when the server sends it back")
    func secrets() async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let user = try await gateway.user()
            for fault in [ServerFault.tokenChosen, .tokenInHeader] {
                let report = try await Self.probe(gateway, fault: fault) {
                    $0.credentials = .token(user.token, other: nil)
                    $0.skipped = ["foreign-thread"]
                }
                let text = report.json.encodedText
                #expect(Self.failures(report) == ["upgrade-canon", "upgrade-jwt-auth"])
                for part in user.token.split(separator: ".") { #expect(!text.contains(part)) }
                #expect(!text.contains("eyJ"))
            }
        }
    }

    @Test("with tokens of two accounts every step holds, and strangers are refused")
    func tokens() async throws {
        try await RunningGateway.with(configure: { $0.limits.heartbeatSeconds = 1 }) { gateway in
            let (user, other) = (try await gateway.user(), try await gateway.user())
            let report = try await Self.probe(gateway) { $0.credentials = .token(user.token, other: other.token) }
            #expect(report.verdict == .held, "\(report.json.encodedText)")
            let refused = try await Self.probe(gateway)
            #expect(Self.failures(refused) == ["login"], "\(refused.json.encodedText)")
            // Nothing of the probe is left behind.
            let threads = try await gateway.http.get("/api/threads", token: user.token)
            #expect(!threads.text.contains("thread_probe"), "\(threads.text)")
        }
    }

    @Test("what a ticket or a single account cannot show is unknown, and fails nothing")
    func unknown() async throws {
        try await RunningGateway.with(configure: { $0.limits.heartbeatSeconds = 1 }) { gateway in
            let user = try await gateway.user()
            let alone = try await Self.probe(gateway) { $0.credentials = .token(user.token, other: nil) }
            #expect(alone.verdict == .unknown)
            #expect(alone.entries.filter { $0.outcome.name != "held" }.map(\.id) == ["foreign-thread"])
            let made = try await gateway.http.post("/api/websocket/ticket", [:], token: user.token)
            let ticket = try #require(made.json["ticket_id"]?.string)
            let report = try await Self.probe(gateway) { $0.credentials = .ticket(ticket) }
            #expect(report.verdict == .unknown, "\(report.json.encodedText)")
            for id in ["upgrade-ticket", "welcome", "message", "events", "answer", "retry", "ping", "heartbeat"] {
                #expect(report.entries.first { $0.id == id }?.outcome.name == "held", "\(id)")
            }
            #expect(!report.json.encodedText.contains(ticket))
        }
    }

    @Test("an agent that uses no tool is told apart from lost events")
    func noTool() async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let report = try await Self.probe(gateway) { $0.question = "think say:hello" }
            #expect(Self.failures(report) == ["events"])
            guard case .failed(_, let came, let remedy) = report.firstFailure?.outcome else { return }
            #expect(came.hasPrefix("no tool_executing, tool_completed among agent_started"))
            #expect(remedy.contains("--message"))
        }
    }

    @Test("each round of a watch is a probe, and one that fails makes it unstable")
    func watch() async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let user = try await gateway.user()
            let stable = await StabilityWatch(every: .milliseconds(1500), for: .seconds(3)).run {
                try! await Self.probe(gateway) { $0.skipped = ["heartbeat"] }
            } onRound: { _, _ in
            }
            #expect(stable.held + stable.missed == 2 && stable.failed == 0)
            let broken = await StabilityWatch(every: .milliseconds(10), for: .milliseconds(10)).run {
                try! await Self.probe(gateway, fault: .emptyPong) {
                    $0.credentials = .token(user.token, other: nil)
                    $0.skipped = ["heartbeat"]
                }
            } onRound: { _, _ in
            }
            #expect(broken.verdict == .unstable)
            #expect(broken.firstFailure?.entry.id == "ping")
        }
    }
}
