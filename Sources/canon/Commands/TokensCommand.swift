import ArgumentParser
import CanonStore
import CanonWire

/// `canon tokens`: credentials of programs. Works beside a running server, which applies a change within a second.
struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Manage the tokens of programs.",
        subcommands: [Create.self, List.self, Revoke.self])
}

/// The roles a token can have.
enum TokenRole: String, ExpressibleByArgument, CaseIterable {
    case service, admin

    var role: Role {
        switch self {
        case .service: .service
        case .admin: .admin
        }
    }
}

extension TokensCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make a token. It is shown once, and kept only as a hash.")

        @OptionGroup var options: IdentityOptions
        @Argument(help: "What the token is called in lists: letters, digits, dots, dashes, underscores.")
        var name: String
        @Option(help: "What the program may do.") var role = TokenRole.service
        @Option(help: "How long it lives, such as 90d, 12h or 30m; without it, until it is revoked.")
        var expires: TimeSpan?

        func run() async throws {
            try await options.withStore(creating: true) { store in
                let now = Timestamp.now()
                let (secret, token) = try await store.createServiceToken(
                    name: name, role: role.role, expiresAt: expires.map { now.adding(seconds: $0.seconds) },
                    actor: IdentityOptions.actor, now: now)
                if options.json {
                    let json: JSONObject = [
                        "schema": "canon.token/1", "secret": .string(secret.text),
                        "token": .object(token.json(at: now)),
                    ]
                    Terminal.output.writeLine(json.encodedText)
                } else {
                    // Alone on its line and also when quiet: `token=$(canon tokens create ci)`.
                    Terminal.output.writeLine(secret.text)
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show all tokens, the newest first.")

        @OptionGroup var options: IdentityOptions

        func run() async throws {
            try await options.withStore { store in
                let now = Timestamp.now()
                let tokens = try await store.serviceTokens()
                var table = TableWriter(["NAME", "ROLE", "STATE", "CREATED", "EXPIRES", "LAST USED"])
                for token in tokens {
                    let state = token.state(at: now)
                    table.add([
                        .init(token.name), .init(token.role.rawValue),
                        .init(state.rawValue, state == .live ? nil : .yellow),
                        .init(String(token.createdAt.iso8601.prefix(10))),
                        .init(token.expiresAt.map { String($0.iso8601.prefix(16)) } ?? "never"),
                        .init(token.lastUsedAt.map { String($0.iso8601.prefix(16)) } ?? "never"),
                    ])
                }
                options.report(
                    ["schema": "canon.tokens/1", "tokens": .array(tokens.map { .object($0.json(at: now)) })],
                    tokens.isEmpty
                        ? "There are no tokens; make one with `canon tokens create NAME`."
                        : table.render(on: .output))
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Revoke a token.")

        @OptionGroup var options: IdentityOptions
        @Argument(help: "The token's name or id.") var name: String

        func run() async throws {
            try await options.withStore { store in
                let now = Timestamp.now()
                let token = try await store.revokeServiceToken(name, actor: IdentityOptions.actor, now: now)
                options.report(
                    ["schema": "canon.token/1", "token": .object(token.json(at: now))], "\(token.name) is revoked.")
            }
        }
    }
}

extension ServiceToken {
    /// What the JSON output says of a token.
    func json(at now: Timestamp) -> JSONObject {
        [
            "id": .string(id.value), "name": .string(name), "role": .string(role.rawValue),
            "state": .string(state(at: now).rawValue), "created_at": .string(createdAt.iso8601),
            "expires_at": expiresAt.map { .string($0.iso8601) } ?? .null,
            "revoked_at": revokedAt.map { .string($0.iso8601) } ?? .null,
            "last_used_at": lastUsedAt.map { .string($0.iso8601) } ?? .null,
        ]
    }
}
