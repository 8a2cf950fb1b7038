/// The names of some shapes, each with a number (`Symbol`) and what is known of it.
struct Lexicon {
    /// What a name is, beyond its text.
    struct Traits: OptionSet, BitwiseCopyable {
        let rawValue: UInt16

        static let numbered = Traits(rawValue: 1)
        static let dotted = Traits(rawValue: 2)
        static let unit = Traits(rawValue: 4)
        static let month = Traits(rawValue: 8)
        static let weekday = Traits(rawValue: 16)
        static let timeZone = Traits(rawValue: 32)
        static let nothing = Traits(rawValue: 64)
        static let state = Traits(rawValue: 128)
        static let holder = Traits(rawValue: 256)
        static let messageKey = Traits(rawValue: 512)
    }

    private struct Entry {
        var start: Int
        var length: Int
        var hash: UInt64
        /// The hash of the name without its last byte: `eth0` and `eth1` share it.
        var stem: UInt64
        var traits: Traits
    }

    private var entries: [Entry] = []
    private var text: [UInt8] = []
    private var index: [UInt64: UInt32] = [:]

    /// Forgets all names.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        index.removeAll(keepingCapacity: true)
    }

    /// The symbol of a name that the lexer found to be of that kind.
    mutating func symbol(of name: UnsafeBufferPointer<UInt8>, kind: TokenKind) -> Symbol {
        let base = Self.hash(name)
        var probe = base
        while let found = index[probe] {
            let entry = entries[Int(found)]
            if entry.hash == base, text[entry.start..<entry.start + entry.length].elementsEqual(name) {
                return Symbol(rawValue: found + 0x100)
            }
            probe &+= 1
        }
        let number = UInt32(entries.count)
        let stem = Self.hash(UnsafeBufferPointer(rebasing: name.dropLast()))
        entries.append(
            Entry(start: text.count, length: name.count, hash: base, stem: stem, traits: Self.traits(name, kind)))
        text.append(contentsOf: name)
        index[probe] = number
        return Symbol(rawValue: number + 0x100)
    }

    func traits(of symbol: Symbol) -> Traits {
        symbol.isName ? entries[Int(symbol.rawValue) - 0x100].traits : []
    }

    @inline(__always)
    func has(_ trait: Traits, _ symbol: Symbol) -> Bool {
        symbol.isName && !entries[Int(symbol.rawValue) - 0x100].traits.isDisjoint(with: trait)
    }

    func stem(of symbol: Symbol) -> UInt64 { entries[Int(symbol.rawValue) - 0x100].stem }

    /// A hash of the symbol's text: the same in every lexicon.
    func hash(of symbol: Symbol) -> UInt64 {
        symbol.isName ? entries[Int(symbol.rawValue) - 0x100].hash : UInt64(symbol.rawValue)
    }

    func name(of symbol: Symbol) -> ArraySlice<UInt8> {
        let entry = entries[Int(symbol.rawValue) - 0x100]
        return text[entry.start..<entry.start + entry.length]
    }

    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = UInt64(name.count) &+ 0x100
        for byte in name { hash = mix(hash, UInt64(byte)) }
        return hash | 1 << 63
    }

    private static func traits(_ name: UnsafeBufferPointer<UInt8>, _ kind: TokenKind) -> Traits {
        switch kind {
        case .numbered: return .numbered
        case .dotted: return .dotted
        default: break
        }
        var traits: Traits = []
        func add(_ set: WordSet, _ trait: Traits) { if set.contains(name) { traits.insert(trait) } }
        add(Vocabulary.units, .unit)
        add(Vocabulary.timeZones, .timeZone)
        add(Vocabulary.nothing, .nothing)
        add(Vocabulary.states, .state)
        add(Vocabulary.holders, .holder)
        add(Vocabulary.messageKeys, .messageKey)
        // "may" and "sat" are words; "May" and "Sat" before a number are a date.
        if let first = name.first, first &- UInt8(ascii: "A") < 26 {
            add(Vocabulary.months, .month)
            add(Vocabulary.weekdays, .weekday)
        }
        return traits
    }
}
