public import CanonStore
import HTTPTypes
public import Hummingbird
import NIOCore

extension Request {
    /// The token of `Authorization: Bearer <token>`; nil when there is none.
    public var bearer: String? {
        let token = headers[values: .authorization].lazy.compactMap(HandshakeCredentials.bearerToken).first
        return token.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Who sent the request, as far as the proxies between can be believed.
    public func peer(_ context: GatewayRequestContext, proxies: TrustedProxies, isTLS: Bool) -> RequestPeer {
        proxies.peer(
            address: context.remoteAddress?.ipAddress.flatMap { IPAddress($0) }, isTLS: isTLS, host: head.authority,
            forwardedFor: headers[values: .xForwardedFor], forwardedProto: headers[values: .xForwardedProto],
            forwardedHost: headers[values: .xForwardedHost])
    }
}

extension HTTPField.Name {
    static let xForwardedFor = Self("X-Forwarded-For")!
    static let xForwardedProto = Self("X-Forwarded-Proto")!
    static let xForwardedHost = Self("X-Forwarded-Host")!
    static let canonConsole = Self("X-Canon-Console")!
}

extension Authenticator {
    /// Who sent a request.
    ///
    /// - Parameter roles: which roles may go on; nil: all.
    /// - Throws: `ErrorBody` 401 without a good Bearer token, 403 for another role.
    public func requirePrincipal(_ request: Request, roles: Set<Role>? = nil) async throws -> Principal {
        guard let token = request.bearer else { throw ErrorBody(.missing) }
        switch await authenticate(bearer: token) {
        case .failure(let failure):
            throw ErrorBody(failure)
        case .success(let principal):
            if let roles, !roles.contains(principal.role) {
                let needed = roles.map(\.rawValue).sorted().joined(separator: " or ")
                throw ErrorBody(.forbidden, "forbidden", "This needs the role \(needed).")
            }
            return principal
        }
    }
}
