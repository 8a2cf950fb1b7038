import CanonAudit
import CanonPython

/// The place in a Python file where a class takes more methods, and the file with them.
///
/// The bytes of the file are kept as they are, line ends, tabs and comments too: lines are added after the last statement of the class,
/// in front of the comments that follow it, and a body of nothing but `pass` or `...` makes room.
struct ClassBody {
    /// Why a class cannot take methods.
    struct Refusal: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    /// The mark of UTF-8 in front of the text, which no column counts.
    private let mark: [UInt8]
    private let lines: [[UInt8]]
    /// The number of the line, from 0, after which methods are added.
    private var end: Int
    private let indentation: String
    private let unit: String
    private let newline: [UInt8]
    /// What becomes of lines that have to make room.
    private var rewritten: [Int: [[UInt8]]] = [:]
    private var isEmptied = false

    /// - Parameters:
    ///   - line: of the word `class`, from 1.
    ///   - bytes: of the file, which is UTF-8.
    init(at line: Int, in bytes: [UInt8], version: PythonVersion) throws(Refusal) {
        var parser = PythonParser(version: version)
        if let problem = bytes.withUnsafeBytes({ parser.parse($0) }) {
            throw Refusal("line \(problem.line) does not parse: \(problem.message)")
        }
        let tree = parser.tree
        mark = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark : []
        let lines = Self.lines(of: bytes[mark.count...])
        let text = Self.normalized(lines)
        // Older versions read one more line after a last `\r\n`.
        guard text.elementsEqual(tree.text) || (text + [0x0A]).elementsEqual(tree.text) else {
            throw Refusal("it is not UTF-8, or holds bytes that the grammar passes over")
        }
        guard
            let node = tree.nodes.first(where: { $0.kind == .classDef && tree.position(of: $0.start).line == line })
        else { throw Refusal("there is no class on line \(line)") }
        let body = Array(tree.list(node.d))
        guard let first = body.first.map({ tree[$0] }), let last = body.last.map({ tree[$0] }) else {
            throw Refusal("the class on line \(line) has no body")
        }
        self.lines = lines
        let header = lines[line - 1]
        let ends = [header, lines[0]].map { Array($0[Self.contentCount($0)...]) }
        newline = ends.first { !$0.isEmpty } ?? [0x0A]
        let outer = Self.blanks(header)
        let start = tree.position(of: first.start)
        let firstLine = lines[start.line - 1]
        let isOnHeader = !firstLine.prefix(start.column).allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0C }
        if isOnHeader {
            unit = outer.contains("\t") ? "\t" : "    "
            indentation = outer + unit
        } else {
            indentation = Self.blanks(firstLine)
            let added = indentation.dropFirst(outer.count)
            unit = indentation.hasSuffix("\t") ? "\t" : added.isEmpty ? "    " : String(added)
        }
        end = tree.position(of: last.end).line - 1
        let isPlaceholder = body.allSatisfy { Self.isPlaceholder(tree[$0], tree) }
        if isPlaceholder {
            isEmptied = true
            for id in body { makeRoom(tree[id], tree, isOnHeader: isOnHeader) }
        } else if isOnHeader {
            // What stood behind the colon begins a line of its own.
            let content = Array(firstLine[start.column...])
            rewritten[start.line - 1] = [
                Self.withoutTrailingBlanks(firstLine[..<start.column]) + newline, Array(indentation.utf8) + content,
            ]
        }
    }

    /// The file with methods added; each after an empty line.
    func adding(_ stubs: [FailingStub]) -> [UInt8] {
        var result = mark
        for (number, line) in lines.enumerated() {
            for line in rewritten[number] ?? [line] { result += line }
            guard number == end else { continue }
            if let last = result.last, last != 0x0A, last != 0x0D { result += newline }
            for (index, stub) in stubs.enumerated() {
                if index > 0 || !isEmptied { result += newline }
                for text in stub.lines(indentation: indentation, unit: unit) { result += Array(text.utf8) + newline }
            }
        }
        return result
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    // MARK: Placeholders

    private static func isPlaceholder(_ node: Node, _ tree: PythonTree) -> Bool {
        if node.kind == .pass { return true }
        guard node.kind == .expr else { return false }
        let value = tree[node.a]
        return value.kind == .constant && value.constant == .ellipsis
    }

    /// Takes a placeholder out of its line. A comment behind it stays.
    private mutating func makeRoom(_ node: Node, _ tree: PythonTree, isOnHeader: Bool) {
        let (start, stop) = (tree.position(of: node.start), tree.position(of: node.end))
        guard start.line == stop.line else { return }
        let number = start.line - 1
        let line = rewritten[number]?.first ?? lines[number]
        // Earlier placeholders of the same line are gone already.
        let shift = lines[number].count - line.count
        let (from, to) = (start.column - shift, stop.column - shift)
        guard from >= 0, to <= line.count else { return }
        var rest = line[to...]
        while let byte = rest.first, byte == 0x20 || byte == 0x09 || byte == 0x3B { rest = rest.dropFirst() }
        var kept = Array(line[..<from])
        let isBlank = kept.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        if rest.first == 0x23 {
            kept = isBlank ? kept : Self.withoutTrailingBlanks(kept[...]) + Array("  ".utf8)
        } else if rest.first.map({ $0 == 0x0A || $0 == 0x0D }) ?? true {
            kept = Self.withoutTrailingBlanks(kept[...])
        }
        let isGone = isBlank && !isOnHeader && (rest.first.map { $0 == 0x0A || $0 == 0x0D } ?? true)
        rewritten[number] = isGone ? [] : [kept + rest]
    }

    // MARK: Lines

    /// With their ends: `\n`, `\r\n` or `\r`, as Python reads them.
    private static func lines(of bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = bytes.startIndex
        var index = start
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            guard byte == 0x0A || byte == 0x0D else { continue }
            if byte == 0x0D, index < bytes.endIndex, bytes[index] == 0x0A { index += 1 }
            lines.append(Array(bytes[start..<index]))
            start = index
        }
        if start < bytes.endIndex { lines.append(Array(bytes[start...])) }
        return lines
    }

    /// As the parser sees it.
    private static func normalized(_ lines: [[UInt8]]) -> [UInt8] {
        var text: [UInt8] = []
        for line in lines { text += line.prefix(contentCount(line)) + [0x0A] }
        return text
    }

    private static func contentCount(_ line: [UInt8]) -> Int {
        var count = line.count
        while count > 0, line[count - 1] == 0x0A || line[count - 1] == 0x0D { count -= 1 }
        return count
    }

    private static func blanks(_ line: [UInt8]) -> String {
        String(decoding: line.prefix { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
    }

    private static func withoutTrailingBlanks(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = bytes
        while let byte = bytes.last, byte == 0x20 || byte == 0x09 { bytes.removeLast() }
        return Array(bytes)
    }
}
