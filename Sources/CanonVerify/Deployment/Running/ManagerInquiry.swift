import CanonWire
import NIOHTTP1

/// Asks a running server which manager it has.
public struct ManagerInquiry: Sendable {
    /// Why there is no answer, with what to do. No credential stands in it.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let address: ServerAddress
    private let options: Probe.Options
    private let transport: Transport

    /// - Parameter options: the credentials, the time for each request, and the authorities are used.
    /// - Throws: when the file of authorities cannot be used.
    public init(_ address: ServerAddress, options: Probe.Options) throws {
        self.address = address
        self.options = options
        transport = try Transport(address, authorities: options.authorities)
    }

    public func ask() async throws(Failure) -> RunningManager {
        let session = ProbeSession(transport: transport, options: options)
        let result: Result<RunningManager, Failure>
        do {
            result = .success(try await answer(in: session))
        } catch {
            let (reason, remedy) = Self.words(for: error)
            let text = "\(address.url)/api/manager: \(reason)" + (remedy.map { ". \($0)" } ?? "")
            result = .failure(Failure(description: await session.redact(text)))
        }
        await session.leave()
        return try result.get()
    }

    private func answer(in session: ProbeSession) async throws -> RunningManager {
        await session.begin()
        let token: String
        switch options.credentials {
        case .token(let given, _): token = given
        case .ticket: throw StepFailure(expected: "an access token", came: "a ticket opens a socket only")
        case .login, .demo:
            _ = try await session.logIn()
            token = try await session.requireToken()
        }
        let answer = try await session.http(.GET, "/api/manager", token: token)
        switch answer.status {
        case 200: break
        case 401:
            throw StepFailure(
                expected: "200", came: "HTTP 401: the credential is not accepted",
                remedy: "Get a fresh token: this one has expired, was revoked, or is of another server.")
        case 403:
            throw StepFailure(
                expected: "200", came: "HTTP 403: the inventory is for the roles service and admin",
                remedy: "Use a service token (canon tokens create NAME), or an administrator's account.")
        case 404:
            throw StepFailure(
                expected: "200", came: "HTTP 404: the server has no such inventory",
                remedy: "Look at the address; if it is no gateway of Canon, give its logs with --logs instead.")
        default: throw StepFailure(expected: "200", came: ProbeSession.describe(answer))
        }
        guard let object = answer.json else {
            throw StepFailure(expected: "a JSON object", came: "the answer is no JSON object")
        }
        return try RunningManager(answer: object, url: address.url, at: .now())
    }

    private static func words(for error: any Error) -> (reason: String, remedy: String?) {
        switch error {
        case let failure as StepFailure: (failure.came, failure.remedy)
        case let failure as ClientFailure: (failure.description, failure.remedy)
        case let undecided as Undecided: (undecided.why, nil)
        default: ("\(error)", nil)
        }
    }
}
