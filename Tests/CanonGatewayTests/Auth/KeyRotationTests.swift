import CanonStore
import CanonWire
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

@testable import CanonGateway

/// Another issuer's server: a real one, whose answer can be changed.
private final class KeyServer: Sendable {
    struct Reply: Sendable {
        var status = HTTPResponse.Status.ok
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "max-age=86400"]
        var body: String
    }

    private let reply: Mutex<Reply>
    private let count = Mutex(0)

    init(_ body: String) { reply = Mutex(Reply(body: body)) }

    var requests: Int { count.withLock { $0 } }
    func answer(_ new: Reply) { reply.withLock { $0 = new } }

    /// Runs `body` beside the server with the URL of its keys.
    func run(_ body: @escaping @Sendable (_ url: String) async throws -> Void) async throws {
        let router = Router()
        router.get("jwks") { _, _ in
            self.count.withLock { $0 += 1 }
            let reply = self.reply.withLock { $0 }
            return Response(
                status: reply.status, headers: reply.headers, body: .init(byteBuffer: ByteBuffer(string: reply.body)))
        }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "issuer")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            guard let port = await ports.first(where: { _ in true }) else { return }
            defer { group.cancelAll() }
            try await body("http://127.0.0.1:\(port)/jwks")
        }
    }
}

private struct TooLate: Error, CustomStringConvertible {
    let description: String
}

/// Asks until the condition holds; how long that took.
@discardableResult
private func eventually(
    within limit: Duration = .seconds(10), _ what: String, _ condition: () async throws -> Bool
) async throws -> Duration {
    let start = LivedClock.now
    while try await !condition() {
        guard LivedClock.now - start < limit else { throw TooLate(description: "\(what) within \(limit)") }
        try await Task.sleep(for: .milliseconds(5))
    }
    return LivedClock.now - start
}

@Suite(.timeLimit(.minutes(2))) struct KeyRotationTests {
    private let issuer = IssuerFixture()
    private let first = TestKeyPair.p256("first")
    private let second = TestKeyPair.ed25519("second")

    @Test("a file that was written is read again; one that is broken or gone changes nothing, and is told once")
    func file() async throws {
        defer { issuer.remove() }
        try issuer.publish(first)
        let keys = try await issuer.keys()
        #expect(keys.key(id: "first", algorithm: .es256) != nil)
        let start = keys.look()
        #expect(keys.look() == start)

        try issuer.publish(first, second)
        #expect(keys.look() == start + 1)
        #expect(keys.key(id: "second", algorithm: .edDSA) != nil)
        // The same keys in another file are no change.
        try issuer.publish([second.jwk, first.jwk])
        #expect(keys.look() == start + 1)

        for text in ["", "{", #"{"keys":[]}"#, [first.jwk { $0["d"] = "AAAA" }].keySet] {
            try issuer.write(text)
            #expect(keys.look() == start + 1)
        }
        issuer.remove()
        #expect(keys.look() == start + 1)
        #expect(keys.key(id: "second", algorithm: .edDSA) != nil)
        #expect(issuer.log.warnings.count == 1, "\(issuer.log.texts)")

        try issuer.publish(second)
        #expect(keys.look() == start + 2)
        #expect(keys.key(id: "first", algorithm: .es256) == nil)
        #expect(issuer.log.texts.contains { $0.contains("can be read again") })
        issuer.remove()
        _ = keys.look()
        #expect(issuer.log.warnings.count == 2)
    }

    @Test("a key that is replaced under its old name is another key")
    func sameName() async throws {
        defer { issuer.remove() }
        try issuer.publish(first)
        let keys = try await issuer.keys()
        let old = try #require(keys.key(id: "first", algorithm: .es256)?.thumbprint)
        try issuer.publish(TestKeyPair.p256("first"))
        _ = keys.look()
        #expect(!keys.holds(thumbprint: old))
    }

    @Test("keys that cannot be read at the start are an error that names the place")
    func start() async throws {
        let folder = FileManager.default.temporaryDirectory.path
        for (source, words) in [
            (KeySetSource.file("/nonexistent/jwks.json"), "/nonexistent/jwks.json: cannot be read: No such file"),
            (.file(folder), "not a regular file"), (.file("/dev/null"), "not a regular file"),
            (.url("http://127.0.0.1:1/jwks"), "http://127.0.0.1:1/jwks: cannot be fetched"),
        ] {
            let error = await #expect(throws: KeySetError.self) {
                _ = try await IssuerKeys(source: source, refreshInterval: .seconds(300), logger: Logger(label: "test"))
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test("a URL is asked again when it is time, and early for an unknown key, but not for each of them")
    func url() async throws {
        let (first, second, issuer) = (first, second, issuer)
        let server = KeyServer([first.jwk].keySet)
        try await server.run { url in
            let keys = try await IssuerKeys(
                source: .url(url), refreshInterval: .seconds(300), unknownKeyInterval: .seconds(300),
                logger: issuer.log.logger)
            #expect(server.requests == 1)
            _ = keys.look()
            let fixture = try await AuthFixture(
                external: ExternalIssuer(
                    name: IssuerFixture.name, audiences: [IssuerFixture.audience], userPrefix: "ext_", keys: keys))
            func outcome(_ pair: TestKeyPair, _ edit: (inout JSONObject) -> Void = { _ in }) async throws
                -> AuthenticationFailure?
            {
                let token = try pair.sign(IssuerFixture.claims(at: fixture.clock.now, edit))
                return await fixture.authenticator.authenticate(bearer: token).failure
            }
            #expect(try await outcome(first) == nil)
            server.answer(.init(body: [first.jwk, second.jwk].keySet))
            // Whoever does not even claim to be the issuer makes no request.
            #expect(try await outcome(second) { $0["iss"] = "somebody" } == .unsupportedAlgorithm)
            #expect(server.requests == 1)
            #expect(try await outcome(second) == nil, "the new key is fetched while its first token waits")
            #expect(server.requests == 2)
            for _ in 1...20 { #expect(try await outcome(.ed25519("made up")) == .unknownKey) }
            #expect(server.requests == 2)
        }
    }

    @Test("a URL that fails, answers nonsense, too much or leads elsewhere leaves the keys as they were")
    func failingURL() async throws {
        let (first, second, issuer) = (first, second, issuer)
        let server = KeyServer([first.jwk].keySet)
        try await server.run { url in
            let keys = try await IssuerKeys(
                source: .url(url), refreshInterval: .milliseconds(1), unknownKeyInterval: .zero,
                logger: issuer.log.logger)
            let good = [second.jwk].keySet
            let bad: [KeyServer.Reply] = [
                .init(status: .internalServerError, body: good), .init(status: .notFound, body: good),
                .init(status: .found, headers: [.location: url], body: good), .init(body: "<html>"),
                .init(body: good + String(repeating: " ", count: PublicKeySet.maximumBytes)),
            ]
            for reply in bad {
                server.answer(reply)
                await keys.refreshForUnknownKey()
                #expect(keys.key(id: "first", algorithm: .es256) != nil)
                #expect(keys.key(id: "second", algorithm: .edDSA) == nil)
            }
            #expect(issuer.log.warnings.count == 1, "\(issuer.log.warnings)")
            server.answer(.init(body: good))
            try await eventually("the refresh that is due") {
                _ = keys.look()
                return keys.key(id: "second", algorithm: .edDSA) != nil
            }
            #expect(keys.key(id: "first", algorithm: .es256) == nil)
        }
    }

    @Test("a key that is gone closes its sockets within a second and refuses requests; others stay")
    func liveSockets() async throws {
        defer { issuer.remove() }
        let (first, second, issuer) = (first, second, issuer)
        try issuer.publish(first)
        try await RunningGateway.with(configure: {
            $0.authentication.jwks = issuer.path
            $0.authentication.externalIssuer = IssuerFixture.name
            $0.authentication.externalAudiences = [IssuerFixture.audience]
        }) { gateway in
            let old = try first.sign(IssuerFixture.claims(at: .now()))
            let new = try second.sign(IssuerFixture.claims(at: .now()))
            let oldSocket = try await TestSocket.open(port: gateway.port, token: old)
            try await oldSocket.next("connection_established")
            let own = try await gateway.socket(try await gateway.user())
            #expect(try await gateway.http.get("/auth/me", token: new).status == 401)

            try issuer.publish(first, second)
            let added = try await eventually("the new key") {
                try await gateway.http.get("/auth/me", token: new).status == 200
            }
            #expect(added < .seconds(1.5))
            let newSocket = try await TestSocket.open(port: gateway.port, token: new)
            try await newSocket.next("connection_established")

            let start = LivedClock.now
            try issuer.publish(second)
            let closed = try await oldSocket.closed()
            #expect(LivedClock.now - start < .seconds(1.5))
            #expect(closed.code == 1008)
            #expect(closed.reason == "token_revoked")
            let refused = try await gateway.http.get("/auth/me", token: old)
            #expect(refused.status == 401)
            #expect(refused.json["error"] == "unknown_key")
            for socket in [newSocket, own] {
                socket.send(["type": "ping"])
                try await socket.next("pong")
            }
        }
    }
}
