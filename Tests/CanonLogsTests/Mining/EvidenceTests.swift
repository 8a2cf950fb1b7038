import Testing

@testable import CanonLogs

@Suite("A position becomes a hole")
struct EvidenceTests {
    private static let names = [
        "alpha", "bravo", "carol", "delta", "ember", "fjord", "grove", "haven", "inlet", "jetty", "knoll", "lagoon",
        "mesa",
        "notch", "ocean", "plain", "quarry", "ridge", "shoal", "tundra", "upland", "valley", "wharf", "yard",
    ]

    @Test("when five names stand there with all else equal, and not before")
    func opensAtFive() {
        #expect(Self.templates(Self.names.prefix(4).map { "opened \($0) for reading" }).count == 4)
        #expect(Self.templates(Self.names.prefix(5).map { "opened \($0) for reading" }) == ["opened <*> for reading"])
    }

    @Test("only with much evidence at the start of a message, where verbs stand")
    func opensLateAtStart() {
        #expect(Self.templates(Self.names.prefix(23).map { "\($0) the index" }).count == 23)
        #expect(Self.templates(Self.names.prefix(24).map { "\($0) the index" }) == ["<*> the index"])
    }

    @Test("at once behind a word that announces a name")
    func opensBehindHolder() {
        #expect(
            Self.templates(["session closed for user ann", "session closed for user bob"]) == [
                "session closed for user <*>"
            ])
    }

    @Test("at once for names that differ in their digit")
    func opensNumbered() {
        #expect(Self.templates(["link eth0 is up", "link eth1 is up"]) == ["link <*> is up"])
        #expect(Self.templates(["link eth0 is up", "link lo9 is up"]).count == 2)
    }

    @Test("never for states, however many there are")
    func keepsStates() {
        let states = ["started", "stopped", "paused", "resumed", "enabled", "disabled"]
        #expect(Self.templates(states.map { "instance \($0) now" }).count == 6)
    }

    @Test("with the other column that varies with it")
    func opensPairs() {
        let lines = Self.names.prefix(6).map { "registering org.app.\($0).Event for org.app.\($0).Handler" }
        #expect(Self.templates(lines) == ["registering <*> for <*>"])
    }

    @Test("where another line has one already")
    func absorbs() {
        #expect(
            Self.templates(["synced to 10.0.0.1, tier 2", "synced to CLOCK(0), tier 9"]) == [
                "synced to <*>, tier <*>"
            ])
        #expect(Self.templates(["cache is 12", "cache is off"]) == ["cache is <*>", "cache is off"])
        // The first word says what happened, and a call is no value.
        #expect(Self.templates(["10.0.0.1 closed the door", "peer closed the door"]).count == 2)
        #expect(Self.templates(["ran 12 twice", "ran cleanup() twice"]).count == 2)
    }

    static func templates(_ lines: [String]) -> [String] {
        var miner = TemplateMiner()
        for line in lines { miner.add(line) }
        return miner.templates().templates.map(\.text).sorted()
    }
}
