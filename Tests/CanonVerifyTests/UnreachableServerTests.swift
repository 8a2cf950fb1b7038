import CanonWire
import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import CanonVerify

/// Takes connections and says, or does not say, the same to each.
private enum OddServer {
    enum Manner: Sendable { case silent, closes, says(String) }

    static func with(_ manner: Manner, _ body: (Int) async throws -> Void) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(manner))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        try await body(channel.localAddress?.port ?? 0)
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let manner: Manner
        init(_ manner: Manner) { self.manner = manner }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch manner {
            case .silent: break
            case .closes: context.close(promise: nil)
            case .says(let text): context.channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

@Suite("A server that is not there, or is something else")
struct UnreachableServerTests {
    private func probe(_ url: String) async throws -> ProbeReport {
        var options = Probe.Options()
        options.timeout = .seconds(1)
        return try await Probe(try ServerAddress(url), options: options).run()
    }

    /// Checks that the first step alone was tried, and what it said.
    private func expect(_ came: String, _ remedy: String, from url: String) async throws {
        let report = try await probe(url)
        #expect(report.verdict == .failed)
        guard case .failed(_, let found, let advice) = report.entries[0].outcome else {
            Issue.record("the first step did not fail")
            return
        }
        #expect(found.contains(came), "\(found)")
        #expect(advice.contains(remedy), "\(advice)")
        #expect(report.entries.dropFirst().allSatisfy { $0.outcome.name == "not run" })
    }

    @Test("nothing listens")
    func down() async throws {
        // A port that was free a moment ago.
        var port = 0
        try await OddServer.with(.silent) { port = $0 }
        try await expect("nothing listens at 127.0.0.1:\(port)", "Start the server", from: "http://127.0.0.1:\(port)")
    }

    @Test("a name that does not exist")
    func unresolved() async throws {
        try await expect("nosuch.invalid cannot be resolved", "typing error", from: "http://nosuch.invalid")
    }

    @Test("it takes the connection and says nothing")
    func hangs() async throws {
        try await OddServer.with(.silent) { port in
            try await expect("GET /health did not come in time", "--timeout", from: "http://127.0.0.1:\(port)")
        }
    }

    @Test("it ends the connection")
    func closes() async throws {
        try await OddServer.with(.closes) { port in
            try await expect("closed the connection", "log of the server", from: "http://127.0.0.1:\(port)")
        }
    }

    @Test("it speaks something else than HTTP")
    func notHTTP() async throws {
        try await OddServer.with(.says("SSH-2.0-OpenSSH_9.9\r\n")) { port in
            try await expect("not HTTP/1.1", "port of the gateway", from: "http://127.0.0.1:\(port)")
        }
    }

    @Test("it redirects, and the credential does not go along")
    func redirects() async throws {
        let answer = "HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
        try await OddServer.with(.says(answer)) { port in
            try await expect(
                "301 to https://elsewhere.example/", "give the address", from: "http://127.0.0.1:\(port)/prefix")
        }
    }

    @Test("it is healthy by another standard")
    func sick() async throws {
        let body = "{\"status\":\"degraded\"}"
        try await OddServer.with(.says("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")) {
            port in
            try await expect("\"degraded\"", "gateway", from: "http://127.0.0.1:\(port)")
        }
    }

    @Test("it speaks no TLS where the URL asks for it")
    func noTLS() async throws {
        try await OddServer.with(.says("HTTP/1.1 400 Bad Request\r\n\r\n")) { port in
            try await expect("speaks something else", "http://", from: "https://127.0.0.1:\(port)")
        }
    }
}
