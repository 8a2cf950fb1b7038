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

    private struct Occurrence: KeyedOccurrence {
        var key: UInt64
        var symbol: Symbol
        var form: Int32
        var position: Int32
    }

    static func collect(_ forms: [Form], _ lexicon: Lexicon, into changes: inout Changes) {
        let passes = KeyPasses(occurrences: forms.reduce(0) { $0 + $1.names })
        for pass in 0..<passes.count {
            for run in runs(of: occurrences(of: forms, lexicon, passes, pass)) {
                let example = run[run.startIndex]
                let before = forms[Int(example.form)].symbols[..<Int(example.position)]
                guard isEnough(run.map(\.symbol), behind: before, lexicon) else { continue }
                for occurrence in run { changes.open(Int(occurrence.form), Int(occurrence.position)) }
            }
        }
    }

    private static func occurrences(
        of forms: [Form], _ lexicon: Lexicon, _ passes: KeyPasses, _ pass: UInt64
    ) -> [Occurrence] {
        var occurrences: [Occurrence] = []
        for (number, form) in forms.enumerated() {
            for (position, symbol) in form.symbols.enumerated() where symbol.isName {
                let key = form.sum &- Form.hash(position, lexicon.hash(of: symbol)) &+ Form.gap(position)
                guard passes.holds(key, in: pass) else { continue }
                occurrences.append(
                    Occurrence(key: key, symbol: symbol, form: Int32(number), position: Int32(position)))
            }
        }
        return occurrences
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
