import Testing

@testable import CanonLogs

@Suite("The canonical shape of a message")
struct CanonicalShapeTests {
    @Test(
        "has holes where values stand for certain",
        arguments: [
            ("sent part obj_-37 to /10.1.2.3:5010", "sent part <*> to <*>"),
            ("GET https://example.org/a?b=c&d#e took 12ms", "GET <*> took <*>"),
            ("opened ~/notes/a.txt but ./b/c or ../d", "opened <*> but <*> or <*>"),
            ("loaded C:\\Windows\\system.dll.", "loaded <*>."),
            ("mail from jane.doe+x@mail.example.org bounced", "mail from <*> bounced"),
            ("resolved ns1.example.com", "resolved <*>"),
            ("resolved proxy.example.com", "resolved <*>"),
            ("read settings.yaml", "read <*>"),
            ("link aa:bb:cc:dd:ee:0f is fe80::1:2", "link <*> is <*>"),
            ("mask ffffffff", "mask <*>"),
            ("at 95% of 5 GB", "at <*> of <*>"),
            ("\"GET / HTTP/1.1\" 200", "\"GET <*>\" <*>"),
            ("on Tue, 4 Mar 2025 10:11:12 GMT it began", "on <*> it began"),
            ("since Sun Mar 04 10:11:12 2025 nothing", "since <*> nothing"),
            ("\u{1B}[31mfailed\u{1B}[0m after 3 tries", "failed after <*> tries"),
        ])
    func masksValues(message: String, text: String) { #expect(Self.shape(message) == text) }

    @Test(
        "keeps what may be a name",
        arguments: [
            "java.io.IOException thrown", "eth0 is down", "speaks ssh2 over ipv6", "read-only mode", "lock/unlock done",
            "com.example.app started", "[main] ready", "retry (disabled): {}", "a -> b <- c",
        ])
    func keepsNames(message: String) { #expect(Self.shape(message) == message) }

    @Test(
        "is one for all forms of a value",
        arguments: [
            ["deleted 1", "deleted 1, 2, 3", "deleted 1 2 3 4", "deleted 1;2"],
            ["from 10.0.0.1 (a.example.com) ok", "from 10.0.0.1 () ok", "from b.example.com ok"],
            ["took 5 ms", "took 3.5 seconds", "took <1 sec", "took 7"],
            ["x={id: 1}", "x={id: 1}{id: 2}", "x={id: 1}{id: 2}{id: 3}"],
            ["turbo mode.....0", "turbo mode............1"],
            ["tag=\"some words\", n=null", "tag=\"other\", n=eth0"],
            ["nodes n1 n2 up", "nodes n1 n2 n3, n4 up"],
        ])
    func unifiesForms(messages: [String]) {
        #expect(Set(messages.map(Self.shape)).count == 1, "\(messages.map(Self.shape))")
    }

    @Test("of an endless message ends in a hole")
    func limitsTokens() {
        let many = String(repeating: "word ", count: 10_000)
        #expect(Self.shape(many).hasSuffix("<*>"))
        var miner = TemplateMiner()
        let id = miner.add(many)
        #expect(miner.add(many + "more") == id)
        #expect(miner.tally.truncatedMessages == 2)
    }

    @Test("of nothing is nothing")
    func acceptsBlank() {
        #expect(Self.shape("") == "")
        #expect(Self.shape(" \t\r\u{0}") == "")
    }

    static func shape(_ message: String) -> String {
        var miner = TemplateMiner()
        miner.add(message)
        return miner.shapes[0].text
    }
}
