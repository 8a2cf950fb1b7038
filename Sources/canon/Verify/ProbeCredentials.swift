import ArgumentParser
import CanonVerify
import Foundation

/// Who the probe is to the server. Secrets come from the environment or standard input; on the command line any user of
/// the machine can read them.
struct ProbeCredentials: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "An access token. Other users of this machine can see it: rather set CANON_TOKEN, or use --token-stdin.",
            valueName: "token"))
    var token: String?
    @Flag(help: "Read an access token from standard input; a second line is another user's, for 'foreign-thread'.")
    var tokenStdin = false
    @Option(help: "Log in as this user; the password comes from --password-stdin or CANON_PASSWORD.")
    var email: String?
    @Flag(help: "Read the password from standard input.") var passwordStdin = false
    @Option(help: "A single-use ticket. It opens one connection: the steps that need more are unknown.")
    var ticket: String?
    @Flag(help: "Be two visitors of a server that was started with --demo.") var demo = false

    mutating func validate() throws {
        let given = [
            token != nil ? "--token" : nil, tokenStdin ? "--token-stdin" : nil, email != nil ? "--email" : nil,
            ticket != nil ? "--ticket" : nil, demo ? "--demo" : nil,
        ].compactMap(\.self)
        guard given.count <= 1 else {
            throw ValidationError("\(given.joined(separator: " and ")) exclude each other: give one kind of credential")
        }
        guard !passwordStdin || email != nil else { throw ValidationError("--password-stdin needs --email") }
    }

    /// Whether ``read(environment:)`` takes from standard input.
    var readsStandardInput: Bool { tokenStdin || passwordStdin }

    func read(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Probe.Credentials {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if demo { return .demo }
        if let ticket { return .ticket(ticket) }
        if let token { return .token(token, other: variable("CANON_OTHER_TOKEN")) }
        if tokenStdin {
            guard let first = readLine()?.trimmingCharacters(in: .whitespaces), !first.isEmpty else {
                throw CommandFailure("standard input holds no token", status: ExitStatus.usage)
            }
            let second = readLine()?.trimmingCharacters(in: .whitespaces) ?? ""
            return .token(first, other: second.isEmpty ? variable("CANON_OTHER_TOKEN") : second)
        }
        if let email {
            if passwordStdin { return .login(email: email, password: try PasswordInput.fromStandardInput()) }
            guard let password = variable("CANON_PASSWORD") else {
                throw CommandFailure("--email needs --password-stdin or CANON_PASSWORD", status: ExitStatus.usage)
            }
            return .login(email: email, password: password)
        }
        if let token = variable("CANON_TOKEN") { return .token(token, other: variable("CANON_OTHER_TOKEN")) }
        throw CommandFailure(
            "there is no credential: give --demo, --email, --token-stdin or --ticket, or set CANON_TOKEN",
            status: ExitStatus.usage)
    }
}
