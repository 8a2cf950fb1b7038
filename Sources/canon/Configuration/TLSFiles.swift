import CanonGateway
import Foundation
import NIOSSL

/// The certificate and key that `tls` names, looked at before a server relies on them.
struct TLSFiles {
    /// When the leaf certificate is valid.
    let validity: ClosedRange<Date>

    struct Problem: Error, Equatable {
        /// The setting at fault.
        var key: String
        var message: String
    }

    /// Reads both files and sees that the key belongs to the certificate.
    init(_ tls: GatewayConfiguration.TLS) throws(Problem) {
        let certificates = try Self.read(tls.certificate, key: "tls.certificate") { bytes in
            try NIOSSLCertificate.fromPEMBytes(bytes)
        }
        guard let leaf = certificates.first else {
            throw Problem(key: "tls.certificate", message: "\(tls.certificate): holds no PEM certificate")
        }
        let key = try Self.read(tls.key, key: "tls.key") { try NIOSSLPrivateKey(bytes: $0, format: .pem) }
        do {
            let configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw Problem(key: "tls.key", message: "\(tls.key): does not belong to the certificate \(tls.certificate)")
        }
        let begins = Date(timeIntervalSince1970: TimeInterval(leaf.notValidBefore))
        let ends = Date(timeIntervalSince1970: TimeInterval(leaf.notValidAfter))
        validity = begins...max(begins, ends)
    }

    private static func read<Value>(
        _ path: String, key: String, parse: ([UInt8]) throws -> Value
    ) throws(Problem) -> Value {
        switch FileReading.contents(of: path, maximumBytes: 4 * 1024 * 1024) {
        case .failure(let error):
            throw Problem(key: key, message: "\(path): cannot be read: \(error.description)")
        case .success(let bytes):
            do {
                return try parse(bytes)
            } catch {
                let what = key == "tls.key" ? "private key" : "certificate"
                throw Problem(key: key, message: "\(path): holds no PEM \(what)")
            }
        }
    }
}
