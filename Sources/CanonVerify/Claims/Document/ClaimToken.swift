/// A piece of a line of prose, without the markup around it.
struct ClaimToken {
    enum Kind: Equatable {
        /// Letters, with digits, underscores and hyphens inside.
        case word
        /// A path or a dotted name: `app/cart.py:12`, `app.cart.Cart`.
        case term
        /// Digits, with thousands separators and a fraction; the value.
        case number(Double)
        /// A day: `2025-09-16`, with or without a time.
        case date
        /// The inside of a code span.
        case code
        case link
        /// One character of punctuation, or a symbol.
        case mark
    }

    var kind: Kind
    var text: String
    /// In the line.
    var range: Range<Int>
    var isBold: Bool
    /// Whether a space stands before it.
    var isSpaced: Bool

    var lower: String { text.lowercased() }
    func isMark(_ text: String) -> Bool { kind == .mark && self.text == text }

    /// Splits a part of a line.
    static func tokens(of line: DocumentLine, in range: Range<Int>) -> [ClaimToken] {
        var scanner = TokenScanner(line: line, range: range)
        return scanner.all()
    }
}

private struct TokenScanner {
    let line: DocumentLine
    let range: Range<Int>
    private var index: Int
    private var isBold = false
    private var isSpaced = false
    private var tokens: [ClaimToken] = []

    init(line: DocumentLine, range: Range<Int>) {
        self.line = line
        self.range = range
        index = range.lowerBound
    }

    /// How far behind its beginning a code span or address may end: a line with thousands that never end is still read once.
    private static let reach = 2000

    private func scalar(_ at: Int) -> Unicode.Scalar? { range.contains(at) ? line.scalars[at] : nil }

    private mutating func add(_ kind: ClaimToken.Kind, _ token: Range<Int>) {
        tokens.append(
            ClaimToken(kind: kind, text: line.text(token), range: token, isBold: isBold, isSpaced: isSpaced))
        isSpaced = false
    }

    mutating func all() -> [ClaimToken] {
        while let next = scalar(index) {
            switch next {
            case " ", "\t", "\u{A0}":
                isSpaced = true
                index += 1
            case "`": codeSpan()
            case "*":
                let stars = run(of: "*")
                if stars >= 2 { isBold.toggle() }
                index += stars
            case "\\": index += 1
            case "]":
                index += 1
                if scalar(index) == "(",
                    let end = (index..<min(range.upperBound, index + Self.reach)).first(where: { scalar($0) == ")" })
                {
                    index = end + 1
                }
            default:
                if Self.isDigit(next) {
                    number()
                } else if Self.isTermStart(next) || (next == "/" || next == ".") && startsTerm(index + 1) {
                    term()
                } else {
                    add(.mark, index..<(index + 1))
                    index += 1
                }
            }
        }
        return tokens
    }

    private func run(of wanted: Unicode.Scalar) -> Int {
        var end = index
        while scalar(end) == wanted { end += 1 }
        return end - index
    }

    private mutating func codeSpan() {
        let width = run(of: "`")
        let start = index + width
        var end = start
        while let next = scalar(end), end - start < Self.reach {
            guard next == "`" else {
                end += 1
                continue
            }
            let closing = end
            while scalar(end) == "`" { end += 1 }
            guard end - closing == width else { continue }
            var inner = start..<closing
            while inner.count > 1, line.scalars[inner.lowerBound] == " " { inner = inner.dropFirst() }
            while inner.count > 1, line.scalars[inner.upperBound - 1] == " " { inner = inner.dropLast() }
            if !inner.isEmpty { add(.code, inner) }
            index = end
            return
        }
        index = start
    }

    private mutating func number() {
        let start = index
        var end = index
        var digits = ""
        while let next = scalar(end) {
            if Self.isDigit(next) {
                digits.unicodeScalars.append(next)
            } else if next == ",", isThousand(end) {
                // A separator says nothing.
            } else if next == ".", let after = scalar(end + 1), Self.isDigit(after), !digits.contains(".") {
                digits.append(".")
            } else {
                break
            }
            end += 1
        }
        if let day = date(from: start) {
            add(.date, start..<day)
            index = day
            return
        }
        // `3rd`, `1a2b3c4`: a word that begins with a digit.
        if let next = scalar(end), Self.isLetter(next) || next == "_" {
            var wordEnd = end
            while let next = scalar(wordEnd), Self.isLetter(next) || Self.isDigit(next) || next == "_" { wordEnd += 1 }
            let suffix = line.text(end..<wordEnd)
            guard ["K", "k", "M", "B", "ms", "s"].contains(suffix) else {
                add(.word, start..<wordEnd)
                index = wordEnd
                return
            }
        }
        add(.number(Double(digits) ?? 0), start..<end)
        index = end
    }

    /// A comma with exactly three digits behind it.
    private func isThousand(_ comma: Int) -> Bool {
        for offset in 1...3 {
            guard let next = scalar(comma + offset), Self.isDigit(next) else { return false }
        }
        guard let next = scalar(comma + 4) else { return true }
        return !Self.isDigit(next)
    }

    private func date(from start: Int) -> Int? {
        let form = "dddd-dd-dd"
        for (offset, wanted) in form.unicodeScalars.enumerated() {
            guard let next = scalar(start + offset) else { return nil }
            guard wanted == "d" ? Self.isDigit(next) : next == wanted else { return nil }
        }
        var end = start + form.count
        if let next = scalar(end), Self.isDigit(next) { return nil }
        if scalar(end) == "T" {
            while let next = scalar(end), Self.isDigit(next) || "T:.+-Z".unicodeScalars.contains(next) { end += 1 }
        }
        return end
    }

    private func startsTerm(_ at: Int) -> Bool { scalar(at).map(Self.isTermStart) ?? false }

    private mutating func term() {
        let start = index
        var end = index
        while let next = scalar(end),
            Self.isLetter(next) || Self.isDigit(next) || "_/.-:@'’#".unicodeScalars.contains(next)
        {
            // `://` is an address.
            if next == ":", scalar(end + 1) == "/", scalar(end + 2) == "/" {
                while let next = scalar(end), !" )>]\"".unicodeScalars.contains(next) { end += 1 }
                add(.link, start..<end)
                index = end
                return
            }
            if next == ":", !(scalar(end + 1).map(Self.isDigit) ?? false) { break }
            if next == "#" || next == "@" && end > start { break }
            end += 1
        }
        while end > start + 1, "/.-:'’".unicodeScalars.contains(line.scalars[end - 1]) { end -= 1 }
        let text = line.text(start..<end)
        let isTerm =
            text.dropFirst().contains("/") || text.hasPrefix("/") || text.dropFirst().contains(".")
            || text.contains(":")
        add(isTerm ? .term : .word, start..<end)
        index = end
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic }
    private static func isTermStart(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || scalar == "_" || scalar == "@"
    }
}
