/// What differs between two texts, as a unified diff (POSIX diff -u).
struct PatchText {
    /// With their marks: a blank, `-` or `+`.
    private let hunks: [[String]]

    /// How many lines that are the same stand around what differs.
    private static let context = 3

    init(old: [UInt8], new: [UInt8]) {
        let (before, after) = (Self.lines(old), Self.lines(new))
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in after.difference(from: before) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var rows: [(mark: Character, text: String, old: Int, new: Int)] = []
        var (i, j) = (0, 0)
        while i < before.count || j < after.count {
            if i < before.count, removed.contains(i) {
                rows.append(("-", before[i], i, j))
                i += 1
            } else if j < after.count, inserted.contains(j) {
                rows.append(("+", after[j], i, j))
                j += 1
            } else {
                rows.append((" ", before[i], i, j))
                (i, j) = (i + 1, j + 1)
            }
        }
        hunks = Self.ranges(rows.indices.filter { rows[$0].mark != " " }, of: rows.count).map { range in
            let rows = rows[range]
            func span(_ start: Int, _ count: Int) -> String { "\(count == 0 ? start : start + 1),\(count)" }
            let (old, new) = (rows.count { $0.mark != "+" }, rows.count { $0.mark != "-" })
            let head = "@@ -\(span(rows.first!.old, old)) +\(span(rows.first!.new, new)) @@"
            return [head] + rows.map { "\($0.mark)\($0.text)" }
        }
    }

    /// Lines without their ends; nothing when nothing differs.
    func lines(path: String) -> [String] {
        hunks.isEmpty ? [] : ["--- a/\(path)", "+++ b/\(path)"] + hunks.flatMap(\.self)
    }

    /// The changed lines alone, `-` and `+`, and how many more there are.
    func first(_ count: Int) -> [String] {
        let changed = hunks.flatMap { $0.dropFirst() }.filter { !$0.hasPrefix(" ") }
        let more = changed.count - count
        return changed.prefix(count) + (more > 0 ? ["and \(more) more"] : [])
    }

    private static func ranges(_ changed: [Int], of count: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for index in changed {
            let range = max(0, index - context)..<min(count, index + context + 1)
            if let last = ranges.last, range.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        return ranges
    }

    /// A last line without an end is another one than the same with it.
    private static func lines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        if lines.last?.isEmpty == true {
            lines.removeLast()
        } else if !lines.isEmpty {
            lines[lines.count - 1] += "\n\\ No newline at end of file"
        }
        return lines
    }
}
