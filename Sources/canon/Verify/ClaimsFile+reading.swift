import CanonAudit
import CanonVerify

extension ClaimsFile {
    /// What `canon status` and the tool `verify` look for in the folder that they are about.
    static let name = "canon-claims.yaml"

    /// - Throws: `CommandFailure` when the file cannot be read, `ConfigurationError` with everything that is wrong in it.
    static func read(_ path: String, shownAs name: String) throws -> ClaimsFile {
        switch FileReading.contents(of: path, maximumBytes: maximumBytes) {
        case .failure(let error): throw CommandFailure("\(name): \(error)", status: ExitStatus.usage)
        case .success(let bytes):
            do {
                return try ClaimsFile(yaml: String(decoding: bytes, as: UTF8.self), path: name)
            } catch {
                throw ConfigurationError(
                    error.problems.map { ConfigurationProblem(place: $0.place, message: $0.message) })
            }
        }
    }
}
