import Foundation

/// Paths as text: absolute, without `.`, `..` and doubled slashes.
enum Paths {
    /// - Parameter home: what a leading `~/` stands for; nil where a shell has already replaced it.
    static func absolute(_ path: String, in directory: String, home: String?) -> String {
        if let home, path == "~" || path.hasPrefix("~/") { return normalized(home + path.dropFirst()) }
        return normalized(path.hasPrefix("/") ? path : directory + "/" + path)
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The path with every symbolic link followed, as far as it exists.
    static func real(_ path: String) -> String {
        var existing = normalized(path)
        var rest: [String] = []
        while existing != "/" {
            if let resolved = realpath(existing, nil) {
                defer { free(resolved) }
                return normalized(([String(cString: resolved)] + rest).joined(separator: "/"))
            }
            rest.insert(String(existing[existing.index(after: existing.lastIndex(of: "/")!)...]), at: 0)
            existing = parent(of: existing)
        }
        return normalized(path)
    }

    /// Whether a path is a folder or lies somewhere below it, links followed.
    static func isInside(_ path: String, _ directory: String) -> Bool {
        let inner = real(path)
        let outer = real(directory)
        return inner == outer || outer == "/" || inner.hasPrefix(outer + "/")
    }

    /// Fit for pasting into a shell.
    static func quoted(_ path: String) -> String {
        let plain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return plain && !path.isEmpty ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
