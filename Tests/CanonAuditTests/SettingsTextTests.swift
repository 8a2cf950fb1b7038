import Testing

@testable import CanonAudit

@Suite("Settings in INI and TOML")
struct SettingsTextTests {
    private func entries(_ text: String, isTOML: Bool) -> [SettingsText.Entry] {
        SettingsText.entries(of: Array(text.utf8), isTOML: isTOML)
    }

    @Test("sections, keys, values and lines of TOML", arguments: ["\n", "\r\n"])
    func toml(end: String) {
        let text = """
            title = "a # no comment"  # a comment

            [tool.pytest."ini_options"]
            addopts = [
                "-x",  # one
                "--ü",
            ]
            [[tool.x]]
            'key' = { a = "]" }
            next = 1
            """
        let found = entries(
            text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: end), isTOML: true)
        #expect(
            found == [
                .init(section: "", key: "title", value: "\"a # no comment\"", line: 1),
                .init(section: "tool.pytest.ini_options", key: "addopts", value: "[\n\"-x\",\n\"--ü\",\n]", line: 4),
                .init(section: "tool.x", key: "key", value: "{ a = \"]\" }", line: 9),
                .init(section: "tool.x", key: "next", value: "1", line: 10),
            ])
        #expect(found[1].words == ["-x", "--ü"])
    }

    @Test("continued lines, both signs and both comments of INI")
    func ini() {
        let found = entries(
            "[tool:pytest]\naddopts = -x\n    --strict ; why\npython_files: test_*.py\n; nothing\nurl = a;b#c\n",
            isTOML: false)
        #expect(
            found == [
                .init(section: "tool:pytest", key: "addopts", value: "-x\n--strict", line: 2),
                .init(section: "tool:pytest", key: "python_files", value: "test_*.py", line: 4),
                .init(section: "tool:pytest", key: "url", value: "a;b#c", line: 6),
            ])
    }
}
