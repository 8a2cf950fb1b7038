/// Which files of a workspace a question is about: a folder, a file, or a pattern with `*` and `?`.
///
/// `*` and `?` stand for anything within one name, `**` for any number of folders. A pattern without `/` is matched
/// against the file's name wherever it is.
struct PathPattern: Sendable {
    private let pattern: [UInt8]
    private let matchesNameOnly: Bool

    /// Whether `text` is a pattern at all, and not a plain path.
    static func isPattern(_ text: String) -> Bool { text.utf8.contains { $0 == star || $0 == question } }

    init(_ text: String) {
        pattern = Array(text.utf8)
        matchesNameOnly = !text.utf8.contains(slash)
    }

    func matches(_ path: String) -> Bool {
        var text = path[...]
        if matchesNameOnly, let name = path.split(separator: "/").last { text = name }
        return Self.matches(pattern, Array(text.utf8))
    }

    /// Greedy matching that goes back only to the last `*` and the last `**`: no pattern can make it exponential.
    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var p = 0
        var t = 0
        var single: (pattern: Int, text: Int)?
        var double: (pattern: Int, text: Int)?
        while t < text.count {
            if p + 1 < pattern.count, pattern[p] == star, pattern[p + 1] == star {
                p += 2
                // `**/` also stands for no folder at all.
                if p < pattern.count, pattern[p] == slash { p += 1 }
                double = (p, t)
                single = nil
            } else if p < pattern.count, pattern[p] == star {
                p += 1
                single = (p, t)
            } else if p < pattern.count, pattern[p] == text[t] || (pattern[p] == question && text[t] != slash) {
                p += 1
                t += 1
            } else if let last = single, text[last.text] != slash {
                single = (last.pattern, last.text + 1)
                p = last.pattern
                t = last.text + 1
            } else if let last = double {
                double = (last.pattern, last.text + 1)
                single = nil
                p = last.pattern
                t = last.text + 1
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == star { p += 1 }
        return p == pattern.count
    }
}

private let star = UInt8(ascii: "*")
private let question = UInt8(ascii: "?")
private let slash = UInt8(ascii: "/")
