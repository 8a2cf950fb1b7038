import CCanonBytes

/// Why an object could not be read as an entry.
enum ScanFailure: Error, Equatable {
    /// The window ends inside of it: there may be more to come.
    case incomplete
    /// What is wrong, and where in the window.
    case malformed(String, at: Int)
    /// It is no entry but holds entries, in the member whose value starts there.
    case collection
}

/// Scans one JSON object (RFC 8259) for the fields of an entry. Strings are looked through sixteen bytes at a time, and copied
/// only when they hold an escape. What is on no path of the map is checked for balance only: a log is not the place to
/// insist on the grammar of what nobody reads.
struct JSONEntryScanner {
    static let maximumDepth = 256

    private let map: FieldMap
    private let values: FieldValues
    private let arena: TextArena
    private let base: UnsafePointer<UInt8>
    private let end: Int
    /// A line is an entry, so that a line end inside of one shows that it was cut off.
    private let endsAtLine: Bool
    /// Whether this object may turn out to hold entries.
    private let mayBeCollection: Bool
    private(set) var at: Int

    /// - Parameter window: followed by at least 16 bytes that can be read, the first of which is 0.
    init(
        map: FieldMap, values: FieldValues, arena: TextArena, window: ByteSpan, at: Int, endsAtLine: Bool,
        mayBeCollection: Bool
    ) {
        self.map = map
        self.values = values
        self.arena = arena
        base = window.baseAddress!
        end = window.count
        self.endsAtLine = endsAtLine
        self.mayBeCollection = mayBeCollection
        self.at = at
    }

    /// Reads the object at `at` into the values, and leaves `at` behind it.
    mutating func scan() throws(ScanFailure) {
        try object(node: 0, depth: 1)
    }

    /// Reads a member's name, and leaves `at` before its value.
    mutating func member() throws(ScanFailure) -> Range<Int> {
        let name = try text()
        try blanks()
        guard base[at] == UInt8(ascii: ":") else { throw unexpected("a colon") }
        at += 1
        try blanks()
        if at >= end { throw .incomplete }
        return name
    }

    /// The inside of the string at `at`.
    mutating func text() throws(ScanFailure) -> Range<Int> {
        let start = at + 1
        try skipString()
        return start..<at - 1
    }

    /// Passes over the value at `at`.
    mutating func skip() throws(ScanFailure) { try skipValue(depth: 1) }

    // MARK: Objects

    private mutating func object(node: Int, depth: Int) throws(ScanFailure) {
        at += 1
        try blanks()
        if base[at] == UInt8(ascii: "}") {
            at += 1
            return
        }
        while true {
            guard base[at] == UInt8(ascii: "\"") else { throw unexpected("a member's name") }
            let key = at + 1
            try skipString()
            let keyLength = at - 1 - key
            try blanks()
            guard base[at] == UInt8(ascii: ":") else { throw unexpected("a colon") }
            at += 1
            try blanks()
            if let slot = map.slot(node, key: base + key, length: keyLength) {
                try value(slot, depth: depth)
            } else {
                try skipValue(depth: depth)
            }
            try blanks()
            let next = base[at]
            if next == UInt8(ascii: ",") {
                at += 1
                try blanks()
                continue
            }
            guard next == UInt8(ascii: "}") else { throw unexpected("a comma or the end of the object") }
            at += 1
            return
        }
    }

    private mutating func value(_ slot: FieldMap.Slot, depth: Int) throws(ScanFailure) {
        let first = base[at]
        if slot.isCollection, mayBeCollection, depth == 1, first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
            throw .collection
        }
        if first == UInt8(ascii: "{"), slot.child >= 0, depth < Self.maximumDepth {
            return try object(node: slot.child, depth: depth + 1)
        }
        guard let field = slot.field, values.isWanted(field, rank: slot.rank) else {
            return try skipValue(depth: depth)
        }
        let start = at
        if first == UInt8(ascii: "\"") {
            let hasEscape = try skipString()
            let raw = ByteSpan(start: base + start + 1, count: at - start - 2)
            values.set(field, hasEscape ? arena.unescaped(raw) : raw, rank: slot.rank)
        } else {
            try skipValue(depth: depth)
            let raw = ByteSpan(start: base + start, count: at - start)
            // Neither `null` nor a truth value is a text; the text of an object is better than nothing only as a message.
            let isText =
                first.isDigit || first == UInt8(ascii: "-") || (field == .message && first == UInt8(ascii: "{"))
            if isText { values.set(field, raw, rank: slot.rank) }
        }
    }

    // MARK: Skipping

    /// Leaves `at` behind the string, and says whether it holds an escape.
    @discardableResult
    private mutating func skipString() throws(ScanFailure) -> Bool {
        var hasEscape = false
        var place = at + 1
        while true {
            place += canon_until(base + place, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"))
            switch base[place] {
            case UInt8(ascii: "\""):
                // The last bytes of the window are not its own.
                guard place < end else { throw .incomplete }
                at = place + 1
                return hasEscape
            case UInt8(ascii: "\\"):
                hasEscape = true
                place += 2
                if place > end { throw .incomplete }
            case UInt8(ascii: "\n"):
                if place >= end { throw .incomplete }
                throw .malformed("a line ends inside of a text", at: place)
            default:
                if place >= end { throw .incomplete }
                throw .malformed("a NUL byte stands inside of a text", at: place)
            }
        }
    }

    private mutating func skipValue(depth: Int) throws(ScanFailure) {
        switch base[at] {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested(depth: depth)
        default:
            let start = at
            while !Self.endsScalar(base[at]) { at += 1 }
            if at >= end { throw .incomplete }
            if at == start { throw unexpected("a value") }
        }
    }

    private mutating func skipNested(depth: Int) throws(ScanFailure) {
        var depth = depth
        let outside = depth
        repeat {
            switch base[at] {
            case UInt8(ascii: "\""):
                try skipString()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= Self.maximumDepth else {
                    throw .malformed("the values are nested deeper than \(Self.maximumDepth) levels", at: at)
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\n"):
                if endsAtLine { throw .malformed("the line ends inside of the entry", at: at) }
            case 0:
                if at >= end { throw .incomplete }
                throw .malformed("a NUL byte stands in the entry", at: at)
            default: break
            }
            at += 1
        } while depth > outside
        if at > end { throw .incomplete }
    }

    @inline(__always)
    private mutating func blanks() throws(ScanFailure) {
        while base[at] <= 0x20 {
            if at >= end { throw .incomplete }
            switch base[at] {
            case 0x20, UInt8(ascii: "\t"), UInt8(ascii: "\r"): at += 1
            case UInt8(ascii: "\n"):
                if endsAtLine { throw .malformed("the line ends inside of the entry", at: at) }
                at += 1
            default: throw .malformed("a control character stands in the entry", at: at)
            }
        }
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: "\""), 0...0x20:
            true
        default: false
        }
    }

    private func unexpected(_ wanted: String) -> ScanFailure {
        at >= end ? .incomplete : .malformed("expected \(wanted)", at: at)
    }
}
