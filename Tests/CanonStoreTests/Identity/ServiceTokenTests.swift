import CanonStore
import CanonWire
import Testing

@Suite struct ServiceTokenTests {
    let fixture: IdentityFixture
    var store: IdentityStore { fixture.store }
    let now = Timestamp(milliseconds: 1_700_000_000_000)

    init() throws { fixture = try IdentityFixture() }

    @Test("a token is found by its secret and lives until it expires or is revoked")
    func life() async throws {
        let (secret, token) = try await store.createServiceToken(
            name: "ci", role: .service, expiresAt: now.adding(seconds: 60), actor: "test", now: now)
        #expect(secret.text.hasPrefix("canon_st_"))
        let found = try #require(try await store.serviceToken(secret: secret.text))
        #expect(found == token)
        #expect(found.state(at: now) == .live)
        #expect(found.state(at: now.adding(seconds: 60)) == .expired)
        #expect(try await store.serviceToken(secret: secret.text + "x") == nil)
        _ = try await store.revokeServiceToken("ci", actor: "test", now: now)
        #expect(try await store.serviceToken(id: token.id)?.state(at: now) == .revoked)
    }

    @Test("a name is free again once its token is revoked, and every token stays on the list")
    func names() async throws {
        _ = try await store.createServiceToken(name: "ci", role: .service, expiresAt: nil, actor: "test", now: now)
        await #expect(throws: IdentityError.tokenNameTaken("ci")) {
            _ = try await store.createServiceToken(name: "ci", role: .admin, expiresAt: nil, actor: "test", now: now)
        }
        _ = try await store.revokeServiceToken("ci", actor: "test", now: now)
        await #expect(throws: IdentityError.noSuchToken("ci")) {
            _ = try await store.revokeServiceToken("ci", actor: "test", now: now)
        }
        let later = now.adding(seconds: 1)
        let again = try await store.createServiceToken(
            name: "ci", role: .admin, expiresAt: nil, actor: "test", now: later)
        #expect(try await store.serviceTokens().map(\.role) == [.admin, .service])
        #expect(try await store.revokeServiceToken(again.token.id.value, actor: "test", now: later).name == "ci")
    }

    @Test(
        "a name that would not stand in a log or a shell is refused",
        arguments: ["", "a b", "naïve", "x/y", String(repeating: "a", count: 65)])
    func invalidName(_ name: String) async {
        await #expect(throws: IdentityError.invalidTokenName(name)) {
            _ = try await store.createServiceToken(name: name, role: .service, expiresAt: nil, actor: "test")
        }
    }

    @Test("use is noted to the minute")
    func lastUse() async throws {
        let made = try await store.createServiceToken(name: "ci", role: .service, expiresAt: nil, actor: "t", now: now)
        try await store.noteUse(of: made.token, now: now.adding(seconds: 5))
        let used = try #require(try await store.serviceToken(id: made.token.id))
        #expect(used.lastUsedAt == now.adding(seconds: 5))
        try await store.noteUse(of: used, now: now.adding(seconds: 64))
        #expect(try await store.serviceToken(id: made.token.id)?.lastUsedAt == now.adding(seconds: 5))
        try await store.noteUse(of: used, now: now.adding(seconds: 65))
        #expect(try await store.serviceToken(id: made.token.id)?.lastUsedAt == now.adding(seconds: 65))
    }
}

@Suite struct Base64URLTests {
    @Test(
        "the vectors of RFC 4648 read the same both ways",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"), ("\u{3f}\u{3f}\u{3e}\u{7e}", "Pz8-fg"),
        ])
    func vectors(_ text: String, _ encoded: String) {
        #expect(Base64URL.encode(text.utf8) == encoded)
        #expect(Base64URL.decode(encoded.utf8) == Array(text.utf8))
    }

    @Test("a second spelling of the same bytes is refused", arguments: ["Zg==", "Zh", "Z", "Zm8+", "Zm 8", "Zm9"])
    func refused(_ text: String) { #expect(Base64URL.decode(text.utf8) == nil) }
}
