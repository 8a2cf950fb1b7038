/// Opens holes where the shapes, taken together, give evidence of a value, until nothing changes.
///
/// Each round decides everything from the forms before it, so the order of the shapes has no influence. There are three kinds
/// of evidence: enough distinct names at one position with all else equal (`PositionEvidence`), the same at two positions that
/// vary together (`PairEvidence`), and another form that has a hole where this one has something longer (`Absorption`).
struct Grouping {
    /// Rounds after which the forms are taken as they are. Real logs need less than ten.
    private static let roundLimit = 30

    private let lexicon: Lexicon
    /// The distinct forms of this round.
    private var forms: [Form]
    /// For each shape, the number of its form.
    private var formOf: [Int]

    init(_ shapes: [[Symbol]], _ lexicon: Lexicon) {
        self.lexicon = lexicon
        forms = []
        formOf = []
        setForms(shapes, of: Array(shapes.indices))
    }

    /// The form of each shape in the end.
    consuming func run() -> [[Symbol]] {
        var reducer = Reducer()
        for _ in 0..<Self.roundLimit {
            var changes = Changes(count: forms.count)
            PositionEvidence.collect(forms, lexicon, into: &changes)
            PairEvidence.collect(forms, lexicon, into: &changes)
            Absorption.collect(forms, lexicon, into: &changes)
            if changes.isEmpty { break }
            var next: [[Symbol]] = []
            next.reserveCapacity(forms.count)
            for (number, form) in forms.enumerated() {
                guard let changed = changes.apply(to: form, number) else {
                    next.append(form.symbols)
                    continue
                }
                reducer.reduce(changed, lexicon, joinsLists: false)
                next.append(reducer.output)
            }
            setForms(next, of: formOf)
        }
        return formOf.map { forms[$0].symbols }
    }

    /// Keeps the distinct ones of `symbols`; `numbers` says for each shape which of them is its own.
    private mutating func setForms(_ symbols: [[Symbol]], of numbers: [Int]) {
        var known: [[Symbol]: Int] = [:]
        var distinct: [Form] = []
        let merged = symbols.map { candidate in
            if let number = known[candidate] { return number }
            known[candidate] = distinct.count
            distinct.append(Form(candidate, lexicon))
            return distinct.count - 1
        }
        forms = distinct
        formOf = numbers.map { merged[$0] }
    }
}

/// A shape as it stands in one round.
struct Form {
    let symbols: [Symbol]
    /// The sum of the hashes of all positions: what remains without one of them is a subtraction away.
    let sum: UInt64
    /// Where the words between spaces stand.
    let chunks: [Range<Int>]
    /// Names among the symbols.
    let names: Int

    init(_ symbols: [Symbol], _ lexicon: Lexicon) {
        self.symbols = symbols
        var sum: UInt64 = UInt64(symbols.count)
        var chunks: [Range<Int>] = []
        var start = 0
        var names = 0
        for (position, symbol) in symbols.enumerated() {
            sum &+= Form.hash(position, lexicon.hash(of: symbol))
            if symbol.isName { names += 1 }
            if symbol == .space {
                chunks.append(start..<position)
                start = position + 1
            }
        }
        chunks.append(start..<symbols.count)
        self.sum = sum
        self.chunks = chunks
        self.names = names
    }

    /// The hash of a symbol at a position.
    @inline(__always)
    static func hash(_ position: Int, _ symbol: UInt64) -> UInt64 { mix(UInt64(position) &+ 0x1234_5678, symbol) }

    /// The hash of anything at a position.
    @inline(__always)
    static func gap(_ position: Int) -> UInt64 { mix(UInt64(position) &+ 0x8765_4321, 0xFFFF_FFFF_FFFF) }
}

/// What a round decides, by form.
struct Changes {
    private var holes: [[Int]]
    private var chunks: [[(chunk: Int, pattern: [Symbol])]]
    private(set) var isEmpty = true

    init(count: Int) {
        holes = Array(repeating: [], count: count)
        chunks = Array(repeating: [], count: count)
    }

    /// Makes the symbol at `position` a hole.
    mutating func open(_ form: Int, _ position: Int) {
        holes[form].append(position)
        isEmpty = false
    }

    /// Writes `pattern` in place of a chunk.
    mutating func replace(_ form: Int, chunk: Int, with pattern: [Symbol]) {
        chunks[form].append((chunk, pattern))
        isEmpty = false
    }

    /// The symbols of the form after the changes; nil if there are none for it.
    func apply(to form: Form, _ number: Int) -> [Symbol]? {
        if holes[number].isEmpty && chunks[number].isEmpty { return nil }
        var symbols = form.symbols
        for position in holes[number] { symbols[position] = .hole }
        for (chunk, pattern) in chunks[number].sorted(by: { $0.chunk > $1.chunk }) {
            symbols.replaceSubrange(form.chunks[chunk], with: pattern)
        }
        return symbols
    }
}
