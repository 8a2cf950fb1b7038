import CanonTestSupport
import Testing

@testable import CanonAudit

@Suite("The gardener")
struct GardenTests {
    private static let rooms = """
        class Rooms:
            def __init__(self):
                self.rooms = {}

            def join(self, room, member):
                self.rooms[room] = member

            def leave(self, room):
                del self.rooms[room]

            def members(self, room):
                return self.rooms[room]


        def get_rooms():
            return Rooms()
        """

    private static func user(_ statement: String, _ name: String) -> String {
        "\(statement)\n\n\ndef run():\n    \(name)().join(1, 2)\n"
    }

    /// Doors: one object, one wrong path. Rooms: two objects. Gates: nothing wrong. Walls: not there.
    private let project = ExampleProject([
        "canon.yaml": """
        audit:
          scopes: {test: [tests]}
          concepts:
            doors: {canonical: shop.doors.Doors}
            gates: {canonical: shop.gates.Gates}
            rooms: {canonical: shop.rooms.Rooms, factory: shop.rooms.get_rooms}
            walls: {canonical: shop.walls.Walls}
        """,
        "shop/__init__.py": "",
        "shop/doors.py": "class Doors:\n    def join(self, a, b):\n        return a\n",
        "shop/gates.py": "class Gates:\n    def join(self, a, b):\n        return b\n",
        "shop/rooms.py": rooms,
        "shop/old.py": rooms.replacing("Rooms", with: "OldRooms").replacing("get_rooms", with: "old_rooms"),
        "shop/api.py": "from shop.doors import Doors\n\nLIMIT = 3\n",
        "shop/a.py": user("from shop.api import Doors", "Doors"),
        "shop/b.py": user("from shop.rooms import Rooms", "Rooms"),
        "shop/c.py": user("from shop.gates import Gates", "Gates"),
        "tests/test_a.py":
            "from unittest.mock import patch\n\n\ndef test_a():\n    with patch(\"shop.old.OldRooms.join\") as join:\n        assert join\n",
        "tests/test_b.py":
            "from unittest.mock import patch\n\n\ndef test_b():\n    with patch(\"shop.rooms.Rooms.join\") as join:\n        assert join\n",
        "tests/test_c.py": "from shop.rooms import Rooms\n\n\ndef test_c():\n    assert True\n",
    ])

    private func survey(_ name: String, in project: ExampleProject) throws -> ConceptSurvey {
        let audit = try project.audit()
        let concept = try #require(audit.context.concepts.first { $0.name == name })
        return try #require(ConceptSurvey(concept, audit.run(), in: audit.context))
    }

    @Test("concepts are ranked by harm, and what cannot be measured is not ranked")
    func ranking() throws {
        let audit = try project.audit()
        let ranking = ConceptHarm.ranking(audit.run(), in: audit.context)
        #expect(ranking.map(\.concept) == ["rooms", "doors", "gates"])
        #expect(ranking.map(\.total) == [10, 1, 0])
        #expect(ranking[0].sum == "0 + 10 x 1 + 10 x 0 + 0 = 10")
        #expect(ranking.map(\.isConsolidated) == [false, false, true])
    }

    @Test("of equal harm the golden path comes first; shared state counts, in review less")
    func harm() {
        #expect(
            ConceptHarm(concept: "a", wrongPaths: 3, implementations: 2, sharedState: 1, sharedStateInReview: 2).total
                == 25)
        #expect(ConceptHarm(concept: "a", implementations: 0).total == 0)
    }

    @Test("texts that a call takes count as uses, and a test without assertion proves nothing")
    func split() throws {
        let tests = try survey("rooms", in: project).tests
        #expect(tests.protecting.map(\.path) == ["tests/test_b.py"])
        #expect(tests.breaking.map(\.path) == ["tests/test_a.py"])
        #expect(tests.breaking.map(\.line) == [5])
        #expect(tests.gaps.map(\.path) == ["tests/test_c.py"])
    }

    @Test("an import path is a cause with the line on which its module gets the name")
    func paths() throws {
        let causes = try survey("doors", in: project).causes
        let cause = try #require(causes.first)
        #expect(causes.count == 1)
        #expect((cause.kind, cause.symbol, cause.path) == (.importPath, "shop.api.Doors", "shop/api.py"))
        #expect((cause.line, cause.consumers) == (1, 1))
    }

    @Test("two interfaces of one class are causes, one is not")
    func interfaces() throws {
        var project = project
        let port =
            "from typing import Protocol\n\n\nclass Port(Protocol):\n    def join(self, room, member): ...\n    def leave(self, room): ...\n"
        project["shop/ports.py"] = port
        #expect(try survey("rooms", in: project).causes.allSatisfy { $0.kind != .interface })
        project["shop/more.py"] = port.replacing("Port(", with: "Harbour(")
        let found = try survey("rooms", in: project).causes.filter { $0.kind == .interface }.map(\.symbol)
        #expect(found == ["shop.more.Harbour", "shop.ports.Port"])
    }

    @Test("the kind follows from what was done, and from layers that stand beside bound consumers")
    func kinds() {
        #expect(GardenKind(bound: 3, layers: 1, wasDone: true) == .regression)
        #expect(GardenKind(bound: 3, layers: 1, wasDone: false) == .incompleteMigration)
        #expect(GardenKind(bound: 0, layers: 1, wasDone: false) == .duplicate)
        #expect(GardenKind(bound: 3, layers: 0, wasDone: false) == .duplicate)
    }

    @Test(
        "names of concepts become names of files, and come back out of markers",
        arguments: [
            ("websocket-manager", "websocket-manager"), ("Rooms & Doors!", "rooms-doors"), ("räume", "r-ume"),
            ("-->", "concept"),
            ("a%b\u{1F600}", "a-b"),
        ])
    func names(_ name: String, _ slug: String) {
        #expect(GardenNames.slug(name) == slug)
        #expect(TrackingMarkers.decoded(TrackingMarkers.encoded(name)) == name)
        #expect(!TrackingMarkers.header(.duplicate, name).dropLast(3).contains("-->"))
    }

    @Test("what an audit could not read in full is not known to be gone")
    func incomplete() {
        var facts = GardenFacts(harm: ConceptHarm(concept: "rooms"))
        #expect(facts.holds(.oneImplementation) == true)
        #expect(facts.holds(.testsCollected) == true)
        facts.incomplete = [Evidence(path: "shop/a.py", line: 0, text: "cannot be read")]
        for box in [GardenBox.oneImplementation, .onePath, .noLayer, .testsCollected] {
            #expect(facts.holds(box) == nil)
        }
        facts.harm.implementations = 2
        #expect(facts.holds(.oneImplementation) == false)
        for box in [GardenBox.testsPass, .probed, .stable, .planned] { #expect(facts.holds(box) == nil) }
    }

    // MARK: Files

    private func draft() throws -> String {
        let day = ExampleProject.today
        return try TrackingDraft(
            survey: survey("rooms", in: project), kind: .duplicate, title: "SSOT-duplicate-rooms", day: day,
            file: "x.md"
        ).text
    }

    @Test("a file that is read and not changed has the same bytes, and a tick is one byte")
    func bytes() throws {
        let bytes = Array(try draft().utf8)
        var file = try TrackingFile(bytes)
        #expect(file.bytes == bytes)
        #expect(file.concept == "rooms" && file.kind == .duplicate && file.state == .open)
        let open = try #require(file.firstOpen)
        let isChanged = file.set(open, true)
        #expect(isChanged)
        #expect(zip(file.bytes, bytes).count { $0 != $1 } == 1 && file.bytes.count == bytes.count)
        let isChangedAgain = file.set(open, true)
        #expect(!isChangedAgain)
        file.set(open, false)
        #expect(file.bytes == bytes)
    }

    @Test("whatever is done to a file, it is read or refused, and reading what was written gives the same")
    func damage() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let whole = Array(try draft().utf8)
        var refused = 0
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...200, using: &random)))
                case 2: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 90)], at: at)
                default: bytes.removeSubrange(at...)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            guard var file = try? TrackingFile(bytes) else {
                refused += 1
                continue
            }
            #expect(file.bytes == bytes)
            for box in GardenBox.allCases { file.set(box, Bool.random(using: &random)) }
            file.setNextAction("do <!-- this\nand that")
            file.setState(.closed, note: "2026-01-15")
            file.append(["", "end"])
            let again = try TrackingFile(file.bytes)
            #expect(again.ticked == file.ticked && again.state == .closed)
            #expect(again.nextAction == "do <! -- this and that")
        }
        #expect(refused > 20 && refused < 400)
    }

    // MARK: Runs

    @Test("the outcome of a test is the worst that its report says")
    func outcomes() throws {
        let report = """
            <?xml version="1.0" encoding="utf-8"?>
            <!-- <testcase name="none"/> -->
            <testsuites><testsuite name="pytest" tests="5" timestamp="2026-01-15T10:00:00+00:00">
            <testcase classname="tests.test_a" name="test_1" time="0.1"/>
            <testcase classname="tests.test_a.TestIt" name="test_&lt;2&gt;"><failure message="a &amp; b > c">x <![CDATA[</testcase>]]></failure></testcase>
            <testcase classname="tests.test_b" name='test_3'><skipped type="x" message=""/></testcase>
            <testcase classname="" name="tests.test_c"><error message="collection failure"/></testcase>
            <testcase classname="tests.test_d" name="test_5"><failure/><error/></testcase>
            </testsuite></testsuites>
            """
        let run = try TestRun(junit: Array(report.utf8))
        #expect(run.summary == "1 passed, 1 failed, 2 errors, 1 skipped")
        #expect(run.cases[1].name == "test_<2>")
        #expect(run.timestamp == "2026-01-15T10:00:00+00:00")
        #expect(run.outcome(of: "tests/test_a.py") == .failed)
        #expect(run.outcome(of: "tests/test_b.py") == .skipped)
        #expect(run.outcome(of: "tests/test_c.py") == .error)
        #expect(run.outcome(of: "tests/test_d.py") == .error)
        #expect(run.outcome(of: "test_a.py") == .absent && run.outcome(of: nil) == .absent)
        #expect(!run.isPass)
    }

    @Test(
        "an error of a suite, and totals that are not there, are no pass",
        arguments: [
            "<testsuite tests='1'><testcase name='a'/><error/></testsuite>", "<testsuite/>", "<testsuites/>",
            "<testsuite tests='0'></testsuite>",
        ])
    func empty(_ report: String) throws {
        #expect(try !TestRun(junit: Array(report.utf8)).isPass)
    }

    @Test("reports that were cut off or changed are read or refused")
    func cut() throws {
        let whole = Array(
            "<testsuites><testsuite tests='2'><testcase name='a'/><testcase name=\"b\"/></testsuite></testsuites>".utf8)
        for end in 0..<whole.count { #expect(throws: TestRunProblem.self) { try TestRun(junit: Array(whole[..<end])) } }
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = "<>/='\" a!-[]&".utf8.randomElement(
                    using: &random)!
            }
            _ = try? TestRun(junit: bytes)
        }
    }
}
