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

extension Event {
    /// Some kinds of events.
    public struct Kinds: Sendable, ExpressibleByArrayLiteral {
        @usableFromInline var bits: UInt32 = 0

        @inlinable
        public init(arrayLiteral kinds: Kind...) { for kind in kinds { bits |= 1 << UInt32(kind.rawValue) } }

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

    /// The kind of an event alone.
    @inlinable
    public func kind(at index: Int) -> Event.Kind {
        Event.Kind(rawValue: UInt8(truncatingIfNeeded: kindCode(at: index))) ?? .use
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
