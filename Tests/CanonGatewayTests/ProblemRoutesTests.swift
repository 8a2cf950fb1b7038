import CanonStore
import CanonWire
import Synchronization
import Testing

@testable import CanonGateway

/// A book of one problem, in memory.
private final class OneProblem: ProblemBook {
    /// The revision of the fix; nil while it is open.
    private let fix = Mutex<String?>(nil)
    static let fingerprint = "v1:0123456789abcdef"

    private func page(_ fingerprint: String) throws(ProblemBookError) -> ProblemPage {
        guard !fingerprint.isEmpty, Self.fingerprint.hasPrefix(fingerprint) else {
            throw .noSuchProblem("no problem has the fingerprint \(fingerprint)")
        }
        let fix = fix.withLock { $0 }
        return ProblemPage(
            fingerprint: Self.fingerprint,
            json: ["state": fix == nil ? "known" : "resolved", "fix": fix.map { .string($0) } ?? .null])
    }

    func list() throws(ProblemBookError) -> JSONObject { ["problems": [.object(try page(Self.fingerprint).json)]] }
    func problem(_ fingerprint: String) throws(ProblemBookError) -> ProblemPage { try page(fingerprint) }

    func resolve(_ fingerprint: String, revision: String?) throws(ProblemBookError) -> ProblemPage {
        _ = try page(fingerprint)
        fix.withLock { $0 = revision ?? "" }
        return try page(fingerprint)
    }

    func reopen(_ fingerprint: String) throws(ProblemBookError) -> ProblemPage {
        _ = try page(fingerprint)
        fix.withLock { $0 = nil }
        return try page(fingerprint)
    }
}

private struct ClosedBook: ProblemBook {
    func list() throws(ProblemBookError) -> JSONObject { throw .unavailable("/srv/logs.db: locked") }
    func problem(_ fingerprint: String) throws(ProblemBookError) -> ProblemPage { throw .unavailable("locked") }
    func resolve(_ fingerprint: String, revision: String?) throws(ProblemBookError) -> ProblemPage {
        throw .unavailable("locked")
    }
    func reopen(_ fingerprint: String) throws(ProblemBookError) -> ProblemPage { throw .unavailable("locked") }
}

@Suite("Problems of service logs", .timeLimit(.minutes(3)))
struct ProblemRoutesTests {
    private static let all: [(method: String, path: String)] = [
        ("GET", "/api/problems"), ("GET", "/api/problems/v1:0123"), ("POST", "/api/problems/v1:0123/resolve"),
        ("POST", "/api/problems/v1:0123/reopen"),
    ]

    @Test("an administrator lists, resolves and reopens, each change on record with the whole fingerprint")
    func administrator() async throws {
        try await RunningGateway.with(problems: OneProblem()) { gateway in
            let admin = try await gateway.user(role: .admin)
            let http = gateway.http
            let list = try await http.get("/api/problems", token: admin.token)
            #expect(list.status == 200 && list.json["problems"]?.array?.count == 1)
            #expect(list.headers["cache-control"] == "no-store")
            // A beginning of the fingerprint will do, and browsers may encode the colon.
            let one = try await http.get("/api/problems/v1%3A0123", token: admin.token)
            #expect(one.status == 200 && one.json["state"] == "known")

            let path = "/api/problems/v1:0123"
            let resolved = try await http.post("\(path)/resolve", ["revision": "shop-00045-def"], token: admin.token)
            #expect(resolved.status == 200 && resolved.json["fix"] == "shop-00045-def")
            #expect(try await http.get(path, token: admin.token).json["state"] == "resolved")
            var entry = try #require(try await gateway.identity.auditTrail(limit: 1).first)
            #expect(entry.actor == admin.id.value && entry.action == "problem_resolve")
            #expect(entry.subject == OneProblem.fingerprint && entry.detail == "shop-00045-def")

            #expect(try await http.post("\(path)/reopen", token: admin.token).json["state"] == "known")
            entry = try #require(try await gateway.identity.auditTrail(limit: 1).first)
            #expect(entry.action == "problem_reopen" && entry.subject == OneProblem.fingerprint)
            #expect(try await http.post("\(path)/resolve", [:], token: admin.token).json["fix"] == "")
        }
    }

    @Test("nobody else sees or changes a problem, and a cookie is no credential here")
    func refusals() async throws {
        try await RunningGateway.with(problems: OneProblem(), configure: { $0.demo = true }) { gateway in
            let http = gateway.http
            let visitor = try #require(try await http.post("/auth/demo", [:]).json["access_token"]?.string)
            let strangers = [try await gateway.user().token, visitor, try await gateway.serviceToken()]
            for (method, path) in Self.all {
                let body = method == "POST" ? Array("{}".utf8) : nil
                #expect(try await http.send(method, path, body).status == 401, "\(method) \(path)")
                let cookie = ["Cookie": "canon_refresh=x", "X-Canon-Console": "1"]
                #expect(try await http.send(method, path, body, nil, cookie).status == 401, "\(method) \(path)")
                for token in strangers {
                    #expect(try await http.send(method, path, body, token).status == 403, "\(method) \(path)")
                }
            }
            let admin = try await gateway.user(role: .admin)
            #expect(try await http.get("/api/problems/v1:0123", token: admin.token).json["state"] == "known")
            #expect(try await !gateway.identity.auditTrail().contains { $0.action.hasPrefix("problem_") })
        }
    }

    @Test("what is not there, not given, not open or no revision is told in words, and nothing goes on record")
    func failures() async throws {
        try await RunningGateway.with(problems: OneProblem()) { gateway in
            let token = try await gateway.user(role: .admin).token
            let http = gateway.http
            let long = String(repeating: "f", count: 101)
            for path in ["v1:ffff", "%FF", long] {
                #expect(try await http.get("/api/problems/\(path)", token: token).status == 404, "\(path)")
                #expect(try await http.post("/api/problems/\(path)/resolve", [:], token: token).status == 404)
            }
            let revisions: [JSONValue] = ["a b", "a\nb", 5, .string(String(repeating: "r", count: 201))]
            for revision in revisions {
                let answer = try await http.post(
                    "/api/problems/v1:0123/resolve", ["revision": revision], token: token)
                #expect(answer.status == 422 && answer.json["field"] == "revision", "\(revision)")
            }
            #expect(try await http.get("/api/problems/v1:0123", token: token).json["state"] == "known")
            #expect(try await !gateway.identity.auditTrail().contains { $0.action.hasPrefix("problem_") })
        }
        try await RunningGateway.with { gateway in
            let token = try await gateway.user(role: .admin).token
            for (method, path) in Self.all {
                let answer = try await gateway.http.send(method, path, method == "POST" ? Array("{}".utf8) : nil, token)
                #expect(answer.status == 409 && answer.json["error"] == "no_problem_memory")
                #expect(answer.json["message"]?.string?.contains("--problems FILE") == true)
            }
            // Whoever may not see them is not told either whether there are any.
            let user = try await gateway.user().token
            #expect(try await gateway.http.get("/api/problems", token: user).status == 403)
        }
        try await RunningGateway.with(problems: ClosedBook()) { gateway in
            let answer = try await gateway.http.get(
                "/api/problems", token: try await gateway.user(role: .admin).token)
            #expect(answer.status == 503 && answer.json["message"] == "/srv/logs.db: locked")
        }
    }

    @Test("questions are limited as messages are")
    func limits() async throws {
        try await RunningGateway.with(
            problems: OneProblem(),
            configure: {
                $0.limits.messagesPerSecond = 1
                $0.limits.messageBurst = 2
            }
        ) { gateway in
            let token = try await gateway.user(role: .admin).token
            var statuses: [Int] = []
            for _ in 0..<20 { statuses.append(try await gateway.http.get("/api/problems", token: token).status) }
            #expect(statuses.first == 200 && statuses.contains(429), "\(statuses)")
        }
    }
}
