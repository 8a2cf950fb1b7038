import CanonGateway

/// One setting: its name, what it accepts, what it is for, and where in the configuration it lives. The reader of the
/// file, the names of the environment variables, the help of the flags, `canon config` and the reference page all come
/// from this one declaration.
struct Setting: Sendable {
    /// The names below `serve:`, outermost first.
    let path: [String]
    let type: SettingType
    let summary: String
    /// May be left empty, which means "not set".
    let isOptional: Bool
    /// Never printed: `canon config` shows its length only.
    let isSecret: Bool
    /// The flag of `canon serve`, with its dashes.
    let flag: String?
    /// Variables that are read after the setting's own one.
    let environmentAliases: [String]
    /// How the reference page words a default that depends on the machine.
    let defaultDescription: String?
    let read: @Sendable (GatewayConfiguration) -> SettingValue
    let write: @Sendable (inout GatewayConfiguration, SettingValue) -> Void

    /// `limits.ping_seconds`
    var key: String { path.joined(separator: ".") }

    /// `CANON_LIMITS_PING_SECONDS`
    var environmentName: String { "CANON_" + path.joined(separator: "_").uppercased() }

    var environmentNames: [String] { [environmentName] + environmentAliases }

    /// The value when nobody sets it.
    var standard: SettingValue { read(GatewayConfiguration()) }

    func parse(_ raw: RawSetting) throws(SettingMismatch) -> SettingValue {
        try type.parse(raw, isOptional: isOptional, isSecret: isSecret)
    }
}

/// A place in the configuration. Key path literals are safe to share, which their type has to say.
typealias Member<Value> = any WritableKeyPath<GatewayConfiguration, Value> & Sendable

extension Setting {
    private init(
        _ key: String, _ type: SettingType, _ summary: String, isOptional: Bool = false, isSecret: Bool = false,
        flag: String? = nil, aliases: [String] = [], defaultDescription: String? = nil,
        read: @escaping @Sendable (GatewayConfiguration) -> SettingValue,
        write: @escaping @Sendable (inout GatewayConfiguration, SettingValue) -> Void
    ) {
        self.path = key.split(separator: ".").map(String.init)
        self.type = type
        self.summary = summary
        self.isOptional = isOptional
        self.isSecret = isSecret
        self.flag = flag
        self.environmentAliases = aliases
        self.defaultDescription = defaultDescription
        self.read = read
        self.write = write
    }

    static func boolean(_ key: String, _ member: Member<Bool>, flag: String? = nil, _ summary: String) -> Setting {
        Setting(
            key, .boolean, summary, flag: flag,
            read: { .boolean($0[keyPath: member]) },
            write: { if case .boolean(let value) = $1 { $0[keyPath: member] = value } }
        )
    }

    static func integer(
        _ key: String, _ member: Member<Int>, _ range: ClosedRange<Int>, unit: SettingType.Unit = .none,
        flag: String? = nil, _ summary: String
    ) -> Setting {
        Setting(
            key, .integer(range, unit: unit), summary, flag: flag,
            read: { .integer($0[keyPath: member]) },
            write: { if case .integer(let value) = $1 { $0[keyPath: member] = value } }
        )
    }

    static func text(
        _ key: String, _ member: Member<String>, type: SettingType = .text(), flag: String? = nil,
        defaultDescription: String? = nil, _ summary: String
    ) -> Setting {
        Setting(
            key, type, summary, flag: flag, defaultDescription: defaultDescription,
            read: { .text($0[keyPath: member]) },
            write: { if case .text(let value) = $1 { $0[keyPath: member] = value } }
        )
    }

    static func optionalText(
        _ key: String, _ member: Member<String?>, type: SettingType = .text(), isSecret: Bool = false,
        flag: String? = nil, aliases: [String] = [], defaultDescription: String? = nil, _ summary: String
    ) -> Setting {
        Setting(
            key, type, summary, isOptional: true, isSecret: isSecret, flag: flag, aliases: aliases,
            defaultDescription: defaultDescription,
            read: { $0[keyPath: member].map(SettingValue.text) ?? .none },
            write: { configuration, value in
                if case .text(let text) = value {
                    configuration[keyPath: member] = text
                } else {
                    configuration[keyPath: member] = nil
                }
            }
        )
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable & SendableMetatype>(
        _ key: String, _ member: Member<Value>, flag: String? = nil, aliases: [String] = [], _ summary: String
    ) -> Setting {
        Setting(
            key, .choice(Value.allCases.map(\.rawValue)), summary, flag: flag, aliases: aliases,
            read: { .text($0[keyPath: member].rawValue) },
            write: { if case .text(let name) = $1, let value = Value(rawValue: name) { $0[keyPath: member] = value } }
        )
    }

    static func list(
        _ key: String, _ member: Member<[String]>, of element: String, example: String, flag: String? = nil,
        _ summary: String
    ) -> Setting {
        Setting(
            key, .list(of: element, example: example), summary, flag: flag,
            read: { .list($0[keyPath: member]) },
            write: { if case .list(let value) = $1 { $0[keyPath: member] = value } }
        )
    }

    /// One of the two paths of `tls`, which exists as soon as either is set; that both are is checked across settings.
    static func tlsFile(
        _ key: String, _ member: any WritableKeyPath<GatewayConfiguration.TLS, String> & Sendable, flag: String,
        _ summary: String
    ) -> Setting {
        Setting(
            key, .path, summary, isOptional: true, flag: flag,
            read: { configuration in
                guard let path = configuration.tls?[keyPath: member], !path.isEmpty else { return .none }
                return .text(path)
            },
            write: { configuration, value in
                guard case .text(let path) = value else { return }
                var tls = configuration.tls ?? GatewayConfiguration.TLS(certificate: "", key: "")
                tls[keyPath: member] = path
                configuration.tls = tls
            }
        )
    }
}
