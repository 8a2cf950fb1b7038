import CanonLogs
import Foundation
import Testing

@Suite("A warning, looked for in a window")
struct WarningSearchTests {
    private let start = InventedLog.start

    private func entry(
        _ id: String, _ second: Double, _ text: String, _ severity: String = "INFO", revision: String = "shop-1"
    )
        -> InventedLog.Entry
    {
        var entry = InventedLog.Entry(id: id, second, severity: severity, text: text)
        entry.revision = revision
        return entry
    }

    private func find(
        _ entries: [InventedLog.Entry], for sought: WarningSearch.Sought = .text("ssot warning"),
        revision: String? = nil,
        and text: String = ""
    ) -> WarningSearch.Finding {
        var search = WarningSearch(sought, in: start...start + 60_000_000_000, revision: revision)
        search.read(MemorySource(InventedLog.list(entries)))
        if !text.isEmpty { search.read(MemorySource(Array(text.utf8), name: "app.log")) }
        return search.finding
    }

    @Test("a window whose entries do not hold it says that it is absent; entries before and after do not count")
    func absent() {
        let found = find([entry("a", 1, "fine"), entry("b", 61, "SSOT WARNING"), entry("c", -1, "SSOT WARNING")])
        #expect(found.verdict == .absent && found.entries == 1 && found.found == 0)
        #expect(found.revision == "shop-1")
    }

    @Test("in any case of its letters it is found, once for each entry, with its times and a masked sample")
    func present() {
        let warning = entry("a", 2, "[ssot Warning] of ada@example.org")
        let found = find([entry("x", 1, "fine"), warning, warning, entry("b", 5, "SSOT WARNING")])
        #expect(found.verdict == .present && found.found == 2 && found.entries == 3)
        #expect(found.first == start + 2_000_000_000 && found.last == start + 5_000_000_000)
        #expect(found.sample?.contains("ada@") == false && found.sample?.contains("ssot Warning") == true)
    }

    @Test("any problem is an entry that is a warning or worse")
    func problems() {
        #expect(find([entry("a", 1, "fine"), entry("b", 2, "SSOT WARNING")], for: .anyProblem).verdict == .absent)
        #expect(find([entry("a", 1, "fine"), entry("b", 2, "odd", "WARNING")], for: .anyProblem).verdict == .present)
    }

    @Test("where there was nothing to stand in, or it cannot be placed, nothing is known")
    func unknown() {
        func reason(_ finding: WarningSearch.Finding) -> String {
            if case .unknown(let reason) = finding.verdict { reason } else { "\(finding.verdict)" }
        }
        #expect(reason(find([entry("a", 61, "fine")])) == "the logs hold no entry of the window")
        let two = [entry("a", 1, "fine"), entry("b", 2, "SSOT WARNING", revision: "shop-2")]
        #expect(reason(find(two)).contains("several revisions (shop-1, shop-2)"))
        #expect(find(two, revision: "shop-1").verdict == .absent)
        #expect(find(two, revision: "shop-2").verdict == .present)
        #expect(
            reason(find(two, revision: "shop-3")) == "no entry of the window is of shop-3; they are of shop-1, shop-2")
        let plain = "the rooms say: ssot warning without a time\n"
        #expect(reason(find([entry("a", 1, "fine")], and: plain)).contains("do not say when"))
        let dated = "2025-09-16T00:00:03Z WARNING SSOT WARNING\n"
        #expect(reason(find([entry("a", 1, "fine")], revision: "shop-1", and: dated)).contains("of which revision"))
        var search = WarningSearch(.text("x"), in: start...start + 60_000_000_000, revision: nil)
        search.read(MemorySource(InventedLog.list([entry("a", 1, "fine")])))
        search.read(.file("/nonexistent/app.log"))
        #expect(reason(search.finding).contains("/nonexistent/app.log"))
    }

    @Test("plain text without revisions is judged, and no revision is made up")
    func plainText() {
        let found = find([], and: "2025-09-16T00:00:03Z INFO fine\n2025-09-16T00:00:04Z INFO still\n")
        #expect(found.verdict == .absent && found.entries == 2 && found.revision == nil)
    }
}
