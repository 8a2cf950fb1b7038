import CanonTestSupport
import CanonVerify
import CanonWire
import Foundation
import Testing

@testable import CanonGateway

@Suite("canon load against a gateway")
struct LoadTests {
    private static func load(
        _ gateway: RunningGateway, fault: ServerFault = .none, configure: (inout LoadOptions) -> Void = { _ in }
    ) async throws -> LoadReport {
        let proxy = try await FaultyProxy.start(before: gateway.port, fault: fault)
        var options = LoadOptions()
        options.users = .demo(4)
        options.devices = 2
        options.rate = 40
        // The number of messages ends the load, and what was asked for ends the waiting: times only end what hangs.
        options.seconds = 600
        options.maximumMessages = 24
        options.timeout = 120
        options.messageBytes = 0...0
        options.question = "think tool say:a say:b"
        configure(&options)
        let address = try ServerAddress("http://127.0.0.1:\(proxy.port)")
        let report = try await LoadTest(address, options: options).run()
        await proxy.stop()
        return report
    }

    private static func isDemo(_ configuration: inout GatewayConfiguration) {
        configuration.demo = true
    }

    @Test("everything comes once, in order, and to its user, through storms and to slow readers too")
    func faultless() async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let report = try await Self.load(gateway) {
                $0.stormInterval = 0.5
                $0.slowReaders = 2
                $0.rate = 20
                $0.maximumMessages = 40
                $0.messageBytes = 200...2000
            }
            #expect(report.verdict == .held, "\(report.json.encodedText)")
            #expect(report.sent == 40 && report.answered.count + UInt64(report.refused) == 40)
            #expect(report.cuts > 0 && report.resumed.count > 0)
            #expect(report.events > 40 * 6)
            let schema = try JSONSchema(Repository.data("docs/schemas/load-report.schema.json"))
            #expect(try schema.problems(in: Data(report.json.encodedText.utf8)) == [])
        }
    }

    @Test(
        "a server that does one thing wrong is found out",
        arguments: [
            (.oneLostInMany, .lost), (.lastIsLost, .lost), (.oneRepeatedInMany, .duplicated),
            (.twoSwappedInMany, .disordered), (.eventsLeak, .foreign),
        ] as [(ServerFault, LoadFaults.Kind)])
    func faults(fault: ServerFault, kind: LoadFaults.Kind) async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let report = try await Self.load(gateway, fault: fault) {
                // What is lost is waited for, up to this. Of the others nothing is missing, however long it takes to come.
                if kind == .lost { $0.timeout = 3 }
            }
            #expect(report.verdict == .failed)
            #expect(report.faults.count(kind) > 0, "\(report.json.encodedText)")
            for other in LoadFaults.Kind.allCases where other != kind {
                #expect(report.faults.count(other) == 0, "\(other): \(report.faults.examples)")
            }
            #expect(report.faults.examples.allSatisfy { $0.contains("user ") })
        }
    }

    @Test("what comes to a late device, and once more when it asks for the rest, is no fault")
    func late() async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            let report = try await Self.load(gateway, fault: .lateToOthers) {
                $0.maximumMessages = 8
                // Nobody can tell that what is on its way will come: that is waited for, up to this.
                $0.timeout = 5
            }
            #expect(report.faults.isEmpty, "\(report.faults.examples)")
            #expect(report.events >= 8 * 2 * 6)
        }
    }

    @Test("a user who may not send more is told so, and nothing counts as lost")
    func refused() async throws {
        let limited: (inout GatewayConfiguration) -> Void = {
            $0.demo = true
            $0.limits.messagesPerSecond = 1
            $0.limits.messageBurst = 1
        }
        try await RunningGateway.with(configure: limited) { gateway in
            let report = try await Self.load(gateway) {
                $0.users = .demo(1)
                $0.devices = 1
                $0.maximumMessages = 6
            }
            #expect(report.verdict == .held, "\(report.json.encodedText)")
            #expect(report.refused > 0)
        }
    }

    @Test("when the server goes away meanwhile, it is not known whether anything was lost")
    func gone() async throws {
        try await RunningGateway.with(configure: Self.isDemo) { gateway in
            var options = LoadOptions()
            options.users = .demo(2)
            options.rate = 20
            options.seconds = 60
            options.timeout = 2
            options.messageBytes = 0...0
            options.question = "say:a"
            let test = try LoadTest(try ServerAddress("http://127.0.0.1:\(gateway.port)"), options: options)
            let (answers, told) = AsyncStream.makeStream(of: Void.self)
            let load = Task { try await test.run { if $0.answered > 0 { told.yield() } } }
            _ = await answers.first { true }
            await gateway.stop()
            // Whoever has waited long enough ends the load as Ctrl-C does.
            load.cancel()
            let report = try await load.value
            #expect(report.verdict == .unknown, "\(report.json.encodedText)")
            #expect(report.unchecked > 0)
        }
    }

    @Test("tokens of accounts will do, and a server without a demonstration refuses visitors")
    func tokens() async throws {
        try await RunningGateway.with { gateway in
            let users = [try await gateway.user(), try await gateway.user()]
            let report = try await Self.load(gateway) {
                $0.users = .tokens(users.map(\.token))
                $0.maximumMessages = 4
            }
            #expect(report.verdict == .held && report.answered.count == 4, "\(report.json.encodedText)")
            for user in users { #expect(!report.json.encodedText.contains(user.token)) }
            let threads = try await gateway.http.get("/api/threads", token: users[0].token)
            #expect(!threads.text.contains("thread_load"), "the conversations of the load are left behind")
            await #expect(throws: LoadTest.Failure.self) { try await Self.load(gateway) }
        }
    }
}
