import ArgumentParser
import CanonAudit
import CanonGateway
import CanonWire
import Foundation
import Testing

@testable import canon

@Suite("The table of settings")
struct SettingTableTests {
    /// The keys that the members of a configuration would have, found by looking at the value.
    private func keys(of value: Any, prefix: String = "") -> [String] {
        Mirror(reflecting: value).children.flatMap { child -> [String] in
            guard let label = child.label else { return [] }
            let snake = label.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
            let name = prefix + (snake == "data_directory" ? "data_dir" : snake)
            var mirror = Mirror(reflecting: child.value)
            if mirror.displayStyle == .optional, let inner = mirror.children.first {
                mirror = Mirror(reflecting: inner.value)
            }
            guard mirror.displayStyle == .struct, !mirror.children.isEmpty, !(child.value is String) else {
                return [name]
            }
            return keys(of: mirror.displayStyle == .struct ? unwrapped(child.value) : child.value, prefix: name + ".")
        }
    }

    private func unwrapped(_ value: Any) -> Any {
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .optional ? mirror.children.first?.value ?? value : value
    }

    @Test("every member of the configuration is a setting, and every setting a member")
    func completeness() {
        var configuration = GatewayConfiguration()
        configuration.tls = .init(certificate: "c", key: "k")
        #expect(Set(keys(of: configuration)) == Set(SettingTable.all.map(\.key)))
    }

    @Test("names are unique, as keys, variables and flags")
    func uniqueNames() {
        let keys = SettingTable.all.map(\.key)
        let variables = SettingTable.all.flatMap(\.environmentNames)
        let flags = SettingTable.all.compactMap(\.flag)
        #expect(Set(keys).count == keys.count)
        #expect(Set(variables).count == variables.count)
        #expect(Set(flags).count == flags.count)
    }

    @Test("each setting takes back the value it gives, and its default is within its own range")
    func roundTrip() throws {
        for setting in SettingTable.all {
            let raw: RawSetting =
                switch setting.standard {
                case .none: .nothing
                case .boolean(let value): .plain("\(value)")
                case .integer(let value): .plain("\(value)")
                case .text(let text): setting.key == "data_dir" ? .plain("/data") : .plain(text)
                case .list(let elements): .list(elements)
                }
            let value = try setting.parse(raw)
            var configuration = GatewayConfiguration()
            setting.write(&configuration, value)
            #expect(setting.read(configuration) == value, "\(setting.key)")
        }
    }

    @Test("a value written to a setting changes that member alone")
    func independence() throws {
        for setting in SettingTable.all {
            let value: SettingValue =
                switch setting.type {
                case .boolean: .boolean(setting.standard != .boolean(true))
                case .integer(let range, _):
                    .integer(setting.standard == .integer(range.lowerBound) ? range.upperBound : range.lowerBound)
                case .text, .path, .location: .text("something else")
                case .choice(let names): .text(try #require(names.last { setting.standard != .text($0) }))
                case .list: .list(["something else"])
                }
            var configuration = GatewayConfiguration()
            setting.write(&configuration, value)
            let changed = SettingTable.all.filter { $0.read(configuration) != $0.standard }
            #expect(changed.map(\.key) == [setting.key])
        }
    }

    @Test("the flags of canon serve are those of the table, and reach their settings")
    func flags() throws {
        var arguments: [String] = []
        var expected: [String: [String]] = [:]
        for setting in SettingTable.all {
            guard let flag = setting.flag else { continue }
            arguments.append(flag)
            if setting.type == .boolean {
                expected[setting.key] = ["true"]
            } else {
                arguments.append("value of \(setting.key)")
                expected[setting.key] = ["value of \(setting.key)"]
            }
        }
        let options = try ServeOptions.parse(arguments + ["--config", "c.yaml", "--quiet", "--trusted-proxy", "b"])
        expected["trusted_proxies"]?.append("b")
        #expect(options.settings.values == expected)
        #expect(options.settings.configurationFile == "c.yaml")
        #expect(options.quiet)
    }

    @Test("the reference page is up to date: canon config --reference > docs/configuration.md")
    func referencePage() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/configuration.md")
        #expect(try String(contentsOf: page, encoding: .utf8) == ConfigurationReference.markdown)
    }

    @Test("the example of the reference page is a configuration that is understood")
    func referenceExample() throws {
        let page = ConfigurationReference.markdown
        let start = try #require(page.range(of: "```yaml\n")).upperBound
        let end = try #require(page[start...].range(of: "```")).lowerBound
        let file = try ConfigurationFile(path: "example", bytes: Array(page[start..<end].utf8))
        #expect(file.problems == [])
        #expect(file.entries.count == 8)
    }

    // MARK: canon config

    @Test("canon config shows each value with its source, and secrets by their length only")
    func report() throws {
        let secret = "a-secret-that-nobody-may-see-anywhere-at-all"
        let loaded = try ConfigurationLoader.isolated(
            flags: ["port": ["9000"]], environment: ["CANON_AUTHENTICATION_SECRET": secret, "CANON_AGENT_KEY": "k€y"]
        ).load()
        let report = ConfigurationReport(loaded: loaded)
        let terminal = Terminal(descriptor: -1, isTerminal: false, usesColour: false)
        let lines = report.table(on: terminal).split(separator: "\n").map { line in
            line.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        #expect(lines.first == ["SETTING", "VALUE", "SOURCE"])
        #expect(lines.contains(["port", "9000", "--port"]))
        #expect(lines.contains(["host", "127.0.0.1", "default"]))
        #expect(lines.contains(["authentication.secret", "•••• (44 bytes)", "CANON_AUTHENTICATION_SECRET"]))
        #expect(lines.contains(["agent.key", "•••• (5 bytes)", "CANON_AGENT_KEY"]))
        #expect(lines.count == SettingTable.all.count + 1)

        let json = report.json
        #expect(!json.encodedText.contains(secret))
        #expect(!json.encodedText.contains("k€y"))
        #expect(json["schema"] == "canon.config/1")
        let settings = try #require(json["settings"]?.array)
        #expect(settings.map { $0["key"]?.string } == SettingTable.all.map(\.key))
        let port = try #require(settings.first { $0["key"] == "port" })
        #expect(port == ["key": "port", "value": 9000, "source": ["kind": "flag", "name": "--port"], "secret": false])
        let key = try #require(settings.first { $0["key"] == "agent.key" })
        #expect(key["value"]?.isNull == true)
        #expect(key["bytes"] == 5)
    }
}

@Suite("The nearest name")
struct NearestNameTests {
    @Test(
        "edits and swapped neighbours count one each",
        arguments: [
            ("port", "port", 0), ("prot", "port", 1), ("por", "port", 1), ("ports", "port", 1), ("pork", "port", 1),
            ("", "port", 4), ("port", "", 4), ("kitten", "sitting", 3), ("ca", "abc", 3), ("höst", "host", 1),
        ])
    func distance(_ first: String, _ second: String, _ expected: Int) {
        #expect(NearestName.editDistance(first, second) == expected)
        #expect(NearestName.editDistance(second, first) == expected)
    }

    @Test(
        "only a name that is near enough is proposed",
        arguments: [
            ("prot", "port"), ("HOST", "host"), ("data-dir", "data_dir"), ("envi", "environment"), ("env", nil),
            ("colour", nil), ("x", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(_ name: String, _ expected: String?) {
        #expect(NearestName.of(name, among: ["host", "port", "data_dir", "environment"]) == expected)
    }
}
