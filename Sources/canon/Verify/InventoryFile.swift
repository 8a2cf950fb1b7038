import CanonVerify
import Foundation

/// Inventories of running programs, as `canon logs ssot-warnings` and `clients/canon_inventory.py` print them (schema
/// canon.inventory/1): one JSON value, or one on each line.
enum InventoryFile {
    private struct Document: Decodable {
        var schema: String
        var inventories: [Item]
    }

    private struct Item: Decodable {
        var source: String
        var revision: String?
        var concept: String?
        var at: String?
        var names: [String]
    }

    static let schema = "canon.inventory/1"
    static let maximumBytes = 64 << 20

    /// - Parameter path: `-` for standard input.
    /// - Throws: `CommandFailure` that names the file and line.
    static func read(_ path: String) throws -> [RuntimeInventory] {
        if path == "-" {
            let data = try FileHandle.standardInput.read(upToCount: maximumBytes) ?? Data()
            return try inventories(Array(data), path: "standard input")
        }
        switch FileReading.contents(of: path, maximumBytes: maximumBytes) {
        case .failure(let error): throw CommandFailure("\(path): \(error)", status: ExitStatus.usage)
        case .success(let bytes): return try inventories(bytes, path: path)
        }
    }

    static func inventories(_ bytes: [UInt8], path: String) throws -> [RuntimeInventory] {
        if let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)) {
            return try inventories(of: document, place: path)
        }
        var found: [RuntimeInventory] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
            let place = "\(path):\(index + 1)"
            guard let document = try? JSONDecoder().decode(Document.self, from: Data(line)) else {
                throw CommandFailure(
                    "\(place): is no inventory; expected JSON of the schema \(schema), as `canon logs ssot-warnings` prints it",
                    status: ExitStatus.usage)
            }
            found += try inventories(of: document, place: place)
        }
        return found
    }

    private static func inventories(of document: Document, place: String) throws -> [RuntimeInventory] {
        guard document.schema == schema else {
            throw CommandFailure(
                "\(place): has the schema \(document.schema.shortened), and this program reads \(schema)",
                status: ExitStatus.usage)
        }
        return try document.inventories.map { item in
            let seen = try item.at.map { text in
                guard let seen = Self.time(text) else {
                    throw CommandFailure(
                        "\(place): at: '\(text.shortened)' is no time such as 2025-09-15T20:03:01Z",
                        status: ExitStatus.usage)
                }
                return seen
            }
            return RuntimeInventory(
                source: item.source, revision: item.revision, concept: item.concept, symbols: Set(item.names),
                time: seen)
        }
    }

    private static func time(_ text: String) -> Double? {
        let styles: [Date.ISO8601FormatStyle] = [.iso8601, .init(includingFractionalSeconds: true)]
        return styles.lazy.compactMap { try? $0.parse(text) }.first?.timeIntervalSince1970
    }
}
