internal import CanonFacts

/// A text as a number: what equal names of different files have in common.
///
/// 64 bits of a hash. A large tree has a million distinct names, so that two of them meet by accident once in thirty million
/// such trees.
typealias TextKey = UInt64

extension TextKey {
    init(_ bytes: UnsafeBufferPointer<UInt8>) { self = ContentHash.of(UnsafeRawBufferPointer(bytes)) }

    init(_ text: String) {
        var text = text
        self = text.withUTF8 { TextKey($0) }
    }

    init(_ text: StaticString) {
        self = TextKey(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

extension NameTable {
    func key(of name: Name) -> TextKey { withUTF8(of: name) { TextKey($0) } }

    /// The key of what stands in front of the first dot, all of it when there is none.
    func rootKey(of name: Name) -> TextKey {
        withUTF8(of: name) { text in
            TextKey(UnsafeBufferPointer(rebasing: text[..<(text.firstIndex(of: 0x2E) ?? text.endIndex)]))
        }
    }

    /// The key of what stands behind the last dot.
    func lastKey(of name: Name) -> TextKey {
        withUTF8(of: name) { text in
            TextKey(UnsafeBufferPointer(rebasing: text[(text.lastIndex(of: 0x2E).map { $0 + 1 } ?? 0)...]))
        }
    }

    func hasDot(_ name: Name) -> Bool { withUTF8(of: name) { $0.contains(0x2E) } }

    /// The keys of the parts between the dots.
    func forEachPart(of name: Name, _ body: (TextKey) -> Bool) {
        withUTF8(of: name) { text in
            var start = 0
            while start <= text.count {
                var end = start
                while end < text.count, text[end] != 0x2E { end += 1 }
                guard body(TextKey(UnsafeBufferPointer(rebasing: text[start..<end]))) else { return }
                start = end + 1
            }
        }
    }
}
