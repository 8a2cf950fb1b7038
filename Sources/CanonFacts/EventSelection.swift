/// The events of some kinds in a part of a list. The others are passed over by a look at their sort: no event is made of them.
///
/// Most questions are about calls, or imports, or blocks, and most events are none of these.
public struct EventSelection: Sequence, IteratorProtocol {
    @usableFromInline let list: EventList
    @usableFromInline let kinds: Event.Kinds
    @usableFromInline var place: Int
    @usableFromInline let end: Int

    @inlinable
    init(_ list: EventList, _ kinds: Event.Kinds, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= list.count, "a range of another list")
        self.list = list
        self.kinds = kinds
        place = range.lowerBound
        end = range.upperBound
    }

    /// The next event, with its place in the list.
    @inlinable
    public mutating func next() -> (index: Int, event: Event)? {
        while place < end {
            let index = place
            place += 1
            if kinds.contains(list.kindCode(at: index)) { return (index, list[index]) }
        }
        return nil
    }
}

/// A set of numbers below 256.
private struct InlineBits {
    static let count = 256
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    var isEmpty: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

    mutating func insert(_ number: Int) {
        let bit = UInt64(1) << UInt64(number & 63)
        switch number >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    @inline(__always)
    func contains(_ number: Int) -> Bool {
        // Most files have fewer than 128 sorts.
        let word = number < 64 ? words.0 : number < 128 ? words.1 : number < 192 ? words.2 : words.3
        return word >> UInt64(number & 63) & 1 != 0
    }
}

extension Event {
    /// Some kinds of events.
    public struct Kinds: Sendable, ExpressibleByArrayLiteral {
        @usableFromInline var bits: UInt32 = 0

        @inlinable
        public init(arrayLiteral kinds: Kind...) { self.init(kinds) }

        @inlinable
        public init(_ kinds: [Kind]) { for kind in kinds { bits |= 1 << UInt32(kind.rawValue) } }

        @inlinable
        public func contains(_ kind: Kind) -> Bool { contains(UInt32(kind.rawValue)) }

        /// - Parameter code: the raw value of a kind.
        @inlinable
        @inline(__always)
        func contains(_ code: UInt32) -> Bool { bits >> code & 1 != 0 }
    }
}

extension EventList {
    @inlinable
    public func selecting(_ kinds: Event.Kinds) -> EventSelection { EventSelection(self, kinds, 0..<count) }

    @inlinable
    public func selecting(_ kinds: Event.Kinds, in range: Range<Int>) -> EventSelection {
        EventSelection(self, kinds, range)
    }

    /// Adds the places of all events of some kinds, in their order: quicker than a selection of few among many.
    public func appendPlaces(of kinds: Event.Kinds, to places: inout [Int]) {
        // A bit for each sort: what is asked of each event is a look at its word.
        var wanted = InlineBits()
        for (sort, head) in sorts.enumerated() {
            if kinds.contains(UInt32(truncatingIfNeeded: head >> Event.Field.kind.shift & Event.Field.kind.mask)) {
                guard sort < InlineBits.count, !isWide else { return appendPlacesOfMany(kinds, to: &places) }
                wanted.insert(sort)
            }
        }
        guard !wanted.isEmpty else { return }
        words.withUnsafeBufferPointer { words in
            for index in words.indices where wanted.contains(Int(truncatingIfNeeded: words[index] & 0xFF)) {
                places.append(index)
            }
        }
    }

    private func appendPlacesOfMany(_ kinds: Event.Kinds, to places: inout [Int]) {
        for index in indices where kinds.contains(kindCode(at: index)) { places.append(index) }
    }

    /// The kind of an event alone.
    @inlinable
    public func kind(at index: Int) -> Event.Kind {
        Event.Kind(rawValue: UInt8(truncatingIfNeeded: kindCode(at: index))) ?? .use
    }

    /// The name of an event alone.
    @inlinable
    public func name(at index: Int) -> Name {
        if isWide { return Name(rawValue: UInt32(truncatingIfNeeded: words[index * Self.wideStride + 1])) }
        return Name(rawValue: UInt32(truncatingIfNeeded: words[index] >> 32 & 0xFFFF))
    }

    /// Whether an event stands in no declaration.
    @inlinable
    public func isTopLevel(at index: Int) -> Bool {
        if isWide {
            return UInt32(truncatingIfNeeded: words[index * Self.wideStride + 2]) == FileFacts.noIndex
        }
        return words[index] >> 24 & 0xFF == Self.noDeclaration
    }

    @inlinable
    @inline(__always)
    func kindCode(at index: Int) -> UInt32 {
        let sort =
            isWide ? Int(truncatingIfNeeded: words[index * Self.wideStride + 2] >> 32) : Int(words[index] & 0xFF)
        return UInt32(truncatingIfNeeded: sorts[sort] >> Event.Field.kind.shift & Event.Field.kind.mask)
    }
}
