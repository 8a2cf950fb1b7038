import Testing

@testable import canon

@Suite("The configuration file")
struct ConfigurationFileTests {
    /// Everything the file says is wrong, whether it ended the reading or not.
    private func messages(_ bytes: [UInt8]) -> [String] {
        do throws(ConfigurationError) {
            return try ConfigurationFile(path: "canon.yaml", bytes: bytes).problems.map(\.description)
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("each fault is named with its line, column and remedy", arguments: ConfigurationFault.all)
    func faults(_ fault: ConfigurationFault) {
        #expect(messages(Array(fault.yaml.utf8)) == fault.messages.map { "canon.yaml" + $0 })
    }

    @Test("a file that is not UTF-8 is refused at its first wrong byte")
    func encoding() {
        #expect(
            messages(Array("serve:\n  host: a".utf8) + [0xE9, 0x0A])
                == ["canon.yaml:2:10: is not UTF-8; save the file in that encoding"])
    }

    @Test("a file over a mebibyte is refused unread")
    func size() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: 1_048_577)
        #expect(messages(bytes) == ["canon.yaml: is 1048577 bytes long; a configuration has at most 1048576"])
    }

    @Test("nesting without end is refused, not followed", arguments: ["[", "{a: ", "- "])
    func nesting(_ opening: String) {
        let found = messages(Array(String(repeating: opening, count: 100_000).utf8))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("canon.yaml:") == true)
    }

    @Test(
        "nothing, comments and empty sections are a file without settings",
        arguments: [
            "", "# nothing\n", "---\n", "serve:\n", "serve:\n  limits:\n", "audit:\n  any: [thing]\nlogs: 1\n", "~\n",
        ])
    func empty(_ yaml: String) throws {
        let file = try ConfigurationFile(path: "canon.yaml", bytes: Array(yaml.utf8))
        #expect(file.problems == [])
        #expect(file.entries.isEmpty)
    }

    @Test("values keep their type and their place")
    func values() throws {
        let yaml = """
            serve:
              port: 20_000
              demo: true
              host: 'localhost'
              workspace: ~
              allowed_origins:
                - https://a.example
                - "https://b.example"
              agent: {kind: ag-ui, instructions: "two\\nlines"}
            """
        let file = try ConfigurationFile(path: "f", bytes: Array(yaml.utf8))
        #expect(file.problems == [])
        #expect(
            file.entries.map(\.setting.key) == [
                "port", "demo", "host", "workspace", "allowed_origins", "agent.kind", "agent.instructions",
            ])
        #expect(
            file.entries.map(\.value) == [
                .integer(20_000), .boolean(true), .text("localhost"), .none,
                .list(["https://a.example", "https://b.example"]), .text("ag-ui"), .text("two\nlines"),
            ])
        #expect(file.entries[0].source == .file("f", line: 2, column: 9))
        #expect(file.entries[6].source == .file("f", line: 9, column: 38))
    }
}
