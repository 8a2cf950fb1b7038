import CanonAudit
import Foundation

/// `canon.yaml` of an audited folder. Only its `audit:` section is read: what a folder says about serving is not believed.
enum ManifestFile {
    static let name = "canon.yaml"

    /// The manifest in a file on disk.
    static func read(_ path: String, shownAs name: String, today: CalendarDate) throws -> Manifest {
        try manifest(bytes(path, shownAs: name), path: name, today: today)
    }

    static func bytes(_ path: String, shownAs name: String) throws -> [UInt8] {
        switch FileReading.contents(of: path, maximumBytes: ConfigurationFile.maximumBytes + 1) {
        case .success(let bytes): return bytes
        case .failure(let error): throw ConfigurationError(name, "cannot be read: \(error)")
        }
    }

    /// The manifest in the bytes of a file.
    ///
    /// - Throws: `ConfigurationError` with everything that is wrong.
    static func manifest(_ bytes: [UInt8], path: String, today: CalendarDate) throws -> Manifest {
        guard let node = try ConfigurationFile.section("audit", ofFile: path, bytes: bytes) else {
            var manifest = Manifest()
            manifest.path = path
            return manifest
        }
        do {
            return try Manifest(node: node, path: path, today: today)
        } catch {
            throw ConfigurationError(error.problems.map { ConfigurationProblem(place: $0.place, message: $0.message) })
        }
    }

    /// The day by the clock of this machine, in UTC, so that everybody's waivers end at the same moment.
    static var today: CalendarDate {
        CalendarDate(dayNumber: Int((Date().timeIntervalSince1970 / 86_400).rounded(.down)))
    }
}
