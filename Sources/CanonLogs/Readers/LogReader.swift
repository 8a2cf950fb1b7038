/// Reads logs of any of the known forms: LogEntry objects of Cloud Logging in lists, lines and wrappers, other JSON lines,
/// logfmt, plain text, and a mixture of them, as a container prints it.
public final class LogReader {
    private let map: FieldMap
    private let values = FieldValues()
    private let arena = TextArena()

    /// - Parameter mapping: where to find what, before the usual places are looked at.
    public init(mapping: FieldMapping = FieldMapping()) {
        map = mapping.isEmpty ? .standard : FieldMap(mapping: mapping.paths)
    }

    /// Reads the source to its end and hands over each entry as it comes. What cannot be read is skipped and reported with its
    /// place; the rest is read.
    /// - Parameters:
    ///   - isGrowing: somebody is writing the source: an unfinished last line is left for the next time.
    ///   - from: where the source begins, for one that is continued.
    ///   - progress: called with the bytes taken from the file, after each window.
    /// - Returns: what was read, and the place up to which it is complete.
    @discardableResult
    public func read(
        _ source: any ByteSource, isGrowing: Bool = false, from: Int = 0, progress: ((Int) -> Void)? = nil,
        each: (borrowing LogRecord) -> Void
    ) -> (report: SourceReport, end: Int) {
        let reading = SourceReading(
            source, map: map, values: values, arena: arena, isGrowing: isGrowing, from: from, progress: progress)
        reading.run(each)
        return (reading.report, reading.end)
    }
}

/// Paths of members, by the field that they hold: the `fields:` of the `logs:` section of canon.yaml.
public struct FieldMapping: Sendable, Hashable {
    public static let names = [
        "message", "severity", "time", "id", "service", "revision", "instance", "logger", "project", "location",
        "environment", "host", "traceback", "exception", "file", "function", "line",
    ]

    var paths: [Field: [[String]]] = [:]
    public var isEmpty: Bool { paths.isEmpty }

    public init() {}

    /// - Parameters:
    ///   - name: one of ``names``.
    ///   - path: keys from the outside in, with points between them.
    /// - Returns: false when the name is not known or the path is empty.
    @discardableResult
    public mutating func add(_ name: String, path: String) -> Bool {
        let keys = path.split(separator: ".").map(String.init)
        guard let field = Self.field(name), !keys.isEmpty else { return false }
        // A key may hold points itself.
        paths[field, default: []] += keys.count > 1 ? [keys, [path]] : [keys]
        return true
    }

    private static func field(_ name: String) -> Field? {
        switch name {
        case "message": .message
        case "severity": .severity
        case "time": .time
        case "id": .insertID
        case "service": .service
        case "revision": .revision
        case "instance": .instance
        case "logger": .logger
        case "project": .project
        case "location": .location
        case "environment": .environment
        case "host": .host
        case "traceback": .traceback
        case "exception": .exceptionType
        case "file": .codeFile
        case "function": .codeFunction
        case "line": .codeLine
        default: nil
        }
    }
}
