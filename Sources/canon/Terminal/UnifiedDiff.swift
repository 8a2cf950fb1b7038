/// The difference between two contents of a file, as `diff -u` (POSIX) and git write it.
struct UnifiedDiff {
    /// Lines around a change that are shown.
    static let context = 3

    enum Line: Equatable {
        case heading(String)
        case hunk(String)
        case kept([UInt8])
        case removed([UInt8])
        case added([UInt8])
        /// The line above ends the file without a newline.
        case unended
    }

    /// None when both contents are the same.
    let lines: [Line]

    /// - Parameter after: nil for a file that is deleted.
    init(path: String, before: [UInt8], after: [UInt8]?) {
        guard before != after else {
            lines = []
            return
        }
        var lines: [Line] = [
            .heading("--- a/\(path)"), .heading(after == nil ? "+++ /dev/null" : "+++ b/\(path)"),
        ]
        let old = Self.lines(of: before)
        let new = Self.lines(of: after ?? [])
        for hunk in Self.hunks(Self.steps(old, new)) { Self.append(hunk, old, new, to: &lines) }
        self.lines = lines
    }

    /// The changed lines alone, `-` and `+`, and how many more there are.
    func changes(first count: Int) -> [String] {
        let changed = lines.compactMap { line -> String? in
            switch line {
            case .removed(let text): "-" + String(decoding: text, as: UTF8.self)
            case .added(let text): "+" + String(decoding: text, as: UTF8.self)
            case .heading, .hunk, .kept, .unended: nil
            }
        }
        let more = changed.count - count
        return changed.prefix(count) + (more > 0 ? ["and \(more) more"] : [])
    }

    /// Each with its newline.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in bytes.indices where bytes[index] == 0x0A {
            lines.append(bytes[start...index])
            start = index + 1
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }

    private enum Step {
        case keep(old: Int, new: Int)
        case remove(Int)
        case add(Int)

        var isChange: Bool { if case .keep = self { false } else { true } }
    }

    private static func steps(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Step] {
        // Most of a file stays: what is compared line by line is what lies between the first and the last change.
        var head = 0
        while head < min(old.count, new.count), old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < min(old.count, new.count) - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] {
            tail += 1
        }
        var steps = (0..<head).map { Step.keep(old: $0, new: $0) }
        let difference = new[head..<new.count - tail].difference(from: old[head..<old.count - tail])
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset + head)
            case .insert(let offset, _, _): added.insert(offset + head)
            }
        }
        var (left, right) = (head, head)
        while left < old.count || right < new.count {
            if removed.contains(left) {
                steps.append(.remove(left))
                left += 1
            } else if added.contains(right) {
                steps.append(.add(right))
                right += 1
            } else {
                steps.append(.keep(old: left, new: right))
                left += 1
                right += 1
            }
        }
        return steps
    }

    private static func hunks(_ steps: [Step]) -> [ArraySlice<Step>] {
        var hunks: [Range<Int>] = []
        for index in steps.indices where steps[index].isChange {
            let range = max(0, index - context)..<min(steps.count, index + context + 1)
            if let last = hunks.last, range.lowerBound <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        return hunks.map { steps[$0] }
    }

    private static func append(
        _ hunk: ArraySlice<Step>, _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>], to lines: inout [Line]
    ) {
        var body: [Line] = []
        var (oldStart, newStart): (Int?, Int?) = (nil, nil)
        var (oldCount, newCount) = (0, 0)
        func add(_ text: ArraySlice<UInt8>, _ line: ([UInt8]) -> Line) {
            let isEnded = text.last == 0x0A
            body.append(line(Array(isEnded ? text.dropLast() : text)))
            if !isEnded { body.append(.unended) }
        }
        for step in hunk {
            switch step {
            case .keep(let left, let right):
                (oldStart, newStart) = (oldStart ?? left, newStart ?? right)
                oldCount += 1
                newCount += 1
                add(old[left]) { .kept($0) }
            case .remove(let left):
                oldStart = oldStart ?? left
                oldCount += 1
                add(old[left]) { .removed($0) }
            case .add(let right):
                newStart = newStart ?? right
                newCount += 1
                add(new[right]) { .added($0) }
            }
        }
        lines.append(.hunk("@@ -\(range(oldStart, oldCount)) +\(range(newStart, newCount)) @@"))
        lines += body
    }

    /// A side without lines is named by the line before it.
    private static func range(_ start: Int?, _ count: Int) -> String {
        let first = count == 0 ? (start ?? 0) : (start ?? 0) + 1
        return count == 1 ? "\(first)" : "\(first),\(count)"
    }

    /// As it is printed. Colours and escapes are for terminals: a file gets the bytes themselves, so that it can be applied.
    func bytes(for terminal: Terminal) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            let (mark, content, style): (String, [UInt8], Style?) =
                switch line {
                case .heading(let text): ("", Array(text.utf8), .bold)
                case .hunk(let text): ("", Array(text.utf8), .dim)
                case .kept(let text): (" ", text, nil)
                case .removed(let text): ("-", text, .red)
                case .added(let text): ("+", text, .green)
                case .unended: ("", Array("\\ No newline at end of file".utf8), .dim)
                }
            if terminal.isTerminal {
                let text = (mark + String(decoding: content, as: UTF8.self)).escapingControls
                bytes += Array(terminal.styled(text, style).utf8)
            } else {
                bytes += Array(mark.utf8) + content
            }
            bytes.append(0x0A)
        }
        return bytes
    }
}
