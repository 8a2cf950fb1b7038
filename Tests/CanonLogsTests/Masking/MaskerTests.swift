import CanonLogs
import Foundation
import Testing

@Suite("Masking")
struct MaskerTests {
    @Test(
        "personal data and secrets are taken out",
        arguments: [
            ("mail to ann.o'neill+x@shop.example.com bounced", "mail to ann.o'<email> bounced"),
            ("from 10.2.30.44:8080 to 192.168.1.1", "from <ip>:8080 to <ip>"),
            ("peer 2001:db8::8a2e:370:7334 and ::1 left", "peer <ip> and ::1 left"),
            ("Authorization: Bearer abcDEF123456", "Authorization: Bearer <secret>"),
            ("password=hunter2 user=ann", "password=<secret> user=ann"),
            (#"{"api_key": "abc def", "n": 1}"#, #"{"api_key": "<secret>", "n": 1}"#),
            ("{'client_secret': 'x'}", "{'client_secret': '<secret>'}"),
            ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_9 end", "jwt <token> end"),
            ("key AKIAIOSFODNN7EXAMPLE used", "key <token> used"),
            ("sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.", "sha <token>."),
            ("postgres://ann:pw@db.example/x", "postgres://<secret>@db.example/x"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- rest", "<key> rest"),
        ])
    func masks(text: String, expected: String) {
        #expect(Masker.masked(text) == expected)
        #expect(Masker.masked(expected) == expected)
    }

    @Test(
        "what is none stays",
        arguments: [
            "at 12:30:45 the cart std::map::at failed", "invalid token: expired", "version 1.2.3 of 3",
            "password is wrong",
            "id 123e4567-e89b-12d3-a456-426614174000",
            "netra_backend.app.websocket_core.websocket_manager.WebSocketManager",
            "checkout-00007-abc in europe-west1", "a @ b", "basic checks passed", "", "the secret: none",
        ])
    func leaves(text: String) { #expect(Masker.masked(text) == text) }

    @Test("neither a report nor the memory holds what was masked")
    func everywhere() throws {
        let scratch = try Scratch()
        let secrets = ["ann@shop.example", "203.0.113.77", "hunter2", "sk-live-0123456789abcdef"]
        let words = "login of \(secrets[0]) from \(secrets[1]) failed, password=\(secrets[2]) key \(secrets[3])"
        var entries = [
            InventedLog.Entry(id: "a", 0, text: words),
            InventedLog.Entry(id: "b", 100, text: InventedLog.traceback("ValueError: \(words)")),
        ]
        entries[0].labels = ["logger": secrets[0]]
        let report = try scratch.run("a.json", entries)
        #expect(report.problems.count == 2)
        let json = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        var stored = Data()
        for name in try FileManager.default.contentsOfDirectory(atPath: scratch.path) where name.hasPrefix("logs.db") {
            stored += try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/" + name))
        }
        for secret in secrets {
            #expect(!json.contains(secret), "\(secret)")
            #expect(stored.range(of: Data(secret.utf8)) == nil, "\(secret)")
        }
    }
}
