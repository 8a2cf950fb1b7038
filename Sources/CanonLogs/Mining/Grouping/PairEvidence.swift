/// Opens two positions that vary together: `registering a.b.Event for a.b.Handler`.
enum PairEvidence {
    /// Distinct pairs, and distinct names in each column, that make holes of both.
    private static let pairs = 6
    private static let namesInEachColumn = 4
    /// Positions of one form that are looked at: pairs of more would be too many.
    private static let positionLimit = 24

    private struct Occurrence {
        var key: UInt64
        var first: Symbol
        var second: Symbol
        var form: Int32
        var positions: (Int16, Int16)
    }

    static func collect(_ forms: [Form], _ lexicon: Lexicon, into changes: inout Changes) {
        var occurrences: [Occurrence] = []
        for (number, form) in forms.enumerated() where form.symbols.count <= Int(Int16.max) {
            let values = valuePositions(form.symbols, lexicon)
            for (index, i) in values.enumerated() {
                let withoutFirst = form.sum &- Form.hash(i, lexicon.hash(of: form.symbols[i])) &+ Form.gap(i)
                for j in values[(index + 1)...] {
                    let key = withoutFirst &- Form.hash(j, lexicon.hash(of: form.symbols[j])) &+ Form.gap(j)
                    occurrences.append(
                        Occurrence(
                            key: key, first: form.symbols[i], second: form.symbols[j], form: Int32(number),
                            positions: (Int16(i), Int16(j))))
                }
            }
        }
        occurrences.sort { $0.key < $1.key }
        forEachRun(of: occurrences, by: \.key) { run in
            // Each form stands once in a run, so its elements are distinct pairs.
            guard run.count >= pairs, Set(run.map(\.first)).count >= namesInEachColumn,
                Set(run.map(\.second)).count >= namesInEachColumn
            else { return }
            for occurrence in run {
                changes.open(Int(occurrence.form), Int(occurrence.positions.0))
                changes.open(Int(occurrence.form), Int(occurrence.positions.1))
            }
        }
    }

    /// Where a name looks like a value: dotted, with a digit, or behind `=`, `:`, a quote or a bracket.
    private static func valuePositions(_ symbols: [Symbol], _ lexicon: Lexicon) -> [Int] {
        var positions: [Int] = []
        for (position, symbol) in symbols.enumerated() where symbol.isName {
            var isValue = lexicon.has([.dotted, .numbered], symbol)
            if !isValue, position > 0 {
                switch symbols[position - 1] {
                case "=", ":", "\"", "'", "[": isValue = true
                case .space: isValue = position > 1 && (symbols[position - 2] == "=" || symbols[position - 2] == ":")
                default: break
                }
            }
            if isValue { positions.append(position) }
            if positions.count == positionLimit { break }
        }
        return positions
    }
}
