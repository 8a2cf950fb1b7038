/// Opens a position where enough distinct names stand with all else equal.
///
/// How many are enough depends on what the names look like and on where they stand. Five verbs may be five events, but names
/// that differ in their digit only, or stand behind `user`, are values as soon as there are two.
enum PositionEvidence {
    /// Distinct names that make a hole of a position.
    enum Enough {
        static let words = 5
        static let firstWords = 24
        static let dotted = 3
        static let dottedOrNumbered = 4
        static let sameButForTheDigit = 2
        static let afterHolder = 2
    }

    private struct Occurrence {
        var key: UInt64
        var symbol: Symbol
        var form: Int32
        var position: Int32
    }

    static func collect(_ forms: [Form], _ lexicon: Lexicon, into changes: inout Changes) {
        var occurrences: [Occurrence] = []
        for (number, form) in forms.enumerated() {
            for (position, symbol) in form.symbols.enumerated() where symbol.isName {
                let key = form.sum &- Form.hash(position, lexicon.hash(of: symbol)) &+ Form.gap(position)
                occurrences.append(
                    Occurrence(key: key, symbol: symbol, form: Int32(number), position: Int32(position)))
            }
        }
        occurrences.sort { $0.key < $1.key }
        forEachRun(of: occurrences, by: \.key) { run in
            guard run.count > 1 else { return }
            let example = run[run.startIndex]
            let first = forms[Int(example.form)].symbols[..<Int(example.position)]
            guard isEnough(run.map(\.symbol), behind: first, lexicon) else { return }
            for occurrence in run { changes.open(Int(occurrence.form), Int(occurrence.position)) }
        }
    }

    private static func isEnough(_ symbols: [Symbol], behind before: ArraySlice<Symbol>, _ lexicon: Lexicon) -> Bool {
        let distinct = Set(symbols)
        guard distinct.count > 1 else { return false }
        var words = 0
        var numbered = 0
        var states = 0
        for symbol in distinct {
            let traits = lexicon.traits(of: symbol)
            if traits.contains(.numbered) {
                numbered += 1
            } else if !traits.contains(.dotted) {
                words += 1
            }
            if traits.contains(.state) { states += 1 }
        }
        if isAfterHolder(before, lexicon) { return distinct.count >= Enough.afterHolder }
        if words == 0 {
            if numbered == distinct.count, Set(distinct.map(lexicon.stem)).count == 1 {
                return distinct.count >= Enough.sameButForTheDigit
            }
            return distinct.count >= (numbered == 0 ? Enough.dotted : Enough.dottedOrNumbered)
        }
        let isFirst = !before.contains { $0.isName || $0.isHole }
        return distinct.count - states >= (isFirst ? Enough.firstWords : Enough.words)
    }

    private static func isAfterHolder(_ before: ArraySlice<Symbol>, _ lexicon: Lexicon) -> Bool {
        before.last == .space && before.count >= 2 && lexicon.has(.holder, before[before.endIndex - 2])
    }
}

/// Calls `body` with each run of elements that have an equal key.
func forEachRun<Element, Key: Equatable>(
    of sorted: [Element], by key: KeyPath<Element, Key>, _ body: (ArraySlice<Element>) -> Void
) {
    var start = 0
    while start < sorted.count {
        let value = sorted[start][keyPath: key]
        var end = start + 1
        while end < sorted.count, sorted[end][keyPath: key] == value { end += 1 }
        body(sorted[start..<end])
        start = end
    }
}
