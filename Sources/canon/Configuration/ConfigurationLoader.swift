import CanonAudit
import CanonGateway
import CanonStore
import Configuration
import Foundation

/// The configuration in force, and how it came about.
struct LoadedConfiguration: Sendable {
    var configuration: GatewayConfiguration
    var provenance: Provenance
    /// What does not stop a server but deserves a look; `canon serve` logs each one.
    var warnings: [ConfigurationProblem]
    /// The configuration file that was read, if there is one.
    var file: String?
}

/// What flags say: the text of each one, by the key of its setting.
struct FlagSettings: Sendable {
    var values: [String: [String]] = [:]
    /// `--config`
    var configurationFile: String?
}

/// Reads the configuration once: flags over environment over file over defaults. The environment and the flags are
/// layers of swift-configuration, asked for text alone, because a provider that converts turns a wrong value into an
/// absent one; the strict reading is the setting's own.
struct ConfigurationLoader {
    let flags: FlagSettings
    let environment: [String: String]
    let currentDirectory: String

    init(
        flags: FlagSettings = FlagSettings(),
        environment: [String: String] = ProcessInfo.processInfo.environment,
        currentDirectory: String = FileManager.default.currentDirectoryPath
    ) {
        self.flags = flags
        self.environment = environment
        self.currentDirectory = currentDirectory
    }

    /// - Throws: `ConfigurationError` with everything that is wrong, in the layers' order and then across settings.
    func load() throws(ConfigurationError) -> LoadedConfiguration {
        var loaded = try loadUnchecked()
        var rules = ConfigurationRules(configuration: loaded.configuration, provenance: loaded.provenance)
        rules.check()
        guard rules.problems.isEmpty else { throw ConfigurationError(rules.problems) }
        loaded.warnings += rules.warnings
        return loaded
    }

    /// The values in force without the checks across settings, for commands that look at a configuration rather than
    /// serve by it.
    func loadUnchecked() throws(ConfigurationError) -> LoadedConfiguration {
        var values: [String: (value: SettingValue, source: ConfigurationSource)] = [:]
        var problems: [ConfigurationProblem] = []
        for layer in layers {
            for setting in SettingTable.all where values[setting.key] == nil {
                do throws(ConfigurationError) {
                    values[setting.key] = try layer.value(of: setting)
                } catch {
                    problems += error.problems
                }
            }
        }
        if values["data_dir"] == nil {
            values["data_dir"] = (.text(try standardDataDirectory()), .standard)
        }
        let file = try readFile(dataDirectory: values["data_dir"]?.value)
        problems += file?.problems ?? []
        for entry in file?.entries ?? [] {
            let isSet = values[entry.setting.key].map { $0.source != .standard } ?? false
            guard !isSet else { continue }
            values[entry.setting.key] = (resolved(entry, base: file?.path), entry.source)
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }

        var loaded = LoadedConfiguration(
            configuration: GatewayConfiguration(), provenance: Provenance(), warnings: unknownVariables(),
            file: file?.path)
        for setting in SettingTable.all {
            guard let (value, source) = values[setting.key] else { continue }
            setting.write(&loaded.configuration, value)
            loaded.provenance[setting.key] = source
        }
        if let file { loaded.warnings += Self.exposedSecrets(in: file) }
        return loaded
    }

    /// The data folder alone, for commands that need nothing else: what else is wrong with the configuration must not
    /// keep anybody from a backup.
    func dataDirectory() throws(ConfigurationError) -> String {
        guard let setting = SettingTable.setting("data_dir") else { preconditionFailure("data_dir is a setting") }
        for layer in layers {
            if case .text(let path) = try layer.value(of: setting)?.0 { return path }
        }
        if flags.configurationFile != nil, let file = try readFile(dataDirectory: nil),
            let entry = file.entries.first(where: { $0.setting.key == setting.key }),
            case .text(let path) = resolved(entry, base: file.path)
        {
            return path
        }
        return try standardDataDirectory()
    }

    /// The same without the file that `--config` names, for when that cannot be read.
    func ignoringFile() -> ConfigurationLoader {
        ConfigurationLoader(
            flags: FlagSettings(values: flags.values), environment: environment, currentDirectory: currentDirectory)
    }

    // MARK: Flags and environment

    private var layers: [ConfigurationLayer] {
        let keys = flags.values.compactMap { key, texts -> (AbsoluteConfigKey, ConfigValue)? in
            guard let setting = SettingTable.setting(key), let last = texts.last else { return nil }
            let content: ConfigContent = setting.type.isList ? .stringArray(texts) : .string(last)
            return (setting.configurationKey, ConfigValue(content, isSecret: setting.isSecret))
        }
        // In a compose file or a unit, a variable that is passed on without a value is an empty one.
        let present = environment.filter { !$0.value.isEmpty }
        let secrets = Set(SettingTable.all.filter(\.isSecret).flatMap(\.environmentNames))
        return [
            ConfigurationLayer(
                provider: InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: keys)),
                base: currentDirectory, source: { setting, _ in .flag(setting.flag ?? "--\(setting.key)") }),
            ConfigurationLayer(
                provider: EnvironmentVariablesProvider(
                    environmentVariables: present, secretsSpecifier: .specific(secrets)),
                base: currentDirectory, source: { _, name in .environment(name) }),
        ]
    }

    private func unknownVariables() -> [ConfigurationProblem] {
        let known = SettingTable.all.flatMap(\.environmentNames)
        let unknown = environment.keys.filter { $0.hasPrefix("CANON_") && !known.contains($0) }
        return unknown.sorted().map { name in
            let hint = NearestName.of(name, among: known).map { "; did you mean \($0)?" } ?? ""
            return ConfigurationProblem(place: name, message: "is no setting and is ignored\(hint)")
        }
    }

    // MARK: The file

    private func standardDataDirectory() throws(ConfigurationError) -> String {
        do {
            return Paths.normalized(try DataFolder.defaultPath(environment: environment))
        } catch {
            throw ConfigurationError("data_dir", "\(error.cause); give --data-dir or CANON_DATA_DIR")
        }
    }

    /// `--config`, else `canon.yaml` of the data folder when it is there. Never the current folder nor the workspace:
    /// whoever owns the files that an agent reads must not thereby own the server.
    private func readFile(dataDirectory: SettingValue?) throws(ConfigurationError) -> ConfigurationFile? {
        if let named = flags.configurationFile {
            return try read(Paths.absolute(named, in: currentDirectory, home: environment["HOME"]))
        }
        guard case .text(let directory) = dataDirectory else { return nil }
        let path = directory + "/canon.yaml"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let file = try read(path)
        if let entry = file.entries.first(where: { $0.setting.key == "data_dir" }) {
            throw ConfigurationError(
                entry.source.description,
                "serve.data_dir cannot be set in the data folder's own file; give --data-dir or CANON_DATA_DIR, or name "
                    + "the file by --config")
        }
        return file
    }

    private func read(_ path: String) throws(ConfigurationError) -> ConfigurationFile {
        let bytes: [UInt8]
        switch FileReading.contents(of: path, maximumBytes: ConfigurationFile.maximumBytes + 1) {
        case .success(let content): bytes = content
        case .failure(let error):
            throw ConfigurationError(path, "the configuration file cannot be read: \(error.description)")
        }
        return try ConfigurationFile(path: path, bytes: bytes)
    }

    private func resolved(_ entry: ConfigurationFile.Entry, base: String?) -> SettingValue {
        guard case .text(let path) = entry.value, entry.setting.type.isPath(path), let base else { return entry.value }
        return .text(Paths.absolute(path, in: Paths.parent(of: base), home: environment["HOME"]))
    }

    private static func exposedSecrets(in file: ConfigurationFile) -> [ConfigurationProblem] {
        let secrets = file.entries.filter { $0.setting.isSecret && $0.value != .none }
        guard let first = secrets.first, let mode = FileReading.mode(of: file.path), mode & 0o077 != 0 else {
            return []
        }
        return [
            ConfigurationProblem(
                place: first.source.description,
                message: "holds serve.\(first.setting.key), and other users may read the file; run: "
                    + "chmod 600 \(Paths.quoted(file.path))")
        ]
    }
}

/// A provider of swift-configuration, asked for one setting at a time so that the answer's place is known.
private struct ConfigurationLayer {
    let provider: any ConfigProvider
    /// What relative paths are resolved against.
    let base: String
    /// The source of a value, given the provider's own name for the key.
    let source: (Setting, String) -> ConfigurationSource

    func value(of setting: Setting) throws(ConfigurationError) -> (SettingValue, ConfigurationSource)? {
        guard let (raw, source) = try raw(of: setting) else { return nil }
        do throws(SettingMismatch) {
            var value = try setting.parse(raw)
            if case .text(let path) = value, setting.type.isPath(path) {
                value = .text(Paths.absolute(path, in: base, home: nil))
            }
            return (value, source)
        } catch {
            throw ConfigurationError(source.description, error.message)
        }
    }

    private func raw(of setting: Setting) throws(ConfigurationError) -> (RawSetting, ConfigurationSource)? {
        do {
            let type: ConfigType = setting.type.isList ? .stringArray : .string
            let keys = [setting.configurationKey] + setting.aliasKeys
            for key in keys {
                let found = try provider.value(forKey: key, type: type)
                switch found.value?.content {
                case .stringArray(let elements): return (.list(elements), source(setting, found.encodedKey))
                case .string(let text): return (.plain(text), source(setting, found.encodedKey))
                default: continue
                }
            }
            return nil
        } catch {
            throw ConfigurationError(setting.environmentName, "cannot be read: \(error)")
        }
    }
}

extension Setting {
    /// The key by which the providers of swift-configuration know the setting.
    fileprivate var configurationKey: AbsoluteConfigKey { AbsoluteConfigKey(["canon"] + path, context: [:]) }

    fileprivate var aliasKeys: [AbsoluteConfigKey] {
        environmentAliases.map { AbsoluteConfigKey([$0.lowercased()], context: [:]) }
    }
}
