import Testing

@testable import CanonWebSocket

@Suite struct WebSocketHandshakeTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test("SHA-1 gives the digests of RFC 3174 section 7.3 and FIPS 180")
    func sha1() {
        let vectors: [(message: [UInt8], digest: String)] = [
            (Array("abc".utf8), "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            ([UInt8](repeating: 0x61, count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
            (
                Array(
                    String(repeating: "0123456701234567012345670123456701234567012345670123456701234567", count: 10)
                        .utf8),
                "dea356a2cddd90c7a7ecedc5ebb563934f460452"
            ),
            ([], "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ([UInt8](repeating: 0x61, count: 55), "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
            ([UInt8](repeating: 0x61, count: 56), "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
            ([UInt8](repeating: 0x61, count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
        ]
        for (message, digest) in vectors {
            #expect(hex(SHA1.digest(message)) == digest)
        }
    }

    @Test("base64 gives the examples of RFC 4648 section 10")
    func base64() {
        let examples = [
            "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
            "foobar": "Zm9vYmFy",
        ]
        for (plain, encoded) in examples { #expect(Base64.encode(Array(plain.utf8)) == encoded) }
        #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
    }

    @Test("the accept key is that of RFC 6455 section 1.3")
    func acceptKey() {
        #expect(WebSocketHandshake.acceptKey(for: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    private static let request: [String: [String]] = [
        "upgrade": ["websocket"], "connection": ["Upgrade"], "sec-websocket-version": ["13"],
        "sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZQ=="],
    ]

    private func validate(
        method: String = "GET",
        _ changes: [String: [String]] = [:]
    ) throws(WebSocketHandshake.Refusal) -> WebSocketHandshake.Request {
        let headers = Self.request.merging(changes) { $1 }
        return try WebSocketHandshake.validate(method: method) { headers[$0.lowercased()] ?? [] }
    }

    @Test("an upgrade request is accepted in each form that clients write")
    func accepted() throws {
        #expect(try validate() == .init(key: "dGhlIHNhbXBsZSBub25jZQ==", subprotocols: [], extensionOffers: []))
        _ = try validate(["upgrade": ["WebSocket"]])
        _ = try validate(["upgrade": ["h2c, websocket"]])
        _ = try validate(["connection": ["keep-alive, Upgrade"]])
        _ = try validate(["connection": ["keep-alive", "upgrade"]])
        _ = try validate(["sec-websocket-key": [" dGhlIHNhbXBsZSBub25jZQ== "]])
        let offered = try validate(["sec-websocket-protocol": ["chat, superchat", "jwt.a-b_c.d"]])
        #expect(offered.subprotocols == ["chat", "superchat", "jwt.a-b_c.d"])
    }

    @Test("a request that is no upgrade is refused with the status that says why")
    func refused() {
        let table: [(method: String, changes: [String: [String]], status: Int)] = [
            ("POST", [:], 405), ("get", [:], 405),
            ("GET", ["upgrade": []], 426), ("GET", ["upgrade": ["h2c"]], 426),
            ("GET", ["upgrade": ["websockets"]], 426),
            ("GET", ["connection": []], 400), ("GET", ["connection": ["keep-alive"]], 400),
            ("GET", ["sec-websocket-version": []], 426), ("GET", ["sec-websocket-version": ["8"]], 426),
            ("GET", ["sec-websocket-version": ["13", "8"]], 426), ("GET", ["sec-websocket-version": ["013"]], 426),
            ("GET", ["sec-websocket-key": []], 400), ("GET", ["sec-websocket-key": [""]], 400),
            ("GET", ["sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZQ"]], 400),
            ("GET", ["sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZTE="]], 400),
            ("GET", ["sec-websocket-key": ["dGhlIHNhbXBsZSBub25j!Q=="]], 400),
            ("GET", ["sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="]], 400),
        ]
        for (method, changes, status) in table {
            #expect("\(method) \(changes)") {
                try validate(method: method, changes)
            } throws: {
                ($0 as? WebSocketHandshake.Refusal)?.status == status
            }
        }
    }

    @Test("a refused version is answered with the one that is spoken")
    func refusedVersion() {
        let headers = WebSocketHandshake.Refusal.version(["8"]).headers
        #expect(headers.contains { $0.name == "Sec-WebSocket-Version" && $0.value == "13" })
        #expect(WebSocketHandshake.Refusal.method("POST").headers.contains { $0.name == "Allow" && $0.value == "GET" })
    }

    @Test("the response names the accept key, and a subprotocol only if one was chosen")
    func responseHeaders() throws {
        let request = try validate()
        #expect(
            request.responseHeaders().map { "\($0.name): \($0.value)" } == [
                "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ]
        )
        #expect(request.responseHeaders(subprotocol: "chat").last?.value == "chat")
    }

    @Test("the offers of extensions are passed on, and the response names the one that was negotiated")
    func extensions() throws {
        let request = try validate(["sec-websocket-extensions": ["x", "permessage-deflate"]])
        let compression = PermessageDeflate.negotiate(offers: request.extensionOffers)
        let header = try #require(request.responseHeaders(compression: compression).last)
        #expect(header.name == "Sec-WebSocket-Extensions")
        #expect(header.value == "permessage-deflate; server_no_context_takeover; client_no_context_takeover")
    }

    @Test("a list of subprotocols is read in order, each once, and without what a header cannot repeat")
    func subprotocols() {
        let table: [([String], [String])] = [
            ([], []), ([""], []), ([" , ,"], []), (["a"], ["a"]), (["a,b", "c"], ["a", "b", "c"]),
            (["\ta ,\t b "], ["a", "b"]), (["b,a,b"], ["b", "a"]), (["A,a"], ["A", "a"]),
            (["jwt-auth, jwt.eyJh.b-_=="], ["jwt-auth", "jwt.eyJh.b-_=="]), (["a b, c"], ["c"]),
            (["a\r\nX: y, c"], ["c"]), (["é, c"], ["c"]),
        ]
        for (values, expected) in table {
            #expect(WebSocketHandshake.subprotocols(in: values) == expected)
        }
    }
}
