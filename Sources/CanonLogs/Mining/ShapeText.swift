/// The canonical bytes of a shape, from which its identity and its templates are computed:
/// `0` a hole; `1`, `2`, `3` a word, numbered or dotted name, then its length in two bytes and its text; a byte from 9 on itself.
enum ShapeText {
    static let hole: UInt8 = 0

    static func append(_ symbol: Symbol, _ lexicon: Lexicon, to bytes: inout [UInt8]) {
        guard symbol.isName else {
            bytes.append(UInt8(truncatingIfNeeded: symbol.rawValue))
            return
        }
        let traits = lexicon.traits(of: symbol)
        let name = lexicon.name(of: symbol)
        bytes.append(traits.contains(.numbered) ? 2 : traits.contains(.dotted) ? 3 : 1)
        bytes.append(UInt8(truncatingIfNeeded: name.count >> 8))
        bytes.append(UInt8(truncatingIfNeeded: name.count))
        bytes.append(contentsOf: name)
    }

    /// The symbols of canonical bytes; nil if they are none.
    static func symbols(of bytes: some Sequence<UInt8>, _ lexicon: inout Lexicon) -> [Symbol]? {
        let bytes = Array(bytes)
        var symbols: [Symbol] = []
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            let kind: TokenKind
            switch byte {
            case 1: kind = .word
            case 2: kind = .numbered
            case 3: kind = .dotted
            default:
                symbols.append(Symbol(byte))
                continue
            }
            guard at + 2 <= bytes.count else { return nil }
            let length = Int(bytes[at]) << 8 | Int(bytes[at + 1])
            at += 2
            guard length > 0, at + length <= bytes.count else { return nil }
            symbols.append(bytes[at..<at + length].withUnsafeBufferPointer { lexicon.symbol(of: $0, kind: kind) })
            at += length
        }
        return symbols
    }

    /// The text to read, with `<*>` for a hole.
    static func readable(_ symbols: [Symbol], _ lexicon: Lexicon) -> [UInt8] {
        var text: [UInt8] = []
        for symbol in symbols {
            if symbol.isHole {
                text.append(contentsOf: "<*>".utf8)
            } else if symbol.isName {
                text.append(contentsOf: lexicon.name(of: symbol))
            } else {
                text.append(UInt8(truncatingIfNeeded: symbol.rawValue))
            }
        }
        return text
    }
}
