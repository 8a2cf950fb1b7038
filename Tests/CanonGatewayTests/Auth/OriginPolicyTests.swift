import Testing

@testable import CanonGateway

@Suite struct OriginPolicyTests {
    private let policy: OriginPolicy
    private let https = RequestPeer(client: nil, isSecure: true, authority: "canon.example.com")
    private let local = RequestPeer(client: nil, isSecure: false, authority: "127.0.0.1:8080")

    init() throws {
        policy = try OriginPolicy(allowed: [
            "https://app.example.org", "http://localhost:3000", "https://*.example.net", "https://Slash.example.org/",
        ])
    }

    @Test(
        "the server's own origin and those on the list are allowed",
        arguments: [
            "https://canon.example.com", "https://CANON.example.com", "https://canon.example.com:443",
            "https://app.example.org", "http://localhost:3000", "https://a.example.net", "https://a.b.example.net",
            "https://slash.example.org",
        ])
    func allowed(_ origin: String) { #expect(policy.allows([origin], peer: https)) }

    @Test(
        "every other origin is refused",
        arguments: [
            "null", "", "https://evil.example", "http://canon.example.com", "https://canon.example.com:8443",
            "https://canon.example.com.evil.example", "https://evil.example/https://canon.example.com",
            "https://app.example.org:444", "http://app.example.org", "https://xapp.example.org", "http://localhost",
            "http://localhost:3001", "https://example.net", "https://evilexample.net", "http://a.example.net",
            "https://a.example.net:444", "https://.example.net", "https://user@canon.example.com", "file://",
            "https://",
            "https://*.example.net", "chrome-extension://abcdef", "https://canon.example.com/path",
            "https://canon.example.com https://app.example.org",
        ])
    func refused(_ origin: String) { #expect(!policy.allows([origin], peer: https)) }

    @Test("no Origin is no browser; two are refused")
    func lines() {
        #expect(policy.allows([], peer: https))
        #expect(!policy.allows(["https://canon.example.com", "https://canon.example.com"], peer: https))
    }

    @Test("the own origin is compared with port and scheme, also as an IP address")
    func ownAddress() {
        #expect(policy.allows(["http://127.0.0.1:8080"], peer: local))
        #expect(!policy.allows(["http://127.0.0.1:8081"], peer: local))
        #expect(!policy.allows(["https://127.0.0.1:8080"], peer: local))
        #expect(!policy.allows(["http://localhost:8080"], peer: local))
        let v6 = RequestPeer(client: nil, isSecure: false, authority: "[::1]:8080")
        #expect(policy.allows(["http://[0:0:0:0:0:0:0:1]:8080"], peer: v6))
        #expect(!policy.allows(["http://[::1]:8080"], peer: RequestPeer(client: nil, isSecure: false, authority: nil)))
    }

    @Test(
        "an entry that is no origin is refused with what to write",
        arguments: [
            "app.example.com", "https://", "*", "https://*", "https://*.com", "https://a.*.example.com",
            "ftp://a.example",
            "https://a.example.com/path", "https://a.example.com:0", "https://a.example.com:99999", "null",
        ])
    func badPattern(_ text: String) {
        #expect(throws: OriginPatternError(text: text)) { _ = try OriginPolicy(allowed: [text]) }
    }
}

@Suite struct AddressTests {
    @Test(
        "addresses are read in every spelling and written in one",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("fe80::1%eth0", "fe80::1"), ("::1", "::1"),
        ])
    func spelling(_ text: String, _ expected: String) { #expect(IPAddress(text)?.description == expected) }

    @Test(
        "a text that is no address is refused", arguments: ["", "localhost", "1.2.3", "1.2.3.256", "1.2.3.4:80", ":::"])
    func noAddress(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test(
        "a block holds its addresses and no others",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false), ("192.0.2.128/25", "192.0.2.200", true),
            ("192.0.2.128/25", "192.0.2.100", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
            ("fd00::/8", "fdab::1", true), ("fd00::/8", "fe00::1", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("192.0.2.0/24", "::ffff:192.0.2.1", true),
        ])
    func blocks(_ block: String, _ address: String, _ isInside: Bool) throws {
        #expect(try AddressBlock(block).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(
        "a bad block is refused with what is wrong",
        arguments: [
            ("10.0.0.0/33", "from 0 to 32"), ("fd00::/129", "from 0 to 128"), ("proxy.local", "no IP address"),
            ("10.0.0.0/", "from 0 to 32"), ("10.0.0.0/+8", "from 0 to 32"), ("10.0.0.0/8/9", "no IP address"),
            ("10.1.2.3/8", "10.0.0.0/8 has not"), ("", "no IP address"), ("fe80::1%eth0", "no IP address"),
        ])
    func badBlock(_ text: String, _ words: String) {
        let error = #expect(throws: AddressBlockError.self) { _ = try AddressBlock(text) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test(
        "the client is the right-most address that no trusted proxy has",
        arguments: [
            ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["6.6.6.6, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", ["6.6.6.6", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", ["6.6.6.6, garbage, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("fd00::1", ["198.51.100.1"], "198.51.100.1"),
        ])
    func client(_ peer: String, _ forwarded: [String], _ expected: String) throws {
        let proxies = try TrustedProxies(["10.0.0.0/8", "fd00::/8"])
        let found = proxies.peer(address: IPAddress(peer), isTLS: false, host: "h", forwardedFor: forwarded)
        #expect(found.client?.description == expected)
    }

    @Test("scheme and host are believed of a trusted proxy only")
    func forwardedHost() throws {
        let proxies = try TrustedProxies(["10.0.0.0/8"])
        func peer(_ address: String?) -> RequestPeer {
            proxies.peer(
                address: address.flatMap { IPAddress($0) }, isTLS: false, host: "inner:8080",
                forwardedProto: ["http, https"], forwardedHost: ["canon.example.com"])
        }
        #expect(peer("10.0.0.1").authority == "canon.example.com")
        #expect(peer("10.0.0.1").isSecure)
        for address in ["203.0.113.5", nil] {
            #expect(peer(address).authority == "inner:8080")
            #expect(!peer(address).isSecure)
        }
        #expect(try OriginPolicy().allows(["https://canon.example.com"], peer: peer("10.0.0.1")))
        #expect(try !OriginPolicy().allows(["https://canon.example.com"], peer: peer("203.0.113.5")))
    }

    @Test("attempts from one IPv6 subscriber count together")
    func throttleKey() {
        #expect(IPAddress("2001:db8:1:2:3::4")?.throttleKey == "2001:db8:1:2::/64")
        #expect(IPAddress("192.0.2.1")?.throttleKey == "192.0.2.1")
        #expect(RequestPeer(client: nil, isSecure: false, authority: nil).throttleKey == "local")
    }
}
