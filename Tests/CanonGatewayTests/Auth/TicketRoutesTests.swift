import CanonStore
import CanonWire
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import CanonGateway

@Suite struct TicketRoutesTests {
    private let path = "/api/websocket/ticket"

    private func withUser(
        _ body: @escaping @Sendable (any TestClientProtocol, AuthFixture, String) async throws -> Void
    ) async throws {
        let fixture = try await AuthFixture()
        try await fixture.addAccount()
        let access = try await fixture.logIn().accessToken
        try await fixture.withRoutes { client in try await body(client, fixture, access) }
    }

    @Test("a ticket has the platform's shape and defaults, and opens one connection")
    func create() async throws {
        try await withUser { client, fixture, access in
            let made = try await client.send(.post, path, bearer: access)
            #expect(made.status == 200)
            let id = try #require(made.body["ticket_id"]?.string)
            #expect(id.utf8.count == 43)
            #expect(made.body["created_at"]?.double == 1_700_000_000)
            #expect(made.body["expires_at"]?.double == 1_700_000_300)
            #expect(made.body["ttl_seconds"] == 300)
            #expect(made.body["single_use"] == true)
            #expect(made.body["websocket_url"]?.string == "ws://localhost/ws?ticket=\(id)")
            let principal = try await fixture.authenticator.redeem(ticket: id).get()
            #expect(principal.permissions == ["read", "chat", "websocket", "agent:execute"])
            #expect(await fixture.authenticator.redeem(ticket: id).failure == .unknownTicket)
        }
    }

    @Test("generate-ticket says whom the ticket is for and carries the caller's permissions and metadata")
    func generate() async throws {
        try await withUser { client, fixture, access in
            let made = try await client.send(
                .post, "/api/v1/auth/generate-ticket", ["ttl_seconds": 60, "metadata": ["page": "chat"]], bearer: access
            )
            #expect(made.body["email"] == "anna@example.com")
            #expect(made.body["permissions"]?.array?.count == Role.user.permissions.count)
            #expect(made.body["metadata"] == ["page": "chat"])
            #expect(made.body["ttl_seconds"] == 60)
        }
    }

    @Test(
        "what a ticket may not be is refused with its field",
        arguments: [
            (["ttl_seconds": 29], 422, "ttl_seconds"), (["ttl_seconds": 3601], 422, "ttl_seconds"),
            (["ttl_seconds": "60"], 400, "ttl_seconds"), (["ttl_seconds": 60.5], 400, "ttl_seconds"),
            (["single_use": false], 422, "single_use"), (["single_use": "yes"], 400, "single_use"),
            (["permissions": "chat"], 400, "permissions"), (["permissions": [1]], 400, "permissions"),
            (["permissions": ["chat", "admin"]], 403, "permissions"), (["metadata": []], 400, "metadata"),
            (["metadata": ["x": .string(String(repeating: "x", count: 5000))]], 422, "metadata"),
        ] as [(JSONObject, Int, String)])
    func refused(_ body: JSONObject, _ status: Int, _ field: String) async throws {
        try await withUser { client, _, access in
            let answer = try await client.send(.post, path, body, bearer: access)
            #expect(answer.status == status)
            #expect(answer.body["field"]?.string == field)
        }
    }

    @Test("looking at a ticket does not use it, and tells only its owner whom it is for")
    func validate() async throws {
        try await withUser { client, fixture, access in
            try await fixture.addAccount("ben@example.com")
            let ben = try await fixture.logIn("ben@example.com").accessToken
            let id = try #require(try await client.send(.post, path, bearer: access).body["ticket_id"]?.string)
            for bearer in [nil, ben, "a.b.c"] {
                let answer = try await client.send(.get, "\(path)/\(id)/validate", bearer: bearer)
                #expect(answer.body == ["valid": true])
            }
            let own = try await client.send(.get, "\(path)/\(id)/validate", bearer: access)
            #expect(own.body["email"] == "anna@example.com")
            #expect(await fixture.authenticator.redeem(ticket: id).failure == nil)
            #expect(try await client.send(.get, "\(path)/\(id)/validate").body["valid"] == false)
        }
    }

    @Test("a ticket is revoked by its owner's Bearer alone")
    func delete() async throws {
        try await withUser { client, fixture, access in
            try await fixture.addAccount("ben@example.com")
            let ben = try await fixture.logIn("ben@example.com").accessToken
            let id = try #require(try await client.send(.post, path, bearer: access).body["ticket_id"]?.string)
            #expect(try await client.send(.delete, "\(path)/\(id)").status == 401)
            #expect(try await client.send(.delete, "\(path)/\(id)", bearer: ben).status == 403)
            #expect(try await client.send(.delete, "\(path)/\(id)", bearer: access).body["success"] == true)
            #expect(try await client.send(.delete, "\(path)/\(id)", bearer: access).status == 404)
            #expect(await fixture.authenticator.redeem(ticket: id).failure == .unknownTicket)
        }
    }

    @Test("no Bearer and a service token make no tickets; too many unused ones are refused")
    func limits() async throws {
        try await withUser { client, fixture, access in
            #expect(try await client.send(.post, path).status == 401)
            let service = try await fixture.store.createServiceToken(
                name: "ci", role: .admin, expiresAt: nil, actor: "test")
            #expect(try await client.send(.post, path, bearer: service.secret.text).status == 403)
            for _ in 0..<IdentityStore.maximumTickets {
                #expect(try await client.send(.post, path, bearer: access).status == 200)
            }
            let refused = try await client.send(.post, path, bearer: access)
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] != nil)
            let status = try await client.send(.get, "/api/websocket/tickets/status")
            #expect(status.body["max_ttl_seconds"] == 3600)
            #expect(status.body["default_ttl_seconds"] == 300)
        }
    }
}
