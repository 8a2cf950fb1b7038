import ArgumentParser
import CanonGateway
import CanonStore
import CanonWire

/// `canon users`: the accounts that can log in. Works beside a running server, which applies a change within a second.
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "Manage the accounts that can log in.",
        subcommands: [Add.self, List.self, Password.self, Disable.self, Enable.self, SetRole.self])
}

/// The roles an account can have.
enum AccountRole: String, ExpressibleByArgument, CaseIterable {
    case user, service, admin

    var role: Role {
        switch self {
        case .user: .user
        case .service: .service
        case .admin: .admin
        }
    }
}

extension UsersCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "add", abstract: "Add an account.")

        @OptionGroup var options: IdentityOptions
        @Argument(help: "The e-mail address to log in with.") var email: String
        @Option(help: "The name to show.") var name: String?
        @Option(help: "What the account may do.") var role = AccountRole.user
        @Flag(help: "Read the password from the first line of standard input.") var passwordStdin = false

        func validate() throws { _ = try emailArgument(email) }

        func run() async throws {
            try await options.withStore(creating: true) { store in
                let email = try emailArgument(email)
                if try await store.account(email: email) != nil { throw IdentityError.emailTaken(email.text) }
                let hash = try await passwordHash(for: email, fromStandardInput: passwordStdin)
                let account = try await store.createAccount(
                    email: email, name: name, role: role.role, passwordHash: hash, actor: IdentityOptions.actor)
                options.report(
                    ["schema": "canon.user/1", "user": .object(account.json)],
                    "Added \(account.email) as \(account.role.rawValue).")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show all accounts.")

        @OptionGroup var options: IdentityOptions

        func run() async throws {
            try await options.withStore { store in
                let accounts = try await store.accounts()
                var table = TableWriter(["EMAIL", "ROLE", "STATE", "CREATED", "NAME"])
                for account in accounts {
                    table.add([
                        .init(account.email), .init(account.role.rawValue),
                        account.isDisabled ? .init("disabled", .yellow) : "active",
                        .init(String(account.createdAt.iso8601.prefix(10))), .init(account.name ?? ""),
                    ])
                }
                options.report(
                    ["schema": "canon.users/1", "users": .array(accounts.map { .object($0.json) })],
                    accounts.isEmpty
                        ? "There are no accounts; add one with `canon users add EMAIL`."
                        : table.render(on: .output))
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password",
            abstract: "Set an account's password, which ends its sessions.")

        @OptionGroup var options: IdentityOptions
        @Argument(help: "The account's e-mail address.") var email: String
        @Flag(help: "Read the password from the first line of standard input.") var passwordStdin = false

        func validate() throws { _ = try emailArgument(email) }

        func run() async throws {
            try await options.withStore { store in
                let email = try emailArgument(email)
                guard try await store.account(email: email) != nil else {
                    throw IdentityError.noSuchAccount(email.text)
                }
                let hash = try await passwordHash(for: email, fromStandardInput: passwordStdin)
                let account = try await store.setPassword(of: email, hash: hash, actor: IdentityOptions.actor)
                options.report(
                    ["schema": "canon.user/1", "user": .object(account.json)],
                    "The password of \(account.email) is set; all sessions of the account are ended.")
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Lock an account out, which ends its sessions.")

        @OptionGroup var options: IdentityOptions
        @Argument(help: "The account's e-mail address.") var email: String

        func validate() throws { _ = try emailArgument(email) }

        func run() async throws {
            try await options.withStore { store in
                let account = try await store.setDisabled(
                    true, try emailArgument(email), actor: IdentityOptions.actor)
                options.report(
                    ["schema": "canon.user/1", "user": .object(account.json)], "\(account.email) is disabled.")
            }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable", abstract: "Let a disabled account in again.")

        @OptionGroup var options: IdentityOptions
        @Argument(help: "The account's e-mail address.") var email: String

        func validate() throws { _ = try emailArgument(email) }

        func run() async throws {
            try await options.withStore { store in
                let account = try await store.setDisabled(
                    false, try emailArgument(email), actor: IdentityOptions.actor)
                options.report(
                    ["schema": "canon.user/1", "user": .object(account.json)], "\(account.email) is enabled.")
            }
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Change what an account may do.")

        @OptionGroup var options: IdentityOptions
        @Argument(help: "The account's e-mail address.") var email: String
        @Argument(help: "What the account may do.") var role: AccountRole

        func validate() throws { _ = try emailArgument(email) }

        func run() async throws {
            try await options.withStore { store in
                let account = try await store.setRole(
                    role.role, of: try emailArgument(email), actor: IdentityOptions.actor)
                options.report(
                    ["schema": "canon.user/1", "user": .object(account.json)],
                    "\(account.email) has the role \(account.role.rawValue).")
            }
        }
    }
}

/// Reads a password, checks it and hashes it.
private func passwordHash(for email: EmailAddress, fromStandardInput: Bool) async throws -> String {
    let password = try fromStandardInput ? PasswordInput.fromStandardInput() : PasswordInput.fromTerminal()
    if let problem = PasswordRules.problem(with: password, email: email.text) { throw CommandFailure("\(problem)") }
    return try await PasswordHasher().hash(password)
}

extension Account {
    /// What the JSON output says of an account.
    var json: JSONObject {
        [
            "id": .string(id.value), "email": .string(email), "name": name.map(JSONValue.string) ?? .null,
            "role": .string(role.rawValue), "disabled": .bool(isDisabled), "created_at": .string(createdAt.iso8601),
        ]
    }
}
