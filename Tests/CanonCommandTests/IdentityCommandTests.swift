import CanonStore
import CanonWire
import Foundation
import Testing

@testable import canon

/// Runs the program as a shell does.
private func canon(
    _ arguments: [String], data: TemporaryFolder, input: String = ""
) async throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    // The program is built beside the tests.
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "canon")
    process.arguments = arguments + ["--data-dir", data.path]
    let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    let texts = try [output, errors].map { try $0.fileHandleForReading.readToEnd() ?? Data() }
    process.waitUntilExit()
    return (
        process.terminationStatus, String(decoding: texts[0], as: UTF8.self), String(decoding: texts[1], as: UTF8.self)
    )
}

@Suite("canon users and canon tokens", .timeLimit(.minutes(2)))
struct IdentityCommandTests {
    private let data = TemporaryFolder()

    private func store() throws -> IdentityStore {
        IdentityStore(try CanonDatabase(path: data.path + "/canon.sqlite", durability: .process))
    }

    @Test("an account is added before the first start, listed, changed, and each change is audited")
    func users() async throws {
        let password = "correct horse battery\n"
        let add = ["users", "add", "Anna@Example.com", "--name", "安娜", "--role", "admin", "--password-stdin"]
        let added = try await canon(add, data: data, input: password)
        #expect(added.status == 0, "\(added.errors)")
        #expect(added.output == "Added Anna@Example.com as admin.\n")
        let again = try await canon(
            ["users", "add", "anna@example.com", "--password-stdin"], data: data, input: password)
        #expect(again.status == 1)
        #expect(again.errors.contains("exists already"))

        let hash = try #require(try await store().credentials(email: EmailAddress("anna@example.com"))?.passwordHash)
        #expect(hash.hasPrefix("$scrypt$ln=15,r=8,p=3$"))

        let list = try await canon(["users", "list"], data: data)
        let lines = list.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("EMAIL             ROLE   STATE"))
        #expect(lines[1].hasPrefix("Anna@Example.com  admin  active"))
        #expect(lines[1].hasSuffix("安娜"))

        #expect(try await canon(["users", "role", "anna@example.com", "user"], data: data).status == 0)
        #expect(try await canon(["users", "disable", "anna@example.com", "--quiet"], data: data).output == "")
        let json = try JSONValue.parse(Array(try await canon(["users", "list", "--json"], data: data).output.utf8))
        #expect(json["schema"] == "canon.users/1")
        let user = try #require(json["users"]?.array?.first)
        #expect(
            user.object?.members.map(\.key) == ["id", "email", "name", "role", "disabled", "created_at"],
            "the schema is stable")
        #expect(user["role"] == "user")
        #expect(user["disabled"] == true)
        let changed = try await canon(
            ["users", "password", "anna@example.com", "--password-stdin"], data: data, input: "another long password\n")
        #expect(changed.status == 0)
        #expect(try await canon(["users", "enable", "anna@example.com"], data: data).status == 0)
        let trail = try await store().auditTrail()
        #expect(
            trail.map(\.action)
                == ["account.enable", "account.password", "account.disable", "account.role", "account.create"])
        #expect(trail.allSatisfy { $0.actor.hasPrefix("cli:") })
    }

    @Test("a service token is shown once, listed without its secret, and revoked by name")
    func tokens() async throws {
        let made = try await canon(["tokens", "create", "ci", "--expires", "90d", "--quiet"], data: data)
        #expect(made.status == 0, "\(made.errors)")
        let secret = made.output.trimmingCharacters(in: .newlines)
        #expect(secret.hasPrefix("canon_st_"))
        #expect(try await store().serviceToken(secret: secret)?.name == "ci")
        #expect(try await canon(["tokens", "create", "ci"], data: data).status == 1)

        let list = try await canon(["tokens", "list", "--json"], data: data).output
        #expect(!list.contains(secret))
        let token = try #require(try JSONValue.parse(Array(list.utf8))["tokens"]?.array?.first)
        #expect(token["role"] == "service")
        #expect(token["state"] == "live")
        #expect(token["last_used_at"] == .null)
        #expect(try await canon(["tokens", "list"], data: data).output.contains("ci    service  live"))

        #expect(try await canon(["tokens", "revoke", "ci"], data: data).output == "ci is revoked.\n")
        let gone = try await canon(["tokens", "revoke", "ci"], data: data)
        #expect(gone.status == 1)
        #expect(gone.errors.contains("canon tokens list"))
        #expect(try await canon(["tokens", "list"], data: data).output.contains("revoked"))
    }

    @Test("what is refused ends with 1, what cannot be understood with 2, and neither makes anything")
    func refusals() async throws {
        let noDatabase = try await canon(["users", "list"], data: data)
        #expect(noDatabase.status == 1)
        #expect(noDatabase.errors.contains("there is no database"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: data.path).isEmpty)

        let usage = [
            ["users", "add", "nobody"], ["users", "role", "a@b.co", "god"], ["users", "role", "a@b.co", "visitor"],
            ["users", "add", "a@b.co", "--role", "visitor"], ["tokens", "create", "ci", "--role", "user"],
            ["tokens", "create", "ci", "--expires", "soon"], ["tokens", "create", "ci", "--expires", "0d"],
            ["users", "list", "--nonsense"],
        ]
        for arguments in usage {
            let result = try await canon(arguments, data: data)
            #expect(result.status == 2, "\(arguments): \(result.errors)")
            #expect(!result.errors.isEmpty)
            #expect(result.output.isEmpty)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: data.path).isEmpty)

        let refused: [([String], String, String, Int32)] = [
            (["users", "add", "a@b.co", "--password-stdin"], "short\n", "at least 12", 1),
            (["users", "add", "a@b.co", "--password-stdin"], "", "no password", 1),
            (["users", "add", "a@b.co"], "", "--password-stdin", 1),
            (["tokens", "create", "a b"], "", "cannot name a token", 2),
            (["users", "disable", "a@b.co"], "", "canon users list", 1),
        ]
        for (arguments, input, words, status) in refused {
            let result = try await canon(arguments, data: data, input: input)
            #expect(result.status == status, "\(arguments)")
            #expect(result.errors.contains(words), "\(result.errors)")
        }
    }
}
