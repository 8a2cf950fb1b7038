import Foundation

/// An issue that exists already.
public struct KnownIssue: Sendable, Hashable {
    /// `#885`, or the name of the file it was read from.
    public var name: String
    public var title: String
    public var body: String
    public var isOpen: Bool

    public init(name: String, title: String, body: String, isOpen: Bool) {
        self.name = name
        self.title = title
        self.body = body
        self.isOpen = isOpen
    }
}

/// Why issues could not be read.
public struct KnownIssueError: Error, CustomStringConvertible {
    public var description: String
}

extension KnownIssue {
    /// A file that is larger is no issue.
    private static let maximumBytes = 64 << 20

    /// Reads a folder of issues (`*.md`, `*.txt`, `*.json`), or one JSON dump: a list of objects with `number`, `title`, `body` and
    /// `state`, as `gh issue list --json number,title,body,state` and the REST interface write them.
    /// - Throws: ``KnownIssueError`` for what is no issue; nobody wants duplicates because a dump could not be read.
    public static func read(path: String) throws -> [KnownIssue] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw KnownIssueError(description: "\(path): there is no such file or folder")
        }
        guard isFolder.boolValue else { return try read(file: path) }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        return try names.filter {
            !$0.hasPrefix(".") && ["md", "txt", "json"].contains(($0 as NSString).pathExtension)
        }
        .flatMap { try read(file: path + "/" + $0) }
    }

    private static func read(file: String) throws -> [KnownIssue] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw KnownIssueError(description: "\(file): cannot be read")
        }
        guard data.count <= maximumBytes else {
            throw KnownIssueError(
                description: "\(file): is larger than \(maximumBytes >> 20) MiB, which is no list of issues")
        }
        guard file.hasSuffix(".json") else {
            return [markdown(String(decoding: data, as: UTF8.self), name: (file as NSString).lastPathComponent)]
        }
        return try dump(data, file: file)
    }

    /// The first heading is the title.
    static func markdown(_ text: String, name: String) -> KnownIssue {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        let heading = lines.first { $0.hasPrefix("# ") }?.dropFirst(2) ?? lines.first ?? ""
        return KnownIssue(
            name: number(in: String(heading)) ?? number(in: name) ?? name, title: String(heading), body: text,
            isOpen: true)
    }

    /// `Issue #885 …` and `885-websocket.md` are issue 885.
    private static func number(in text: String) -> String? {
        if let hash = text.firstIndex(of: "#") {
            let digits = text[text.index(after: hash)...].prefix { $0.isNumber }
            if !digits.isEmpty { return "#" + digits }
        }
        let digits = text.prefix { $0.isNumber }
        return digits.isEmpty ? nil : "#" + digits
    }

    private struct Row: Decodable {
        var number: Int?
        var title: String
        var body: String?
        var state: String?
    }

    private static func dump(_ data: Data, file: String) throws -> [KnownIssue] {
        let rows: [Row]
        do {
            rows =
                try (try? JSONDecoder().decode([Row].self, from: data)) ?? [JSONDecoder().decode(Row.self, from: data)]
        } catch {
            throw KnownIssueError(
                description: "\(file): is no list of issues (objects with number, title, body and state, such as "
                    + "`gh issue list --state all --json number,title,body,state` prints)")
        }
        return rows.enumerated().map { index, row in
            KnownIssue(
                name: row.number.map { "#\($0)" } ?? "\((file as NSString).lastPathComponent)[\(index)]",
                title: row.title,
                body: row.body ?? "", isOpen: row.state?.lowercased() != "closed")
        }
    }
}
