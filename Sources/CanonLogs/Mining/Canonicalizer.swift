/// Makes the canonical bytes of a message from its tokens: the slow path, taken once for each new sequence of tokens.
struct Canonicalizer {
    private var lexicon = Lexicon()
    private var reducer = Reducer()
    private var symbols: [Symbol] = []

    /// The canonical bytes (`ShapeText`), at most about `limit` of them; what is longer ends in a hole.
    mutating func canonical(
        _ message: UnsafeBufferPointer<UInt8>, _ tokens: ArraySlice<LogToken>, limit: Int
    ) -> [UInt8] {
        lexicon.removeAll()
        symbols.removeAll(keepingCapacity: true)
        for token in tokens {
            switch token.kind {
            case .hole: symbols.append(.hole)
            case .space: symbols.append(.space)
            case .punctuation: symbols.append(Symbol(token.byte))
            case .word, .numbered, .dotted:
                let start = Int(token.start)
                let name = UnsafeBufferPointer(rebasing: message[start..<start + Int(token.length)])
                symbols.append(lexicon.symbol(of: name, kind: token.kind))
            }
        }
        reducer.reduce(symbols, lexicon)
        var bytes: [UInt8] = []
        for symbol in reducer.output {
            ShapeText.append(symbol, lexicon, to: &bytes)
            if bytes.count > limit {
                bytes.append(ShapeText.hole)
                break
            }
        }
        return bytes
    }
}
