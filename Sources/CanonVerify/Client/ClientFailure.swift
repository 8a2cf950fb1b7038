import CanonWebSocket
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Why there was no answer, in words for whoever runs the command.
enum ClientFailure: Error, Sendable, Equatable {
    case unresolved(host: String)
    case refused(String)
    case unreachable(String, why: String)
    /// Nothing came in time; what was awaited.
    case timedOut(String)
    case certificate(String)
    case tls(String)
    case notHTTP(String)
    /// The other end closed the connection; what was awaited.
    case closed(String)
    case upgradeRefused(status: Int, location: String?, body: String)
    case invalidUpgrade(String)
}

extension ClientFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .unresolved(let host): "the name \(host) cannot be resolved"
        case .refused(let place): "nothing listens at \(place): the connection was refused"
        case .unreachable(let place, let why): "\(place) cannot be reached: \(why)"
        case .timedOut(let what): "\(what) did not come in time"
        case .certificate(let why): "the server's certificate is not trusted: \(why)"
        case .tls(let why): "no TLS connection: \(why)"
        case .notHTTP(let why): "the answer is not HTTP/1.1: \(why)"
        case .closed(let what): "the server closed the connection before \(what)"
        case .upgradeRefused(let status, let location, let body):
            "HTTP \(status)" + (location.map { " to \($0)" } ?? "") + (body.isEmpty ? "" : ": \(body)")
        case .invalidUpgrade(let why): "the answer is no WebSocket handshake: \(why)"
        }
    }

    /// What to do about it.
    var remedy: String {
        switch self {
        case .unresolved: "Look for a typing error in the URL, and whether this machine can resolve names."
        case .refused: "Start the server, or correct the port of the URL."
        case .unreachable: "Look at the route and the firewalls between this machine and the server."
        case .timedOut:
            "The server accepts connections and does not answer: look at its log and load, or give a longer --timeout."
        case .certificate:
            "Renew the certificate, use the name that stands in it, or name its authority with --ca-file."
        case .tls: "Look whether the port speaks TLS; if it does not, write http:// instead of https://."
        case .notHTTP:
            "Look whether this is the port of the gateway; if it speaks TLS, write https:// instead of http://."
        case .closed:
            "Look at the log of the server, and of a proxy before it, at this time; if the port speaks TLS, write https://."
        case .upgradeRefused(let status, let location, _):
            if let location {
                "Give the address that it points to: \(location)"
            } else if status == 503 {
                "Wait until /health/ready answers 200."
            } else if status == 400 || status == 426 {
                "A proxy on the way may remove the headers Upgrade and Sec-WebSocket-Protocol: let it pass them on."
            } else {
                "The socket must be upgraded first and refused by a close code: look at what stands before the server."
            }
        case .invalidUpgrade: "Look at what stands between this machine and the server: it changes the handshake."
        }
    }
}

extension ClientFailure {
    /// - Parameters:
    ///   - error: what the transport or the handshake said.
    ///   - what: what was awaited.
    init(_ error: any Error, at address: ServerAddress, awaiting what: String) {
        switch error {
        case let failure as ClientFailure: self = failure
        case let failure as WebSocketClientHandshake.Failure: self = Self.handshake(failure, awaiting: what)
        case let failure as NIOConnectionError: self = Self.connection(failure, at: address)
        case is HTTPParserError: self = .notHTTP("\(error)")
        case let failure as ChannelError:
            self = if case .connectTimeout = failure { .timedOut("a connection") } else { .closed(what) }
        case let failure as NIOSSLExtraError: self = .certificate("\(failure)")
        case let failure as NIOSSLError: self = Self.security("\(failure)")
        case let failure as BoringSSLError: self = Self.security("\(failure)")
        case let failure as IOError where failure.errnoCode == ECONNREFUSED: self = .refused(address.authority)
        case let failure as IOError where failure.errnoCode == ECONNRESET || failure.errnoCode == EPIPE:
            self = .closed(what)
        default: self = .unreachable(address.authority, why: "\(error)")
        }
    }

    private static func handshake(_ failure: WebSocketClientHandshake.Failure, awaiting what: String) -> ClientFailure {
        switch failure {
        case .refused(let status, _, let headers, let body):
            let location = (300..<400).contains(status) ? headers.first { $0.name.lowercased() == "location" } : nil
            return .upgradeRefused(
                status: status, location: location?.value,
                body: String(String(decoding: body, as: UTF8.self).prefix(200)))
        case .malformedResponse(let why): return .notHTTP(why)
        case .headerTooLong, .invalidRequest, .invalidUpgrade: return .invalidUpgrade("\(failure)")
        case .connectionClosed: return .closed(what)
        case .connectionFailed(let why): return security(why)
        case .timedOut: return .timedOut(what)
        }
    }

    private static func connection(_ failure: NIOConnectionError, at address: ServerAddress) -> ClientFailure {
        guard !failure.connectionErrors.isEmpty else { return .unresolved(host: address.host) }
        let errors = failure.connectionErrors.map(\.error)
        if errors.allSatisfy({ ($0 as? IOError)?.errnoCode == ECONNREFUSED }) { return .refused(address.authority) }
        if errors.contains(where: { if case ChannelError.connectTimeout = $0 { true } else { false } }) {
            return .timedOut("a connection")
        }
        return .unreachable(address.authority, why: errors.map { "\($0)" }.joined(separator: "; "))
    }

    /// BoringSSL says which it is in the text alone, beside the places of its own source.
    private static func security(_ text: String) -> ClientFailure {
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return .certificate("it is self-signed, expired, or of an authority that this machine does not know")
        }
        if text.contains("WRONG_VERSION_NUMBER") { return .tls("the port speaks something else") }
        if text.contains("uncleanShutdown") { return .tls("the server ended the connection in the middle") }
        return .tls(text)
    }
}
