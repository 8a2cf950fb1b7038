import CanonWire

/// What `canon config` shows: each setting, its value, and where that came from.
struct ConfigurationReport {
    let loaded: LoadedConfiguration

    func table(on terminal: Terminal) -> String {
        var table = TableWriter(["SETTING", "VALUE", "SOURCE"])
        for setting in SettingTable.all {
            let source = loaded.provenance[setting.key]
            let isStandard = source == .standard
            table.add([
                .init(setting.key),
                .init(Self.shown(value(of: setting), isSecret: setting.isSecret), isStandard ? .dim : nil),
                .init(source.description, isStandard ? .dim : .green),
            ])
        }
        return table.render(on: terminal)
    }

    /// `canon.config/1`. Members are added in later versions, never renamed or removed.
    var json: JSONObject {
        [
            "schema": "canon.config/1",
            "file": loaded.file.map(JSONValue.string) ?? .null,
            "settings": .array(SettingTable.all.map(entry)),
            "warnings": .array(
                loaded.warnings.map { ["place": .string($0.place), "message": .string($0.message)] }),
        ]
    }

    private func entry(_ setting: Setting) -> JSONValue {
        let value = value(of: setting)
        var entry: JSONObject = [
            "key": .string(setting.key),
            "value": Self.json(value, isSecret: setting.isSecret),
            "source": loaded.provenance[setting.key].json,
            "secret": .bool(setting.isSecret),
        ]
        if setting.isSecret, case .text(let text) = value { entry["bytes"] = .int(Int64(text.utf8.count)) }
        return .object(entry)
    }

    private func value(of setting: Setting) -> SettingValue { setting.read(loaded.configuration) }

    static func shown(_ value: SettingValue, isSecret: Bool = false) -> String {
        switch value {
        case .none: "not set"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .text(let text): isSecret ? "•••• (\(text.utf8.count) bytes)" : text
        case .list(let elements): elements.isEmpty ? "[]" : "[\(elements.joined(separator: ", "))]"
        }
    }

    /// A secret is null here: its length stands beside it.
    private static func json(_ value: SettingValue, isSecret: Bool) -> JSONValue {
        switch value {
        case .none: .null
        case .boolean(let value): .bool(value)
        case .integer(let value): .int(Int64(value))
        case .text(let text): isSecret ? .null : .string(text)
        case .list(let elements): .array(elements.map(JSONValue.string))
        }
    }
}
