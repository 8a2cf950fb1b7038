import CanonAudit
import Foundation

/// The folder of tracking files.
struct GardenFolder {
    /// As it was named.
    let path: String

    init(root: String, named: String?) {
        path =
            named ?? (root == "." ? GardenNames.folder : (root.hasSuffix("/") ? root : root + "/") + GardenNames.folder)
    }

    struct Entry {
        var path: String
        var content: Result<TrackingFile, TrackingFile.Problem>

        var file: TrackingFile? { try? content.get() }
    }

    /// Every tracking file, in the order of the names. A folder that is not there holds none.
    ///
    /// - Throws: `CommandFailure` when the folder is there and cannot be listed.
    func entries() throws -> [Entry] {
        guard FileReading.isDirectory(path) else {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw CommandFailure("\(path.escapingControls) is no folder", status: ExitStatus.usage)
            }
            return []
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw CommandFailure(
                "\(path.escapingControls): cannot be listed: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
        return try names.filter { $0.hasPrefix(GardenNames.prefix) && $0.hasSuffix(".md") }.sorted().map { name in
            let file = path + "/" + name
            return Entry(path: file, content: Self.parsed(try Self.bytes(file)))
        }
    }

    /// - Throws: `CommandFailure` when the file cannot be read or is damaged.
    static func read(_ path: String) throws -> TrackingFile {
        do {
            return try parsed(bytes(path)).get()
        } catch let problem as TrackingFile.Problem {
            throw damaged(path, problem)
        }
    }

    static func damaged(_ path: String, _ problem: TrackingFile.Problem) -> CommandFailure {
        let place = problem.line > 0 ? ":\(problem.line)" : ""
        return CommandFailure(
            "\(path.escapingControls)\(place): \(problem.message.escapingControls)", status: ExitStatus.usage)
    }

    private static func parsed(_ bytes: [UInt8]) -> Result<TrackingFile, TrackingFile.Problem> {
        do throws(TrackingFile.Problem) {
            return .success(try TrackingFile(bytes))
        } catch {
            return .failure(error)
        }
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        try GardenFiles.bytes(path, maximum: TrackingFile.maximumBytes)
    }

    /// Writes a new file, and never over another one.
    ///
    /// - Throws: `CommandFailure` when it is there already or cannot be written.
    static func create(_ path: String, _ text: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch {
            throw CommandFailure(
                "\(path.escapingControls): cannot be written: \(error.localizedDescription)", status: ExitStatus.unknown
            )
        }
    }

    /// A tracking file that is open, for each concept that has one.
    static func open(_ entries: [Entry]) -> [String: Entry] {
        var open: [String: Entry] = [:]
        for entry in entries { if let file = entry.file, file.state == .open { open[file.concept] = entry } }
        return open
    }
}

/// Files that a person names.
enum GardenFiles {
    /// - Throws: `CommandFailure` when it cannot be read, or is larger than so many bytes.
    static func bytes(_ path: String, maximum: Int) throws -> [UInt8] {
        switch FileReading.contents(of: path, maximumBytes: maximum + 1) {
        case .failure(let error): throw CommandFailure("\(path.escapingControls): \(error)", status: ExitStatus.usage)
        case .success(let bytes):
            guard bytes.count <= maximum else {
                throw CommandFailure(
                    "\(path.escapingControls) is larger than \(ByteCount.text(maximum)): is it the right file?",
                    status: ExitStatus.usage)
            }
            return bytes
        }
    }
}
