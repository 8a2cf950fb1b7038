import Foundation

/// Something to read.
public enum LogInput: Sendable, Hashable {
    /// A file that somebody named.
    case file(String)
    /// One that was found in a folder: it may be something else than a log.
    case found(String)
    case standardInput

    public var name: String {
        switch self {
        case .file(let path), .found(let path): path
        case .standardInput: "-"
        }
    }

    /// Nil for standard input.
    public var path: String? {
        switch self {
        case .file(let path), .found(let path): path
        case .standardInput: nil
        }
    }

    /// The files that arguments name: a folder stands for the logs below it, `-` for standard input.
    /// - Returns: the inputs, each once, and how many files of folders were passed over because nothing in their names says log.
    public static func inputs(_ arguments: [String]) -> (inputs: [LogInput], passedOver: Int) {
        var inputs: [LogInput] = []
        var passedOver = 0
        for argument in arguments {
            guard argument != "-" else {
                inputs.append(.standardInput)
                continue
            }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder), isFolder.boolValue else {
                inputs.append(.file(argument))
                continue
            }
            let (files, others) = logs(below: argument)
            inputs += files.map { .found($0) }
            passedOver += others
        }
        // What is named is meant, though it may lie in a folder that is named too.
        let named = Set(inputs.compactMap { if case .file(let path) = $0 { path } else { nil } })
        var known: Set<LogInput> = []
        let distinct = inputs.filter { input in
            if case .found(let path) = input, named.contains(path) { return false }
            return known.insert(input).inserted
        }
        return (distinct, passedOver)
    }

    private static func logs(below folder: String) -> (files: [String], others: Int) {
        let base = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
        guard let walk = FileManager.default.enumerator(atPath: folder) else { return ([], 0) }
        var files: [String] = []
        var others = 0
        for case let name as String in walk {
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
            guard walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular else { continue }
            if isLog(name) { files.append(base + "/" + name) } else { others += 1 }
        }
        return (files.sorted(), others)
    }

    private static let extensions: Set<String> = ["log", "json", "jsonl", "ndjson", "txt", "out", "err"]

    /// `app.log`, `app.log.3`, `app.log.gz`, `app.log-20250916`, `export.json.gz`, `syslog`.
    static func isLog(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        let parts = name.split { $0 == "." || $0 == "-" || $0 == "_" }.map(String.init)
        guard let last = parts.last else { return false }
        if parts.dropFirst().contains("log") || name.hasSuffix("log") {
            return !["db", "sqlite", "zip", "py", "swift"].contains(last)
        }
        return extensions.contains(last == "gz" ? parts.dropLast().last ?? "" : last) && parts.count > 1
    }

    func open() throws(SourceError) -> FileSource {
        switch self {
        case .file(let path), .found(let path): try FileSource(path: path)
        case .standardInput: .standardInput()
        }
    }
}
