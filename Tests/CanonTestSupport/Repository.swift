public import Foundation

/// The files of this repository, for tests that hold the program against what is written about it.
public enum Repository {
    public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    public static func data(_ path: String) throws -> Data { try Data(contentsOf: root.appendingPathComponent(path)) }

    public static func text(_ path: String) throws -> String { String(decoding: try data(path), as: UTF8.self) }
}
