import CanonStore
import CanonWire

/// The claims of an access token, with the platform's names.
struct AccessClaims: Sendable, Equatable {
    var subject: String
    var email: String?
    var permissions: [String]
    /// Seconds since 1970.
    var issuedAt: Int64
    /// Seconds since 1970.
    var expiresAt: Int64
    var issuer: String
    var audiences: [String]
    var id: String
    /// `access` for every token issued here.
    var tokenType: String
    var environment: String?
    var service: String?
}

extension AccessClaims {
    var json: JSONObject {
        [
            "sub": .string(subject),
            "email": .string(email ?? ""),
            "permissions": .array(permissions.map(JSONValue.string)),
            "iat": .int(issuedAt),
            "exp": .int(expiresAt),
            "token_type": .string(tokenType),
            "type": .string(tokenType),
            "iss": .string(issuer),
            "aud": audiences.count == 1 ? .string(audiences[0]) : .array(audiences.map(JSONValue.string)),
            "jti": .string(id),
            "env": .string(environment ?? ""),
            "svc_id": .string(service ?? ""),
        ]
    }

    /// Reads the claims that must be there, in their types.
    /// - Parameter id: what stands for the claim `jti`; nil: the token must have it.
    /// - Throws: `.malformed` with the name of the claim.
    init(json: JSONObject, id: String? = nil) throws(AuthenticationFailure) {
        func text(_ name: String) throws(AuthenticationFailure) -> String {
            guard let text = json[name]?.string, !text.isEmpty else { throw .malformed("it has no claim '\(name)'") }
            return text
        }
        // RFC 7519 allows a NumericDate to have a fraction. The years to 9999 are enough for any token, and leave room
        // to count in milliseconds.
        func seconds(_ name: String) throws(AuthenticationFailure) -> Int64 {
            guard let number = json[name]?.double, (0...253_402_300_799).contains(number) else {
                throw .malformed("its claim '\(name)' is no time")
            }
            return Int64(number.rounded(.down))
        }
        subject = try text("sub")
        issuedAt = try seconds("iat")
        expiresAt = try seconds("exp")
        issuer = try text("iss")
        if let id { self.id = id } else { self.id = try text("jti") }
        tokenType = json["token_type"]?.string ?? ""
        if let type = json["type"]?.string, type != tokenType { tokenType = "" }
        switch json["aud"] {
        case .string(let one): audiences = [one]
        case .array(let several): audiences = several.compactMap(\.string)
        default: throw .malformed("it has no claim 'aud'")
        }
        email = json["email"]?.string
        permissions = json["permissions"]?.array?.compactMap(\.string) ?? []
        environment = json["env"]?.string
        service = json["svc_id"]?.string
    }
}
