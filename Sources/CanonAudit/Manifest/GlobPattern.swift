import CanonCodeModel

/// A pattern of parts: `*` stands for any characters within a part, `?` for one, `**` as a whole part for any number of
/// parts. Parts are separated by `/` in paths and by `.` in symbols. There are no other special characters.
public struct GlobPattern: Sendable, Hashable {
    private enum Part: Hashable, Sendable {
        case any
        case text([UInt8])
        case glob(Glob)
    }

    private let parts: [Part]
    /// It has no sign with a meaning.
    let isPlain: Bool

    public init(_ text: String, separator: UInt8) {
        parts = text.utf8.split(separator: separator).map { part in
            if part.elementsEqual("**".utf8) { return .any }
            let bytes = Array(part)
            return Glob.isGlob(bytes) ? .glob(Glob(bytes)) : .text(bytes)
        }
        isPlain = parts.allSatisfy { if case .text = $0 { true } else { false } }
    }

    /// Whether a path of so many parts can be met by its last part: most patterns tell at a folder above.
    func mayEnd(atDepth depth: Int) -> Bool { parts.contains(.any) || parts.count == depth }

    /// Whether all parts fit.
    public func matches(_ candidate: [ArraySlice<UInt8>]) -> Bool {
        Self.match(parts[...], candidate[...], isPrefix: false)
    }

    /// Whether the parts fit, or the first of them do: a pattern for a folder or package stands for what is in it, too.
    public func matchesBeginning(of candidate: [ArraySlice<UInt8>]) -> Bool {
        Self.match(parts[...], candidate[...], isPrefix: true)
    }

    private static func match(
        _ pattern: ArraySlice<Part>, _ candidate: ArraySlice<ArraySlice<UInt8>>, isPrefix: Bool
    ) -> Bool {
        guard let first = pattern.first else { return isPrefix || candidate.isEmpty }
        if first == .any {
            if pattern.count == 1 { return true }
            return candidate.indices.contains { match(pattern.dropFirst(), candidate[$0...], isPrefix: isPrefix) }
        }
        guard let part = candidate.first, matches(first, part) else { return false }
        return match(pattern.dropFirst(), candidate.dropFirst(), isPrefix: isPrefix)
    }

    private static func matches(_ part: Part, _ text: ArraySlice<UInt8>) -> Bool {
        switch part {
        case .any: true
        case .text(let wanted): wanted.count == text.count && text.elementsEqual(wanted)
        case .glob(let glob): glob.matches(text)
        }
    }
}

/// A pattern for symbols and modules: dotted parts, with the signs of ``GlobPattern``.
public struct SymbolPattern: Sendable, Hashable {
    public let text: String
    private let glob: GlobPattern

    public init(_ text: String) {
        self.text = text
        glob = GlobPattern(text, separator: UInt8(ascii: "."))
    }

    /// Whether it names the symbol, or something that the symbol lies in.
    public func covers(_ symbol: String) -> Bool {
        guard glob.isPlain else {
            return glob.matchesBeginning(of: Array(symbol.utf8).split(separator: UInt8(ascii: ".")))
        }
        let wanted = text.utf8
        return symbol.utf8.starts(with: wanted)
            && (symbol.utf8.count == wanted.count || symbol.utf8.dropFirst(wanted.count).first == UInt8(ascii: "."))
    }
}
