/// Makes a chunk (what stands between spaces) equal to the chunk with a hole that another form has in its place, with all other
/// chunks equal: `connected to CLOCK(0)` is an instance of `connected to <*>`.
enum Absorption {
    /// Longer chunks are not looked at: the ways to split one grow with the square.
    private static let chunkLimit = 32

    private struct Occurrence: KeyedOccurrence {
        var key: UInt64
        var form: Int32
        var chunk: Int32
    }

    static func collect(_ forms: [Form], _ lexicon: Lexicon, into changes: inout Changes) {
        let passes = KeyPasses(occurrences: forms.reduce(0) { $0 + $1.chunks.count })
        for pass in 0..<passes.count {
            for run in runs(of: occurrences(of: forms, lexicon, passes, pass)) {
                absorb(run, forms, lexicon, into: &changes)
            }
        }
    }

    private static func occurrences(
        of forms: [Form], _ lexicon: Lexicon, _ passes: KeyPasses, _ pass: UInt64
    ) -> [Occurrence] {
        var occurrences: [Occurrence] = []
        for (number, form) in forms.enumerated() {
            let hashes = form.chunks.enumerated().map { index, range in
                Form.hash(index, hash(form.symbols[range], lexicon))
            }
            let sum = hashes.reduce(UInt64(hashes.count), &+)
            for index in hashes.indices {
                let key = sum &- hashes[index] &+ Form.gap(index)
                guard passes.holds(key, in: pass) else { continue }
                occurrences.append(Occurrence(key: key, form: Int32(number), chunk: Int32(index)))
            }
        }
        return occurrences
    }

    private static func absorb(
        _ run: ArraySlice<Occurrence>, _ forms: [Form], _ lexicon: Lexicon, into changes: inout Changes
    ) {
        var patterns: Set<[Symbol]> = []
        for occurrence in run {
            let form = forms[Int(occurrence.form)]
            let chunk = form.symbols[form.chunks[Int(occurrence.chunk)]]
            if chunk.count <= chunkLimit, chunk.count(where: \.isHole) == 1 { patterns.insert(Array(chunk)) }
        }
        if patterns.isEmpty { return }
        for occurrence in run {
            let form = forms[Int(occurrence.form)]
            let index = Int(occurrence.chunk)
            let chunk = Array(form.symbols[form.chunks[index]])
            if chunk.count > chunkLimit { continue }
            // Without a name elsewhere, nothing says that the lines are of one kind.
            if form.names == chunk.count(where: \.isName) { continue }
            if let pattern = pattern(for: chunk, isFirst: index == 0, patterns, lexicon) {
                changes.replace(Int(occurrence.form), chunk: index, with: pattern)
            }
        }
    }

    /// The pattern that keeps the most of the chunk.
    private static func pattern(
        for chunk: [Symbol], isFirst: Bool, _ patterns: Set<[Symbol]>, _ lexicon: Lexicon
    ) -> [Symbol]? {
        for kept in (0..<chunk.count).reversed() {
            for before in (0...kept).reversed() {
                let after = kept - before
                let middle = chunk[before..<chunk.count - after]
                guard canBeValue(middle, isFirst: isFirst, lexicon) else { continue }
                let candidate = chunk[..<before] + [.hole] + chunk[(chunk.count - after)...]
                if candidate != chunk[...], patterns.contains(Array(candidate)) { return Array(candidate) }
            }
        }
        return nil
    }

    private static func canBeValue(_ middle: ArraySlice<Symbol>, isFirst: Bool, _ lexicon: Lexicon) -> Bool {
        if middle.contains(where: \.isHole) { return true }
        if isFirst || middle.contains("(") { return false }
        return !(middle.count == 1 && lexicon.has(.state, middle.first!))
    }

    private static func hash(_ chunk: ArraySlice<Symbol>, _ lexicon: Lexicon) -> UInt64 {
        var hash = UInt64(chunk.count)
        for symbol in chunk { hash = mix(hash, lexicon.hash(of: symbol)) }
        return hash
    }
}
