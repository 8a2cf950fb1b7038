import ArgumentParser

/// The flags of `canon serve`. Each value is taken as text: what it may be is the setting's to say, so that a flag, a
/// variable and a line of the file fail with the same words.
struct ServeOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file; else canon.yaml of the data folder.")
    var config: String?

    @Option(name: .customLong("host"), help: .setting("host")) var host: String?
    @Option(name: .customLong("port"), help: .setting("port")) var port: String?
    @Option(name: .customLong("environment"), help: .setting("environment")) var environment: String?
    @Option(name: .customLong("tls-cert"), help: .setting("tls.certificate")) var tlsCertificate: String?
    @Option(name: .customLong("tls-key"), help: .setting("tls.key")) var tlsKey: String?
    @Option(name: .customLong("trusted-proxy"), help: .setting("trusted_proxies")) var trustedProxies: [String] = []
    @Option(name: .customLong("allowed-origin"), help: .setting("allowed_origins")) var allowedOrigins: [String] = []
    @Option(name: .customLong("data-dir"), help: .setting("data_dir")) var dataDirectory: String?
    @Option(name: .customLong("workspace"), help: .setting("workspace")) var workspace: String?
    @Option(name: .customLong("problems"), help: .setting("problems")) var problems: String?
    @Flag(name: .customLong("demo"), help: .setting("demo")) var demo = false
    @Flag(name: .customLong("demo-public"), help: .setting("demo_public")) var demoPublic = false
    @Option(name: .customLong("durability"), help: .setting("durability")) var durability: String?
    @Option(name: .customLong("agent-kind"), help: .setting("agent.kind")) var agentKind: String?
    @Option(name: .customLong("agent-url"), help: .setting("agent.url")) var agentURL: String?
    @Option(name: .customLong("agent-model"), help: .setting("agent.model")) var agentModel: String?
    @Option(name: .customLong("log-format"), help: .setting("log.format")) var logFormat: String?
    @Option(name: .customLong("log-level"), help: .setting("log.level")) var logLevel: String?
    @Flag(name: .customLong("quiet"), help: "No banner and no colour; errors and log lines only.") var quiet = false

    /// The flags that were given, by the keys of their settings.
    var settings: FlagSettings {
        var flags = FlagSettings(configurationFile: config)
        let single = [
            "host": host, "port": port, "environment": environment, "tls.certificate": tlsCertificate,
            "tls.key": tlsKey, "data_dir": dataDirectory, "workspace": workspace, "problems": problems,
            "durability": durability, "agent.kind": agentKind, "agent.url": agentURL, "agent.model": agentModel,
            "log.format": logFormat,
            "log.level": logLevel,
        ]
        for case (let key, let value?) in single { flags.values[key] = [value] }
        if !trustedProxies.isEmpty { flags.values["trusted_proxies"] = trustedProxies }
        if !allowedOrigins.isEmpty { flags.values["allowed_origins"] = allowedOrigins }
        if demo { flags.values["demo"] = ["true"] }
        if demoPublic { flags.values["demo_public"] = ["true"] }
        return flags
    }
}

/// The flags of commands that work on a data folder without serving it.
struct DataOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file; else canon.yaml of the data folder.")
    var config: String?

    @Option(name: .customLong("data-dir"), help: .setting("data_dir")) var dataDirectory: String?

    var settings: FlagSettings {
        var flags = FlagSettings(configurationFile: config)
        if let dataDirectory { flags.values["data_dir"] = [dataDirectory] }
        return flags
    }
}

extension ArgumentHelp {
    /// The help of a setting's flag, in the setting's own words.
    static func setting(_ key: String) -> ArgumentHelp {
        guard let setting = SettingTable.setting(key) else { preconditionFailure("\(key) is no setting") }
        let valueName =
            switch setting.type {
            case .path, .location: "path"
            case .choice(let names): names.joined(separator: "|")
            case .integer: "number"
            case .list, .text, .boolean: key.split(separator: ".").last.map(String.init) ?? key
            }
        return ArgumentHelp(setting.summary.filter { $0 != "`" }, valueName: valueName)
    }
}
