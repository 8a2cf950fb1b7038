import Testing

@testable import CanonAudit

@Suite("Editing waivers")
struct ManifestEditorTests {
    private static let today = CalendarDate("2026-01-15")!

    private func waiver() throws -> ManifestEditor.NewWaiver {
        let report = try ExampleProject(["shop/__init__.py": "", "shop/broken.py": "def (:\n"]).coreReport()
        return ManifestEditor.NewWaiver(
            try #require(report.findings.first), reason: "it \"goes\" #soon", owner: "@me", issue: "12",
            expires: Self.today)
    }

    private static let added = """
        - rule: syntax
          symbol: "shop.broken"
          fingerprint: "\(Fingerprint(rule: "syntax", symbols: ["shop.broken"]))"
          reason: "it \\"goes\\" #soon"
          owner: "@me"
          issue: "12"
          expires: 2026-01-15
        """

    private static func indented(_ text: String, _ count: Int) -> String {
        text.split(separator: "\n").map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
    }

    static let old = "{rule: syntax, symbol: a.b, reason: r, owner: o, issue: \"1\", expires: 2026-01-20}"

    @Test(
        "a waiver is added and every other line stays",
        arguments: [
            ("", "audit:\n  waivers:\n" + indented(added, 4) + "\n"),
            ("serve:\n  port: 1\n", "serve:\n  port: 1\n\naudit:\n  waivers:\n" + indented(added, 4) + "\n"),
            (
                "audit:\n  roots: [a] # why\n# end\n",
                "audit:\n  roots: [a] # why\n  waivers:\n" + indented(added, 4) + "\n# end\n"
            ),
            (
                "audit:\n  waivers:\n    # first\n    - \(old)\n\n  python: \"3.11\"\n",
                "audit:\n  waivers:\n    # first\n    - \(old)\n" + indented(added, 4) + "\n\n  python: \"3.11\"\n"
            ),
            (
                "audit:\n  waivers:\n  - \(old)\nserve: {}\n",
                "audit:\n  waivers:\n  - \(old)\n" + indented(added, 2) + "\nserve: {}\n"
            ),
            (
                "audit:\n  waivers: []\n  python: \"3.9\"\n",
                "audit:\n  waivers:\n" + indented(added, 4) + "\n  python: \"3.9\"\n"
            ),
            ("audit:\nserve: {}\n", "audit:\n  waivers:\n" + indented(added, 4) + "\nserve: {}\n"),
        ])
    func add(_ before: String, _ after: String) throws {
        var editor = ManifestEditor(text: before, path: "canon.yaml", today: Self.today)
        let waiver = try waiver()
        try editor.add(waiver)
        #expect(editor.text == after)
        let waivers = try Manifest(yaml: editor.text, path: "canon.yaml", today: Self.today).waivers
        #expect(waivers.last?.reason == waiver.reason && waivers.last?.fingerprint?.value == waiver.fingerprint)
    }

    @Test(
        "a form that cannot be edited is left alone",
        arguments: [
            "audit:\n  waivers: [\(old)]\n", "audit: {roots: [a]}\n",
        ])
    func refused(_ text: String) throws {
        var editor = ManifestEditor(text: text, path: "canon.yaml", today: Self.today)
        let waiver = try waiver()
        #expect(throws: ManifestEditor.Refusal.self) { try editor.add(waiver) }
        #expect(editor.text == text)
    }

    @Test(
        "waivers are deleted with their lines",
        arguments: [
            (
                [0],
                "audit:\n  waivers:\n    # second\n    - rule: syntax\n      symbol: c.d\n      reason: s\n      owner: o\n      issue: \"1\"\n      expires: 2026-01-20\n  python: \"3.9\"\n"
            ),
            ([0, 1], "audit:\n  python: \"3.9\"\n"),
        ])
    func remove(_ gone: [Int], _ after: String) throws {
        let text =
            "audit:\n  waivers:\n    - \(Self.old)\n    # second\n    - rule: syntax\n      symbol: c.d\n      reason: s\n      owner: o\n"
            + "      issue: \"1\"\n      expires: 2026-01-20\n  python: \"3.9\"\n"
        let waivers = try Manifest(yaml: text, path: "canon.yaml", today: Self.today).waivers
        var editor = ManifestEditor(text: text, path: "canon.yaml", today: Self.today)
        try editor.remove(gone.map { waivers[$0] })
        if gone == [0] {
            let left = try Manifest(yaml: editor.text, path: "canon.yaml", today: Self.today).waivers
            #expect(left.map(\.reason) == ["s"])
        } else {
            #expect(editor.text == after)
        }
    }
}
