/// Rewrites symbols so that what differs only in the form of its values becomes equal: lists of any length, `a (b)`, quantities
/// with any unit, dates, quoted and empty values, leaders of dots.
///
/// It is a stack machine: each rule looks at the end of what it has put out and shortens it, so the work is linear.
struct Reducer {
    /// Symbols of a unit that may repeat.
    private static let longestUnit = 12

    private(set) var output: [Symbol] = []
    private var joinsLists = true

    /// Rewrites `input`. The result is in `output` until the next call.
    ///
    /// - Parameter joinsLists: whether values side by side are a list. They are in a message; holes that evidence has opened are
    ///   positions of a sentence.
    mutating func reduce(_ input: [Symbol], _ lexicon: Lexicon, joinsLists: Bool = true) {
        self.joinsLists = joinsLists
        output.removeAll(keepingCapacity: true)
        var at = 0
        while at < input.count {
            if let after = numberedRun(input, at, lexicon) {
                push(.hole, lexicon)
                at = after
            } else {
                push(input[at], lexicon)
                at += 1
            }
        }
        settle(before: .space, lexicon)
        while output.last == .space { output.removeLast() }
    }

    /// The offset after `n1 n2, n3`: names that differ in their digit only.
    private func numberedRun(_ input: [Symbol], _ start: Int, _ lexicon: Lexicon) -> Int? {
        guard lexicon.has(.numbered, input[start]) else { return nil }
        let stem = lexicon.stem(of: input[start])
        var end = start + 1
        while true {
            var next = end
            while next < input.count, input[next] == .space || input[next] == "," { next += 1 }
            guard next > end, next < input.count, lexicon.has(.numbered, input[next]),
                lexicon.stem(of: input[next]) == stem
            else { return end > start + 1 ? end : nil }
            end = next + 1
        }
    }

    private mutating func push(_ symbol: Symbol, _ lexicon: Lexicon) {
        settle(before: symbol, lexicon)
        // A leader (`.....`) says no more than one of its marks.
        if symbol == output.last, symbol == .space || symbol.isPunctuation(.leader) || symbol == "_" { return }
        output.append(symbol)
        while shorten(lexicon) || collapseRepeat() {}
    }

    /// The symbol `back` before the end; a space beyond the start.
    @inline(__always)
    private func top(_ back: Int) -> Symbol {
        back < output.count ? output[output.count - 1 - back] : .space
    }

    @inline(__always)
    private mutating func replace(_ count: Int, with symbol: Symbol = .hole) {
        output.removeLast(count)
        output.append(symbol)
    }

    // MARK: - Rules that depend on what follows

    private mutating func settle(before next: Symbol, _ lexicon: Lexicon) {
        while settleOnce(before: next, lexicon) {
            while shorten(lexicon) || collapseRepeat() {}
        }
    }

    private mutating func settleOnce(before next: Symbol, _ lexicon: Lexicon) -> Bool {
        // `10 MB`, unless the unit is a key (`5 s=…`).
        if lexicon.has(.unit, top(0)), top(1) == .space, top(2).isHole, output.count >= 3, next != "=", next != ":" {
            replace(3)
            return true
        }
        // `<1 s`, unless it is a bracket (`<1>`).
        if top(0).isHole, top(1) == "<", output.count >= 2, next == .space || next == ",", opensValue(2) {
            replace(2)
            return true
        }
        // `key="anything"` and `key = 'anything'`.
        if !next.isName, !next.isHole, top(0) == "\"" || top(0) == "'" { return reduceQuotedValue(top(0), lexicon) }
        return false
    }

    private mutating func reduceQuotedValue(_ quote: Symbol, _ lexicon: Lexicon) -> Bool {
        for back in 1...24 where back < output.count && top(back) == quote {
            let equals = top(back + 1) == .space ? back + 2 : back + 1
            guard top(equals) == "=", !lexicon.has(.messageKey, top(equals + 1)) else { return false }
            replace(back + 1)
            return true
        }
        return false
    }

    // MARK: - Rules of the last symbols

    private mutating func shorten(_ lexicon: Lexicon) -> Bool {
        let last = top(0)
        guard output.count >= 2 else { return false }
        if last.isHole { return shortenAtHole(lexicon) }
        if last.isName { return shortenAtName(last, lexicon) }
        switch last {
        case "%":
            // `97%`
            if top(1).isHole {
                replace(2)
                return true
            }
        case ")":
            // `host (10.0.0.1)`, `host ()`
            let isEmpty = top(1) == "("
            let spaceAt = isEmpty ? 2 : 3
            if isEmpty || (top(1).isHole && top(2) == "("), output.count > spaceAt + 1, top(spaceAt) == .space,
                top(spaceAt + 1).isHole
            {
                replace(spaceAt + 2)
                return true
            }
        case "\"", "'":
            // `"com.example.part"`
            if top(2) == last, output.count >= 3, lexicon.has([.dotted, .numbered], top(1)) {
                output[output.count - 2] = .hole
                return true
            }
        default: break
        }
        return false
    }

    private mutating func shortenAtHole(_ lexicon: Lexicon) -> Bool {
        // `10.0.0.1:80`, `2025-03-04_10:11`
        var back = 1
        while back <= 4, top(back).isPunctuation(.joint), back < output.count { back += 1 }
        if back > 1, back < output.count, top(back).isHole {
            replace(back + 1)
            return true
        }
        let before = top(1)
        if before == .space {
            if output.count >= 3 {
                // `3 4 5`, `May 16`, `Sun May 16`
                if (joinsLists && top(2).isHole) || lexicon.has([.month, .weekday], top(2)) {
                    replace(3)
                    return true
                }
                // `3, 4, 5`, `Sun, 16 May`
                if isListMark(top(2)), (joinsLists && top(3).isHole) || (top(2) == "," && lexicon.has(.weekday, top(3)))
                {
                    replace(4)
                    return true
                }
            }
            return false
        }
        if joinsLists, isListMark(before), top(2).isHole, output.count >= 3 {
            replace(3)
            return true
        }
        // `name/5`, `name@5`, `a.b:5`, `a.b|5`
        if output.count >= 3, top(2).isName {
            let isDotted = lexicon.has(.dotted, top(2))
            if before == "/" || before == "@" || (isDotted && (before == ":" || before == "|")) {
                replace(3)
                return true
            }
        }
        // A sign in front of a value is part of it.
        switch before {
        case "-", "+", "#", "@", "/", "*", ".", "~", "$":
            if opensValue(2) {
                replace(2)
                return true
            }
        default: break
        }
        return false
    }

    private mutating func shortenAtName(_ name: Symbol, _ lexicon: Lexicon) -> Bool {
        let before = top(1)
        // `5/name`, `5@name`, `1.2+name`, `1.2~name`, `5|a.b`
        let joins = before == "/" || before == "@" || before == "+" || before == "~"
        if output.count >= 3, top(2).isHole, joins || (before == "|" && lexicon.has(.dotted, name)) {
            replace(3)
            return true
        }
        // `12:00:00 UTC`
        if before == .space, top(2).isHole, output.count >= 3, lexicon.has(.timeZone, name) {
            replace(3)
            return true
        }
        // `key=a.b`, `key=eth0`, `key = null`
        if before == "=" || (before == .space && top(2) == "="), lexicon.has([.dotted, .numbered, .nothing], name) {
            output[output.count - 1] = .hole
            return true
        }
        return false
    }

    @inline(__always)
    private func isListMark(_ symbol: Symbol) -> Bool { symbol == "," || symbol == ";" || symbol == "|" }

    /// Whether a value may begin after the symbol `back` before the end.
    private func opensValue(_ back: Int) -> Bool {
        let symbol = top(back)
        return !symbol.isName && !symbol.isHole && symbol != ")" && symbol != "]" && symbol != "}"
    }

    // MARK: - Repeats

    /// Leaves out the second of two equal units that hold a value: `{id: 1}, {id: 2}` is a list like `{id: 1}`.
    private mutating func collapseRepeat() -> Bool {
        guard joinsLists else { return false }
        let count = output.count
        for unit in 2...Self.longestUnit where 2 * unit <= count && output[count - 1] == output[count - 1 - unit] {
            var hasHole = false
            var isEqual = true
            for back in 0..<unit where isEqual {
                isEqual = top(back) == top(back + unit)
                hasHole = hasHole || top(back).isHole
            }
            if isEqual && hasHole {
                output.removeLast(unit)
                return true
            }
        }
        return false
    }
}
