import Foundation

/// Files of the repository that tests compare with.
enum Repository {
    static func data(_ path: String) throws -> Data {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return try Data(contentsOf: root.appendingPathComponent(path))
    }
}
