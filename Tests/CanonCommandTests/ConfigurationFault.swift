import Testing

/// A file with something wrong in it, and what must be said about it.
struct ConfigurationFault: Sendable, CustomTestStringConvertible {
    let name: String
    let yaml: String
    /// Without the file's name.
    let messages: [String]

    var testDescription: String { name }

    static let all: [ConfigurationFault] = [
        ConfigurationFault(
            name: "an unknown key with a near one",
            yaml: "serve:\n  prot: 1\n",
            messages: [":2:3: unknown key \"prot\" in serve; did you mean \"port\"?"]),
        ConfigurationFault(
            name: "an unknown key in a group",
            yaml: "serve:\n  limits:\n    ping_second: 3\n",
            messages: [":3:5: unknown key \"ping_second\" in serve.limits; did you mean \"ping_seconds\"?"]),
        ConfigurationFault(
            name: "a key that belongs into a group",
            yaml: "serve:\n  ping_seconds: 3\n",
            messages: [":2:3: unknown key \"ping_seconds\" in serve; did you mean serve.limits.ping_seconds?"]),
        ConfigurationFault(
            name: "a setting at the top of the file",
            yaml: "port: 8080\n",
            messages: [":1:1: unknown key \"port\" at the top of the file; did you mean serve.port?"]),
        ConfigurationFault(
            name: "a group at the top of the file",
            yaml: "limits:\n  ping_seconds: 3\n",
            messages: [":1:1: unknown key \"limits\" at the top of the file; did you mean serve.limits?"]),
        ConfigurationFault(
            name: "an unknown key like no other",
            yaml: "serve:\n  log:\n    colour: true\n",
            messages: [":3:5: unknown key \"colour\" in serve.log; known here: format, level"]),
        ConfigurationFault(
            name: "text for a number",
            yaml: "serve:\n  port: abc\n",
            messages: [":2:9: serve.port: found \"abc\", expected a whole number from 0 to 65535"]),
        ConfigurationFault(
            name: "a number in quotes",
            yaml: "serve:\n  port: \"8080\"\n",
            messages: [
                ":2:9: serve.port: found the text \"8080\" in quotes, expected a whole number from 0 to 65535"
            ]),
        ConfigurationFault(
            name: "a number with a fraction",
            yaml: "serve: {port: 80.5}\n",
            messages: [":1:15: serve.port: found \"80.5\", expected a whole number from 0 to 65535"]),
        ConfigurationFault(
            name: "a number that YAML 1.1 would read as octal",
            yaml: "serve:\n  port: 0755\n",
            messages: [":2:9: serve.port: found \"0755\", expected a whole number from 0 to 65535"]),
        ConfigurationFault(
            name: "a number above its range",
            yaml: "serve:\n  port: 70000\n",
            messages: [":2:9: serve.port: found \"70000\", expected a whole number from 0 to 65535"]),
        ConfigurationFault(
            name: "a number beyond 64 bits",
            yaml: "serve:\n  port: 99999999999999999999\n",
            messages: [
                ":2:9: serve.port: found \"99999999999999999999\", expected a whole number from 0 to 65535"
            ]),
        ConfigurationFault(
            name: "a number below its range, with its unit",
            yaml: "serve:\n  limits:\n    ping_seconds: 0\n",
            messages: [
                ":3:19: serve.limits.ping_seconds: found \"0\", expected a whole number from 1 to 3600 (seconds)"
            ]),
        ConfigurationFault(
            name: "another word for a boolean",
            yaml: "serve:\n  demo: yes\n",
            messages: [":2:9: serve.demo: found \"yes\", expected true or false"]),
        ConfigurationFault(
            name: "a mistyped choice",
            yaml: "serve:\n  environment: prodution\n",
            messages: [
                ":2:16: serve.environment: found \"prodution\", expected one of unset, development, testing, staging, "
                    + "production; did you mean \"production\"?"
            ]),
        ConfigurationFault(
            name: "a choice like no other",
            yaml: "serve:\n  durability: maximal\n",
            messages: [":2:15: serve.durability: found \"maximal\", expected one of full, process"]),
        ConfigurationFault(
            name: "a scalar for a list",
            yaml: "serve:\n  trusted_proxies: 10.0.0.1\n",
            messages: [
                ":2:20: serve.trusted_proxies: found \"10.0.0.1\", expected a list of addresses or CIDR blocks, such as "
                    + "[10.0.0.0/8]"
            ]),
        ConfigurationFault(
            name: "a list of lists",
            yaml: "serve:\n  allowed_origins: [[a]]\n",
            messages: [
                ":2:20: serve.allowed_origins: found a list, expected a list of origins, such as "
                    + "[https://app.example.com]"
            ]),
        ConfigurationFault(
            name: "a list for a scalar",
            yaml: "serve:\n  host: [a, b]\n",
            messages: [":2:9: serve.host: found a list, expected text"]),
        ConfigurationFault(
            name: "a mapping for a scalar",
            yaml: "serve:\n  host:\n    name: a\n",
            messages: [":3:5: serve.host: found a mapping, expected text"]),
        ConfigurationFault(
            name: "no value where one is needed",
            yaml: "serve:\n  host:\n",
            messages: [":2:8: serve.host: found nothing, expected text"]),
        ConfigurationFault(
            name: "empty text",
            yaml: "serve:\n  host: \"\"\n",
            messages: [":2:9: serve.host: found empty text, expected text"]),
        ConfigurationFault(
            name: "a short secret, which is not repeated",
            yaml: "serve:\n  authentication:\n    secret: hunter2\n",
            messages: [":3:13: serve.authentication.secret: found 7 bytes, expected text of at least 32 bytes"]),
        ConfigurationFault(
            name: "a scalar for a group",
            yaml: "serve:\n  limits: none\n",
            messages: [":2:11: serve.limits: found \"none\", expected a mapping of settings"]),
        ConfigurationFault(
            name: "a scalar for the section",
            yaml: "serve: fast\n",
            messages: [":1:8: serve: found \"fast\", expected a mapping of settings"]),
        ConfigurationFault(
            name: "a list for the file",
            yaml: "- serve\n",
            messages: [":1:1: found a list, expected a mapping with the sections serve, audit, logs"]),
        ConfigurationFault(
            name: "a key that is no text",
            yaml: "serve:\n  ? [a]\n  : b\n",
            messages: [":2:5: found a list as a key, expected the name of a setting"]),
        ConfigurationFault(
            name: "a merge key",
            yaml: "serve:\n  <<: {port: 1}\n",
            messages: [
                ":2:3: unknown key \"<<\" in serve; known here: host, port, environment, tls, trusted_proxies, "
                    + "allowed_origins, data_dir, workspace, problems, demo, demo_public, compression, compatibility_welcome, durability, authentication, agent, "
                    + "limits, retention, log"
            ]),
        ConfigurationFault(
            name: "a key twice",
            yaml: "serve:\n  port: 1\n  host: a\n  port: 2\n",
            messages: [":2:3: the key \"port\" stands twice in one mapping, again on line 4; keep one"]),
        ConfigurationFault(
            name: "a section twice",
            yaml: "serve: {port: 1}\nserve: {port: 2}\n",
            messages: [":1:1: the key \"serve\" stands twice in one mapping, again on line 2; keep one"]),
        ConfigurationFault(
            name: "a tab",
            yaml: "serve:\n\tport: 1\n",
            messages: [":2:1: a tab stands in the indentation; YAML is indented with spaces"]),
        ConfigurationFault(
            name: "a bracket that is not closed",
            yaml: "serve:\n  allowed_origins: [a\n  port: 1\n",
            messages: [
                ":3:7: is no valid YAML: did not find expected ',' or ']' while parsing a flow sequence"
            ]),
        ConfigurationFault(
            name: "a quote that is not closed",
            yaml: "serve:\n  host: \"abc\n",
            messages: [
                ":3:1: is no valid YAML: found unexpected end of stream while scanning a quoted scalar"
            ]),
        ConfigurationFault(
            name: "an undefined alias",
            yaml: "serve:\n  host: *other\n",
            messages: [":2:9: is no valid YAML: found undefined alias"]),
        ConfigurationFault(
            name: "two documents",
            yaml: "serve:\n  port: 1\n---\nserve:\n  port: 2\n",
            messages: [":3:1: is no valid YAML: but found another document expected a single document in the stream"]),
        ConfigurationFault(
            name: "a control character",
            yaml: "serve:\n  host: a\u{7}b\n",
            messages: [":2:10: holds the control character U+007"]),
        ConfigurationFault(
            name: "a control character in a key, which the terminal must not see",
            yaml: "serve:\n  \"a\\eb\": 1\n",
            messages: [
                ":2:3: unknown key \"a\\u{1b}b\" in serve; known here: host, port, environment, tls, trusted_proxies, "
                    + "allowed_origins, data_dir, workspace, problems, demo, demo_public, compression, compatibility_welcome, durability, authentication, agent, "
                    + "limits, retention, log"
            ]),
        ConfigurationFault(
            name: "several at once, in the order of the file",
            yaml: "serve:\n  port: x\n  hots: y\nfoo: 1\n",
            messages: [
                ":2:9: serve.port: found \"x\", expected a whole number from 0 to 65535",
                ":3:3: unknown key \"hots\" in serve; did you mean \"host\"?",
                ":4:1: unknown key \"foo\" at the top of the file; known here: serve, audit, logs",
            ]),
    ]
}
