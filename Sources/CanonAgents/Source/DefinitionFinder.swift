import CCanonFiles

/// Finds where names are defined in one source file.
///
/// It looks for the name's text first and reads the file's structure only where a line looks like a definition, so
/// that a file without the name costs one pass of `canon_find_folding`.
struct DefinitionFinder {
    private let bytes: UnsafeRawBufferPointer
    private let dialect: Dialect
    private var lines: LineCursor
    // Made when the first line looks like a definition.
    private var map: LexicalMap?
    private var tracker: ScopeTracker?

    init(_ bytes: UnsafeRawBufferPointer, dialect: Dialect) {
        self.bytes = bytes
        self.dialect = dialect
        lines = LineCursor(bytes)
    }

    /// - Parameters:
    ///   - name: what is asked for, an identifier.
    ///   - file: the path for the results.
    ///   - report: called for each definition in the order of the file.
    mutating func find(_ name: [UInt8], file: String, report: (Definition) -> Void) {
        guard let base = bytes.baseAddress, !name.isEmpty else { return }
        var offset = 0
        while offset < bytes.count,
            let found = canon_find_folding(base + offset, bytes.count - offset, name, name.count)
        {
            let hit = found - base
            let identifier = identifier(around: hit..<(hit + name.count))
            offset = max(identifier.upperBound, hit + 1)
            guard let kind = kind(of: identifier) else { continue }
            report(
                Definition(
                    name: String(decoding: bytes[identifier], as: UTF8.self), kind: kind,
                    match: match(identifier, name), file: file, line: lines.number,
                    text: excerpt(bytes, line: lines.range, focus: identifier.lowerBound)))
        }
    }

    private func identifier(around hit: Range<Int>) -> Range<Int> {
        var start = hit.lowerBound
        var end = hit.upperBound
        while start > 0, isNameByte(bytes[start - 1]) { start -= 1 }
        while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
        return start..<end
    }

    private func match(_ identifier: Range<Int>, _ name: [UInt8]) -> Definition.Match {
        if identifier.count != name.count { return .contains }
        return bytes[identifier].elementsEqual(name) ? .exact : .sameLetters
    }

    /// What the line defines under this name, nil when it defines nothing.
    private mutating func kind(of identifier: Range<Int>) -> Definition.Kind? {
        lines.move(to: identifier.lowerBound)
        // A name 1,000 bytes into a line stands in generated or minified text.
        guard identifier.lowerBound - lines.range.lowerBound <= 1000 else { return nil }
        let line = DefinitionLine(bytes, line: lines.range, name: identifier)
        guard let claim = DefinitionRules.claim(line, dialect: dialect) else { return nil }
        if map == nil { map = LexicalMap(bytes, dialect: dialect) }
        guard let map, !map.isOpaque(identifier.lowerBound) else { return nil }
        switch claim {
        case .always(let kind): return kind
        case .inScope(let accepts):
            if tracker == nil { tracker = ScopeTracker(bytes, map: map, dialect: dialect) }
            tracker?.advance(to: identifier.lowerBound)
            guard let tracker else { return nil }
            return accepts(tracker.scopes)
        case .callable(let accepts):
            if tracker == nil { tracker = ScopeTracker(bytes, map: map, dialect: dialect) }
            tracker?.advance(to: identifier.lowerBound)
            guard let tracker, let ending = parameterListEnding(after: identifier.upperBound, map: map) else {
                return nil
            }
            return accepts(tracker.scopes, ending)
        }
    }

    /// The first byte of code behind the parentheses that open behind `offset`; nil when they do not close nearby.
    private func parameterListEnding(after offset: Int, map: LexicalMap) -> UInt8? {
        var depth = 0
        var index = offset
        let limit = min(bytes.count, offset + 4000)
        while index < limit {
            let byte = bytes[index]
            defer { index += 1 }
            if byte <= 0x20 || map.isOpaque(index) { continue }
            if byte == UInt8(ascii: "(") {
                depth += 1
            } else if byte == UInt8(ascii: ")") {
                depth -= 1
                if depth < 0 { return nil }
            } else if depth == 0 {
                // `const`, `noexcept`, `throws X`, attributes and trailing types stand before the body.
                if isNameByte(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ">") { continue }
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "&") { continue }
                return byte
            }
        }
        return nil
    }
}

/// A line that holds a name, taken apart for the rules.
struct DefinitionLine {
    /// The words before the name, separated at blanks.
    let words: [Substring]
    /// Everything before the name without the blanks around it.
    let prefix: Substring
    let name: String
    /// Whether the line begins with blanks.
    let isIndented: Bool
    /// What follows the name in the line, without blanks before it; at most 200 bytes.
    let rest: Substring

    var next: Character { rest.first ?? "\n" }

    init(_ bytes: UnsafeRawBufferPointer, line: Range<Int>, name: Range<Int>) {
        let before = String(decoding: bytes[line.lowerBound..<name.lowerBound], as: UTF8.self)
        let after = String(
            decoding: bytes[name.upperBound..<max(name.upperBound, min(line.upperBound, name.upperBound + 200))],
            as: UTF8.self)
        isIndented = before.first == " " || before.first == "\t"
        words = before.split { $0 == " " || $0 == "\t" }
        let head = before.drop { $0 == " " || $0 == "\t" }
        prefix = head[..<(head.lastIndex { $0 != " " && $0 != "\t" }.map { head.index(after: $0) } ?? head.startIndex)]
        self.name = String(decoding: bytes[name], as: UTF8.self)
        rest = after.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
    }
}
