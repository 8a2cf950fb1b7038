import Foundation

@testable import canon

/// A folder that is gone when the test has ended.
final class TemporaryFolder {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "canon-" + UUID().uuidString
        try! FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String, mode: Int = 0o600) -> String {
        let file = path + "/" + name
        let isWritten = FileManager.default.createFile(
            atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
        precondition(isWritten, "the test cannot write \(file)")
        return file
    }
}

/// A self-signed certificate for gateway.test, valid from 2020-01-01 to 2120-01-01, its key, and a key of another one.
/// They were made for these tests and open nothing.
enum TestCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBFzCBvgIBAjAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxnYXRld2F5LnRlc3Qw
        IBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBcxFTATBgNVBAMMDGdh
        dGV3YXkudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPHkwFuYonNud11N
        i+7A4gLZZQ6b//OP0cSokJXFcbGuX9oOMzYYiPsG90ZzOxrHC0a9awHFUfVyfaGw
        zAdqV2YwCgYIKoZIzj0EAwIDSAAwRQIgH5qRfueVYl7d7chB7sQxRDEszLMGEcEn
        nSdL/R7LzKQCIQDSlzPjiPIHpqvUyx1udOkLU6p39KBfwUXzSvDos1m6Lw==
        -----END CERTIFICATE-----

        """

    static let key = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIBAa+lb5MKPxfT6ocO9W9uHO0QA0QahExkuNnG1UiB4aoAoGCCqGSM49
        AwEHoUQDQgAE8eTAW5iic253XU2L7sDiAtllDpv/84/RxKiQlcVxsa5f2g4zNhiI
        +wb3RnM7GscLRr1rAcVR9XJ9obDMB2pXZg==
        -----END EC PRIVATE KEY-----

        """

    static let otherKey = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIPZF/im0XKaIfv0FzN7s9P4mhImf5QGo3zYnfYnTNgI8oAoGCCqGSM49
        AwEHoUQDQgAE/kXdZnnKIq6vtM4U9y8lxbJIHvCfiekeWxWoZeQbgAHvfw5lEl3k
        FTjh5TU0lngMs4+RhJl8/29r4d9kCm1gOw==
        -----END EC PRIVATE KEY-----

        """
}

extension ConfigurationLoader {
    /// A loader that knows nothing of this machine: a home that does not exist, and no variables but the given ones.
    static func isolated(
        flags: [String: [String]] = [:], file: String? = nil, environment: [String: String] = [:],
        currentDirectory: String = "/nowhere"
    ) -> ConfigurationLoader {
        var environment = environment
        environment["HOME"] = environment["HOME"] ?? "/nonexistent/home"
        return ConfigurationLoader(
            flags: FlagSettings(values: flags, configurationFile: file), environment: environment,
            currentDirectory: currentDirectory)
    }
}
