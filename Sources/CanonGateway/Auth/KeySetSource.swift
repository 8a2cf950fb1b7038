import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Where the public keys of another issuer are: a file or a URL.
public enum KeySetSource: Sendable, Equatable {
    case file(String)
    case url(String)

    /// Reads the setting. Whatever has a scheme is a URL; https, or http on loopback, where nobody stands between.
    /// - Throws: `KeySetError` for a URL that is not to be trusted with keys.
    public init(_ text: String) throws(KeySetError) {
        guard text.contains("://") else {
            self = .file(text)
            return
        }
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty else {
            throw KeySetError("is no absolute URL, such as https://issuer.example/.well-known/jwks.json")
        }
        guard parts.user == nil, parts.password == nil else {
            throw KeySetError("has a user in it; a key set is public, use a URL without one")
        }
        guard parts.port.map({ (1...65_535).contains($0) }) ?? true else {
            throw KeySetError("has a port out of range")
        }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        switch parts.scheme?.lowercased() {
        case "https": break
        case "http":
            guard bare.lowercased() == "localhost" || IPAddress(bare)?.isLoopback == true else {
                throw KeySetError("is http, where anybody between could put in a key of their own; use https")
            }
        default:
            throw KeySetError("has the scheme \((parts.scheme ?? "").abbreviated), expected https or a file's path")
        }
        self = .url(text)
    }

    /// Reads the keys once.
    /// - Throws: `KeySetError` with the place.
    public func load() async throws(KeySetError) -> PublicKeySet {
        switch self {
        case .file(let path): try KeySetFile(path).read().keys
        case .url(let url): try await KeySetClient(url).fetch()
        }
    }

    /// How errors and log lines name it.
    public var place: String {
        switch self {
        case .file(let path): path
        case .url(let url): url
        }
    }
}

/// A key set in a file.
struct KeySetFile: Sendable {
    /// What differs when a file was written, replaced, or its rights were changed.
    struct Identity: Equatable, Sendable {
        fileprivate let fields: [Int]

        fileprivate init(_ status: stat) {
            fields = [
                Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino), Int(status.st_size),
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }

    let path: String

    init(_ path: String) { self.path = path }

    /// Nil when there is no such file, or it cannot be looked at.
    func identity() -> Identity? {
        var status = stat()
        return stat(path, &status) == 0 ? Identity(status) : nil
    }

    func read() throws(KeySetError) -> (keys: PublicKeySet, identity: Identity) {
        // A pipe in the place of the file must not hold the reader up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("not a regular file") }
        let data: Data?
        do { data = try handle.read(upToCount: PublicKeySet.maximumBytes + 1) } catch { throw failure("\(error)") }
        do throws(KeySetError) {
            return (try PublicKeySet(json: Array(data ?? Data())), Identity(status))
        } catch {
            throw KeySetError("\(path): \(error)")
        }
    }

    private func failure(_ cause: String) -> KeySetError { KeySetError("\(path): cannot be read: \(cause)") }
}

/// A key set behind a URL. Redirects are not followed: the keys come from where the setting says, or not at all.
final class KeySetClient: Sendable {
    /// How long one request may take in all.
    static let timeout = TimeAmount.seconds(5)

    private let url: String
    private let client: HTTPClient

    init(_ url: String) {
        self.url = url
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: Self.timeout, read: Self.timeout)
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // A request in flight keeps this object, so nothing is cut here.
        client.shutdown { _ in }
    }

    func fetch() async throws(KeySetError) -> PublicKeySet {
        let bytes: [UInt8]
        do {
            bytes = try await download()
        } catch let error as KeySetError {
            throw KeySetError("\(url): \(error)")
        } catch is NIOTooManyBytesError {
            throw KeySetError("\(url): the answer has more than \(PublicKeySet.maximumBytes) bytes")
        } catch {
            throw KeySetError("\(url): cannot be fetched: \(Self.cause(error))")
        }
        do throws(KeySetError) {
            return try PublicKeySet(json: bytes)
        } catch {
            throw KeySetError("\(url): \(error)")
        }
    }

    private func download() async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers = ["Accept": "application/jwk-set+json, application/json"]
        // The deadline is for the whole answer, so that a server that drips cannot hold the caller up.
        let response = try await client.execute(request, deadline: .now() + Self.timeout)
        guard response.status == .ok else {
            let isRedirect = (300..<400).contains(response.status.code)
            throw KeySetError(
                "answers with status \(response.status.code)"
                    + (isRedirect ? "; redirects are not followed: give the URL it leads to" : ""))
        }
        return Array(buffer: try await response.body.collect(upTo: PublicKeySet.maximumBytes))
    }

    private static func cause(_ error: any Error) -> String {
        switch error as? HTTPClientError {
        case .some(.deadlineExceeded), .some(.connectTimeout), .some(.readTimeout), .some(.tlsHandshakeTimeout):
            return "no whole answer within \(timeout.nanoseconds / 1_000_000_000) s"
        default: break
        }
        switch error {
        case let error as NIOConnectionError:
            guard let attempt = error.connectionErrors.first else { return "the host has no address" }
            return attempt.error is IOError ? cause(attempt.error) : "no connection can be made"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case is NIOSSLError, is NIOSSLExtraError:
            return "the TLS handshake failed; the certificate must be the host's own and one that this machine trusts"
        default: return "\(error)"
        }
    }
}
