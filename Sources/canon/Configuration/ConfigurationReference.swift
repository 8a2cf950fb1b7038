/// The page `docs/configuration.md`, made from the table of settings.
enum ConfigurationReference {
    static var markdown: String {
        var page = introduction
        for group in groups {
            page += "\n## \(group.title)\n\n| Setting | Type | Default | Meaning |\n|---|---|---|---|\n"
            for setting in group.settings { page += row(setting) }
        }
        page += environment
        return page
    }

    private static func row(_ setting: Setting) -> String {
        var meaning = setting.summary
        if let flag = setting.flag { meaning += " Flag: `\(flag)`." }
        if setting.isSecret { meaning += " Secret: shown by its length only." }
        let standard = setting.defaultDescription ?? code(ConfigurationReport.shown(setting.standard))
        return "| `\(setting.key)` | \(setting.type.name) | \(standard) | \(meaning) |\n"
    }

    private static func code(_ text: String) -> String { text == "not set" ? text : "`\(text)`" }

    private static var groups: [(title: String, settings: [Setting])] {
        let top = SettingTable.all.filter { $0.path.count == 1 }
        let names = SettingTable.names(below: []).filter { SettingTable.isGroup([$0]) }
        return [("serve", top)]
            + names.map { name in ("serve.\(name)", SettingTable.all.filter { $0.path.count > 1 && $0.path[0] == name })
            }
    }

    private static let introduction = """
        # Configuration

        This page is made by `canon config --reference`; a test fails when it is out of date.

        `canon serve` reads its settings once, when it starts, from four layers. The first that says something counts:

        1. flags of the command line,
        2. environment variables,
        3. `canon.yaml`: the file that `--config PATH` names, else `canon.yaml` of the data folder. The current folder and
           the workspace are never looked at, so that files an agent may read cannot change the server,
        4. the defaults below.

        `canon config` prints every setting in force with the place it came from; `canon doctor` tries it out on this
        machine. A name or value that is not understood is an error with file, line and column, and the program ends with
        status 2 before anything is opened.

        ```yaml
        serve:
          host: 0.0.0.0
          port: 8443
          environment: production
          tls:
            certificate: /etc/canon/tls/chain.pem
            key: /etc/canon/tls/key.pem
          allowed_origins: [https://app.example.com]
          workspace: /srv/project
          limits:
            connections_per_user: 20
        ```

        The top of the file knows the sections `serve`, `audit` and `logs`; this page is about `serve`. Values are read
        strictly: `true` and `false` are the only booleans, numbers are decimal (`20_000` may be grouped), and a number in
        quotes is text. Relative paths in the file start at the file's folder, those of flags and variables at the current
        one; `~/` in the file is the home folder.

        """

    private static var environment: String {
        let aliases = SettingTable.all.flatMap { setting in
            setting.environmentAliases.map { "`\($0)` is read as `\(setting.environmentName)` when that is not set" }
        }
        return """

            ## Environment variables

            The variable of a setting is `CANON_` and the setting's name in capitals with `_` for the dot:
            `limits.ping_seconds` is `CANON_LIMITS_PING_SECONDS`. Lists are separated by commas. An empty variable counts as
            not set. A variable that begins with `CANON_` and is no setting is reported and ignored.

            \(aliases.joined(separator: "; ")).

            `NO_COLOR` turns colour off.

            ## Exit status

            | Status | Meaning |
            |---|---|
            | 0 | done |
            | 1 | a check failed, or something was refused |
            | 2 | the command line or the configuration cannot be used |
            | 3 | the answer could not be found out |

            """
    }
}
