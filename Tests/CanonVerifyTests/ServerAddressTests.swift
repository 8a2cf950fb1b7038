import Testing

@testable import CanonVerify

@Suite("The address of a server")
struct ServerAddressTests {
    @Test(
        "what a URL says",
        arguments: [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "", "/ws"),
            ("https://host", "https://host", "", "/ws"), ("https://host:443/", "https://host", "", "/ws"),
            ("wss://host/ws", "https://host", "", "/ws"), ("ws://host:81/a/b/ws", "http://host:81/a/b", "/a/b", "/ws"),
            ("https://host/canon/", "https://host/canon", "/canon", "/ws"),
            ("ws://host/api/demo/ws", "http://host", "", "/api/demo/ws"),
            ("http://host/x/api/v1/websocket", "http://host/x", "/x", "/api/v1/websocket"),
            ("http://[::1]:8080", "http://[::1]:8080", "", "/ws"), ("HTTP://Host", "http://Host", "", "/ws"),
        ])
    func parts(text: String, url: String, prefix: String, socket: String) throws {
        let address = try ServerAddress(text)
        #expect(address.url == url)
        #expect(address.prefix == prefix)
        #expect(address.socketPath == socket)
    }

    @Test("an IPv6 address is connected to without its brackets")
    func brackets() throws {
        #expect(try ServerAddress("ws://[2001:db8::1]/ws").host == "2001:db8::1")
    }

    @Test(
        "what is no address is refused, and says what to write",
        arguments: [
            ("", "no URL"), ("host", "no URL"), ("127.0.0.1:8080", "no URL"), ("ftp://host", "no scheme"),
            ("http://", "names no host"), ("http://u:secret@host", "credentials by options"),
            ("http://host?token=secret", "query"), ("http://host:0", "no port"), ("http://host:70000", "no port"),
        ])
    func refusals(text: String, hint: String) {
        let error = #expect(throws: ServerAddress.Invalid.self) { try ServerAddress(text) }
        #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("secret") == false)
    }

    @Test(
        "loopback is what certainly is this machine",
        arguments: [
            ("127.0.0.1", true), ("127.9.9.9", true), ("localhost", true), ("LOCALHOST", true), ("a.localhost", true),
            ("[::1]", true), ("127.0.0.1.example.org", false), ("localhost.example.org", false), ("10.0.0.1", false),
            ("[::]", false), ("0.0.0.0", false), ("128.0.0.1", false), ("127.0.0", false),
        ])
    func loopback(host: String, isLoopback: Bool) throws {
        #expect(try ServerAddress("http://\(host)").isLoopback == isLoopback)
    }
}
