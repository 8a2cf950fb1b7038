import CanonStore
import Testing

@testable import CanonGateway

private let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl"
private let encoded = Base64URL.encode(jwt.utf8)

@Suite struct HandshakeCredentialsTests {
    private func read(
        _ subprotocols: [String] = [], authorization: [String] = [], query: String? = nil, queryTokens: Bool = false
    ) throws -> HandshakeCredentials {
        try HandshakeCredentials.read(
            subprotocolLines: subprotocols, authorizationLines: authorization, query: query, queryTokens: queryTokens)
    }

    @Test(
        "a token in a subprotocol is found in every form, encoded and raw",
        arguments: ["jwt", "jwt-auth", "bearer", "staging-auth"])
    func forms(_ name: String) throws {
        for token in [jwt, encoded] {
            let credentials = try read(["\(name).\(token)"])
            #expect(credentials.credential == .bearer(jwt, .subprotocol))
            #expect(credentials.subprotocol == "\(name).\(token)")
            #expect(credentials.echoesToken)
        }
    }

    @Test(
        "the answer is a bare subprotocol whenever one was offered, so that no token stands in it",
        arguments: [
            (["jwt-auth, jwt.\(encoded)"], "jwt-auth"),
            (["jwt.\(encoded), jwt-auth"], "jwt-auth"),
            (["jwt.\(encoded)", "jwt-auth"], "jwt-auth"),
            (["jwt-auth,jwt.\(encoded),compression-gzip,compression-deflate"], "jwt-auth"),
            (["  jwt ,bearer.\(jwt)  "], "jwt"),
            (["jwt-auth, canon.v1, jwt.\(encoded)"], "canon.v1"),
            (["staging-auth, agent_chat"], "agent_chat"),
        ])
    func echo(_ lines: [String], _ expected: String) throws {
        let credentials = try read(lines)
        #expect(credentials.subprotocol == expected)
        #expect(!credentials.echoesToken)
    }

    @Test(
        "each bare subprotocol of the platform is supported",
        arguments: [
            "jwt-auth", "jwt", "bearer", "e2e-testing", "staging-auth", "agent_chat", "canon.v1",
        ])
    func bare(_ name: String) throws {
        let credentials = try read([name])
        #expect(credentials == HandshakeCredentials(credential: nil, subprotocol: name, echoesToken: false))
    }

    @Test(
        "no header is answered with none, and only unknown items are refused",
        arguments: [
            ["graphql-ws"], ["compression-gzip"], ["JWT-AUTH"], ["jwt_x, foo"],
        ])
    func unsupported(_ lines: [String]) throws {
        #expect(try read().subprotocol == nil)
        #expect(try read([" , "]).subprotocol == nil)
        #expect(throws: HandshakeRefusal.self) { _ = try read(lines) }
        // A good ticket does not help: the browser would drop the connection all the same.
        #expect(throws: HandshakeRefusal.self) { _ = try read(lines, query: "ticket=abc") }
    }

    @Test("a vocabulary that was offered is chosen before what only carries a token")
    func vocabulary() throws {
        #expect(try read(["jwt-auth, ag-ui.v1"]).subprotocol == "ag-ui.v1")
        #expect(try read(["agent_chat", "canon.v1"]).subprotocol == "canon.v1")
    }

    @Test(
        "an item that holds no JWT is presented and unusable, never nothing",
        arguments: [
            "jwt.", "jwt.short", "jwt.onlyonepartbutlong", "jwt.a.b.c", "jwt.!!!!!!!!!!!!!", "bearer.aaaaa.bbbbb.ccc=",
        ])
    func malformed(_ item: String) throws {
        let credentials = try read([item])
        guard case .unusable(.malformed) = credentials.credential else {
            Issue.record("\(credentials)")
            return
        }
        #expect(credentials.subprotocol == item, "it is echoed so that the close code arrives")
        #expect(credentials.echoesToken)
    }

    @Test("the order is ticket, subprotocol, header, query, and the first that can be used wins")
    func order() throws {
        let header = ["Bearer header-token"]
        let all = try read(["jwt.\(jwt)"], authorization: header, query: "token=q&ticket=T", queryTokens: true)
        #expect(all.credential == .ticket("T"))
        let noTicket = try read(["jwt.\(jwt)"], authorization: header, query: "token=q", queryTokens: true)
        #expect(noTicket.credential == .bearer(jwt, .subprotocol))
        let broken = try read(["jwt.broken"], authorization: header, query: "token=q", queryTokens: true)
        #expect(broken.credential == .bearer("header-token", .authorization))
        #expect(try read(query: "token=q", queryTokens: true).credential == .bearer("q", .query))
        let second = try read(["jwt.broken, jwt.\(encoded)"])
        #expect(second.credential == .bearer(jwt, .subprotocol))
        #expect(second.subprotocol == "jwt.\(encoded)")
    }

    @Test(
        "the header's scheme is read in any case, and another scheme is none of ours",
        arguments: [
            ("Bearer abc", HandshakeCredentials.Credential.bearer("abc", .authorization)),
            ("bearer  abc ", .bearer("abc", .authorization)),
            ("Bearer", .unusable(.malformed("nothing follows `Bearer`"))),
            ("Bearer ", .unusable(.malformed("nothing follows `Bearer`"))),
            ("Basic YTpi", nil), ("Bearerabc", nil),
        ] as [(String, HandshakeCredentials.Credential?)])
    func authorization(_ line: String, _ expected: HandshakeCredentials.Credential?) throws {
        #expect(try read(authorization: [line]).credential == expected)
    }

    @Test(
        "tickets and tokens of the query have the platform's names",
        arguments: [
            ("ticket=T", HandshakeCredentials.Credential.ticket("T")), ("auth_ticket=T&x=1", .ticket("T")),
            ("a=b&ticket_id=T%2DU", .ticket("T-U")), ("ticket=", .unusable(.unknownTicket)),
            ("ticket", .unusable(.unknownTicket)), ("ticket=&auth_ticket=T", .ticket("T")),
            ("token=t", .bearer("t", .query)), ("jwt=t", .bearer("t", .query)), ("auth_token=t", .bearer("t", .query)),
            ("access_token=t", .bearer("t", .query)), ("token=", .unusable(.malformed("'token' is empty"))),
            ("mode=main", nil), ("", nil),
        ] as [(String, HandshakeCredentials.Credential?)])
    func query(_ query: String, _ expected: HandshakeCredentials.Credential?) throws {
        #expect(try read(query: query, queryTokens: true).credential == expected)
    }

    @Test("a token in the query is refused and not ignored where queries carry none")
    func queryTokensOff() throws {
        #expect(try read(query: "token=\(jwt)").credential == .unusable(.queryTokenRefused))
        #expect(try read(authorization: ["Bearer x"], query: "token=t").credential == .bearer("x", .authorization))
        #expect(try read(query: "ticket=T").credential == .ticket("T"))
    }

    @Test("an unusable credential fails also in demo mode; nothing presented is missing")
    func neverRescued() async throws {
        let demo = try await AuthFixture { $0.demo = true }
        let broken = try read(["jwt.broken"])
        guard case .malformed = await demo.authenticator.authenticate(broken.credential).failure else {
            Issue.record("a broken token was taken for no token")
            return
        }
        #expect(await demo.authenticator.authenticate(nil).failure == .missing)
        #expect(await demo.authenticator.authenticate(.bearer("x", .query)).failure != nil)
    }
}
