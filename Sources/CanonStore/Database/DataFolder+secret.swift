import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension DataFolder {
    /// The secret in the file `name` of this folder. A missing one is made: 32 random bytes in base64url without
    /// padding (RFC 4648 §5), mode 0600. An owner may write one of their own; space around it does not count.
    /// - Parameter name: lower-case letters, digits, `-`, `_` and `.`, not starting with a dot.
    /// - Returns: the text of the file, at least 32 bytes.
    /// - Throws: `StoreError` of kind `exposed` when others may read the file, `tooShort`, `foreignOwner`, or of a
    ///   failed system call.
    public func secret(named name: String) throws(StoreError) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
        }
        guard isPlain, let first = name.utf8.first, first != UInt8(ascii: ".") else {
            throw StoreError(
                .invalidName, place: path, cause: "'\(name)' is no name for a secret",
                remedy: "Use lower-case letters, digits, '-', '_' and '.'.")
        }
        let file = path + "/" + name
        if !File.exists(file) { try Self.createSecret(file) }
        return try Self.readSecret(file)
    }

    private static func createSecret(_ file: String) throws(StoreError) {
        // SystemRandomNumberGenerator is the kernel's getrandom(2).
        let random = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        let text = Base64URL.encode(random)
        let unfinished = "\(file).\(getpid()).\(UInt32.random(in: .min ... .max)).new"
        let descriptor = open(unfinished, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(file, "the secret cannot be created") }
        defer { unlink(unfinished) }
        let isWritten = File.write(Array((text + "\n").utf8), to: descriptor) && fsync(descriptor) == 0
        let failure = isWritten ? nil : StoreError.file(file, "the secret cannot be written")
        close(descriptor)
        if let failure { throw failure }
        do {
            try File.publish(unfinished, as: file, replacing: false)
        } catch  where error.kind == .fileExists {
            // Another process was first; its secret counts.
        }
    }

    private static func readSecret(_ file: String) throws(StoreError) -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .file(file, "the secret cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(file, "the secret cannot be examined") }
        guard status.st_uid == geteuid() else {
            throw StoreError(
                .foreignOwner, place: file, cause: "the secret belongs to user \(status.st_uid)",
                remedy: "Give the file to the user who runs the server, or delete it: a new one is made.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw StoreError(
                .exposed, place: file,
                cause: "others may read the secret (mode 0\(String(status.st_mode & 0o777, radix: 8)))",
                remedy: "Delete it, so that a new one is made; if nobody can have read it, `chmod 600` will do.")
        }
        guard let bytes = File.read(descriptor, limit: 4096) else { throw .file(file, "the secret cannot be read") }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count >= 32 else {
            throw StoreError(
                .tooShort, place: file, cause: "the secret has \(text.utf8.count) bytes, at least 32 are needed",
                remedy: "Delete it, so that a new one is made, or write a longer one.")
        }
        return text
    }
}
