import Foundation
import Testing

@testable import CanonAudit

@Suite("The report as a page")
struct HTMLReportTests {
    /// Two classes that keep connections by user, one of them reached by two paths.
    private static let project = ExampleProject([
        "app/__init__.py": "",
        "app/rooms.py": """
        class Rooms:
            def __init__(self):
                self.members = {}

            def join(self, user, socket):
                self.members[user] = socket

            def leave(self, user):
                self.members.pop(user)

            def send(self, user, text):
                self.members[user].send(text)
        """,
        "app/again.py": "from app.rooms import Rooms as Halls\n",
        "app/api/__init__.py": "",
        "app/api/chat.py": "from app.rooms import Rooms\n\nrooms = Rooms()\n",
        "app/api/admin.py": "from app.again import Halls\n\nhalls = Halls()\n",
        "canon.yaml": """
        audit:
          roots: [app]
          concepts:
            rooms:
              canonical: app.rooms.Rooms
              import_from: [app.rooms]
              owner: "<script>alert(1)</script>"
        """,
    ])

    @Test("says everything that the report says, and asks nothing of a network or a script")
    func content() throws {
        let report = try Self.project.report()
        let page = String(decoding: report.rendered(as: .html, failOn: .high), as: UTF8.self)
        #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
        for finding in report.findings { #expect(page.contains(finding.fingerprint.description)) }
        #expect(page.contains(report.tool.ruleSet))
        for reference in ["http://", "https://", "<script", "src=", "url(", "@import", "<link"] {
            #expect(!page.contains(reference), "\(reference)")
        }
        #expect(page.contains("default-src 'none'"))
    }

    @Test("text of an audited tree does not become markup")
    func escaping() throws {
        var report = try Self.project.report()
        report.incomplete = [Evidence(path: "a<b>&\"'.py", line: 3, text: "<img onerror=x>\u{1}\n")]
        let page = String(decoding: report.rendered(as: .html, failOn: .high), as: UTF8.self)
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(page.contains("a&lt;b&gt;&amp;&quot;&#39;.py:3"))
        #expect(page.contains("&lt;img onerror=x&gt;\u{FFFD} "))
        #expect(!page.contains("<img"))
    }

    @Test("a map has the objects of a concept, their names, the paths to them and who takes these")
    func map() throws {
        let map = try #require(try Self.project.report().routes.first)
        let object = try #require(map.objects.first)
        #expect(
            object.symbol == "app.rooms.Rooms" && object.isCanonical && object.path == "app/rooms.py"
                && object.line == 1)
        #expect(object.aliases == ["app.again.Halls"])
        #expect(object.paths.map(\.module) == ["app.rooms", "app.again"])
        #expect(object.paths.map(\.isRegistered) == [true, false])
        #expect(object.paths[0].folders == [.init(path: "app", modules: 1), .init(path: "app/api", modules: 1)])
        #expect(object.paths[1].folders == [.init(path: "app/api", modules: 1)])
        let drawing = ConceptDrawing(map: map).svg
        #expect(drawing.contains("app.again") && drawing.contains("way wrong") && drawing.contains("way registered"))
        #expect(
            drawing.contains("1 module<") && !drawing.contains("1 modules")
                && drawing.contains("1 module, 1 statement<"))
    }

    @Test(
        "a way to the declared factory is registered in the map exactly when the score counts who takes it",
        arguments: ["return Rooms()", "return _all[user]"])
    func factory(_ body: String) throws {
        var project = Self.project
        project["canon.yaml"] += "\n      factory: app.wiring.rooms_of\n"
        project["app/wiring.py"] =
            "from app.rooms import Rooms\n\n_all = {}\n\n\ndef rooms_of(user):\n    \(body)\n"
        project["app/names.py"] = "from app.wiring import rooms_of\n"
        project["app/api/bound.py"] = "from app.wiring import rooms_of\n\nrooms = rooms_of(1)\n"
        project["app/api/stray.py"] = "from app.names import rooms_of\n\nrooms = rooms_of(1)\n"
        let report = try project.report()
        let map = try #require(report.routes.first)
        let factory = try #require(map.objects.first { $0.isFactory })
        #expect(factory.symbol == "app.wiring.rooms_of" && !factory.isCanonical)
        #expect(factory.paths.map(\.module) == ["app.wiring", "app.names"])
        #expect(factory.paths.map(\.isRegistered) == [true, false])
        let score = try #require(report.score.concepts.first)
        #expect(score.unbound == ["app.api.admin", "app.api.stray"])
        // Those two, api.chat and api.bound; the modules that hold the class or the factory are the concept itself.
        #expect(score.consumers == 4 && score.bound == 2)
        let strays = report.findings.filter { $0.rule == "import-path" }.map { $0.related[0] }
        #expect(strays.sorted() == ["app.again", "app.names"], "what the rule calls a wrong path")
    }
}
