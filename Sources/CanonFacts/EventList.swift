/// The events of one file, packed: about eight bytes each, and an ``Event`` is made when one is taken out.
///
/// A file has few sorts of events (kind, block, value kind, flags and so on together), so each sort is kept once. Of the
/// two fields that may hold a name or an index, ``Event/value`` and ``Event/link``, most events have one at most; what has
/// more, or is too large, stands in a side table. A file with more than 65,535 names, events or lines, with more than 255
/// sorts or declarations, is kept in words of twice and three times the size. Any event is found in constant time.
public struct EventList: Sendable, Equatable {
    /// Narrow: a word an event: sort 8, column 8, line 8 (above ``lineBases``), declaration 8, name 16, operand 16 bits.
    /// Wide: three words an event: column and line; name and operand; declaration and sort.
    @usableFromInline var words: [UInt64] = []
    /// The heads of events, each once; ``Event/Field/extra`` is set in those whose events have an ``Extra``.
    @usableFromInline var sorts: [UInt64] = []
    /// Narrow: the line of the first of each ``blockSize`` events.
    @usableFromInline var lineBases: [UInt32] = []
    /// In the order of their events.
    @usableFromInline var extras: [Extra] = []
    @usableFromInline var isWide = false

    /// What has no place in a word.
    @usableFromInline
    struct Extra: Equatable, Sendable, BitwiseCopyable {
        @usableFromInline var event: UInt32
        @usableFromInline var line: UInt32
        /// The one of ``Event/value`` and ``Event/link`` that the word does not hold.
        @usableFromInline var operand: UInt32
        @usableFromInline var column: UInt32

        init(event: UInt32, line: UInt32, operand: UInt32, column: UInt32) {
            self.event = event
            self.line = line
            self.operand = operand
            self.column = column
        }
    }

    @usableFromInline static let blockShift = 4
    static let blockSize = 1 << blockShift
    @usableFromInline static let wideStride = 3
    /// Narrow: no declaration.
    @usableFromInline static let noDeclaration: UInt64 = 0xFF

    public init() {}

    /// Packs events.
    public init(_ events: some Sequence<Event>) {
        var packer = EventPacker()
        self = Array(events).withUnsafeBufferPointer { packer.pack($0) }
    }
}

extension EventList: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Event...) { self.init(elements) }
}

extension EventList: RandomAccessCollection {
    @inlinable
    public var startIndex: Int { 0 }

    @inlinable
    public var endIndex: Int { isWide ? words.count / Self.wideStride : words.count }

    @inlinable
    public subscript(index: Int) -> Event {
        // Put in where it is used, so that fields that nobody asks for are not made. What is rare stands in functions of its own.
        @inline(__always)
        get {
            if isWide { return wide(index) }
            let word = words[index]
            let head = sorts[Int(truncatingIfNeeded: word & 0xFF)]
            if head & Event.extraMask != 0 { return narrowWithExtra(index, word, head) }
            return narrow(index, word, head)
        }
    }

    @inlinable
    @inline(__always)
    func narrow(_ index: Int, _ word: UInt64, _ head: UInt64) -> Event {
        let declaration = word >> 24 & 0xFF
        let operand = UInt32(truncatingIfNeeded: word >> 48)
        let holdsLink = Event.kindsWithLink >> (head & Event.Field.kind.mask) & 1 != 0
        return Event(
            head: head,
            line: lineBases[index >> Self.blockShift] &+ UInt32(truncatingIfNeeded: word >> 16 & 0xFF),
            column: UInt16(truncatingIfNeeded: word >> 8 & 0xFF),
            name: Name(rawValue: UInt32(truncatingIfNeeded: word >> 32 & 0xFFFF)),
            value: Name(rawValue: holdsLink ? 0 : operand), link: holdsLink ? operand : 0,
            declaration: declaration == Self.noDeclaration
                ? FileFacts.noIndex : UInt32(truncatingIfNeeded: declaration))
    }

    @usableFromInline
    @inline(never)
    func narrowWithExtra(_ index: Int, _ word: UInt64, _ head: UInt64) -> Event {
        completed(narrow(index, word, head & ~Event.extraMask), index)
    }

    @usableFromInline
    @inline(never)
    func wide(_ index: Int) -> Event {
        precondition(index >= 0)
        let first = words[index * Self.wideStride]
        let second = words[index * Self.wideStride + 1]
        let third = words[index * Self.wideStride + 2]
        let head = sorts[Int(truncatingIfNeeded: third >> 32)]
        let operand = UInt32(truncatingIfNeeded: second >> 32)
        var event = Event(
            head: head & ~Event.extraMask, line: UInt32(truncatingIfNeeded: first >> 32),
            column: UInt16(truncatingIfNeeded: first), name: Name(rawValue: UInt32(truncatingIfNeeded: second)),
            value: .none, link: 0, declaration: UInt32(truncatingIfNeeded: third))
        if event.keepsLink { event.link = operand } else { event.value = Name(rawValue: operand) }
        return head & Event.extraMask == 0 ? event : completed(event, index)
    }

    /// Takes what has no place in a word out of the side table.
    private func completed(_ event: Event, _ index: Int) -> Event {
        var event = event
        let extra = extra(of: index)
        event.line = extra.line
        event.column = UInt16(truncatingIfNeeded: extra.column)
        if event.keepsLink { event.value = Name(rawValue: extra.operand) } else { event.link = extra.operand }
        return event
    }

    private func extra(of index: Int) -> Extra {
        var low = 0
        var high = extras.count
        while low < high {
            let middle = (low + high) / 2
            if Int(extras[middle].event) < index { low = middle + 1 } else { high = middle }
        }
        return extras[low]
    }
}

extension Event {
    /// Whether a list keeps ``link`` in the word of the event, and ``value``, when there is one, apart; else the other way.
    @inlinable
    var keepsLink: Bool { Self.kindsWithLink >> self[.kind] & 1 != 0 }

    /// The bit of ``Field/extra`` in a head.
    @inlinable
    static var extraMask: UInt64 { Field.extra.mask << Field.extra.shift }

    @inlinable
    static var kindsWithLink: UInt64 {
        1 << UInt64(Kind.enter.rawValue) | 1 << UInt64(Kind.leave.rawValue) | 1 << UInt64(Kind.importName.rawValue)
            | 1 << UInt64(Kind.importAll.rawValue) | 1 << UInt64(Kind.exports.rawValue)
    }
}

/// Packs events, keeping its buffers from list to list.
public struct EventPacker: ~Copyable {
    /// A sort of event by a hash of its head, which is ``freeHead`` where the slot is free.
    struct Slot: BitwiseCopyable {
        var head: UInt64
        var number: Int
    }

    /// No head of an event: there is no such kind.
    private static let freeHead = UInt64.max

    private let slots: UnsafeMutablePointer<Slot>
    private var usedSlots: [Int] = []
    private var sorts: [UInt64] = []
    private var overflow: [UInt64: Int] = [:]
    private var extras: [EventList.Extra] = []

    private static let slotBits: UInt64 = 10
    private static let slotCount = 1 << Int(slotBits)

    public init() {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(head: Self.freeHead, number: 0), count: Self.slotCount)
    }

    deinit { slots.deallocate() }

    /// - Parameter events: as a reader of a language collects them.
    public mutating func pack(_ events: UnsafeBufferPointer<Event>) -> EventList {
        reset()
        var list = EventList()
        guard !events.isEmpty else { return list }
        if !packNarrow(events, into: &list) {
            reset()
            list = EventList()
            list.isWide = true
            packWide(events, into: &list)
        }
        list.sorts = sorts.withUnsafeBufferPointer { Array($0) }
        list.extras = extras.withUnsafeBufferPointer { Array($0) }
        return list
    }

    private mutating func reset() {
        for slot in usedSlots { slots[slot].head = Self.freeHead }
        usedSlots.removeAll(keepingCapacity: true)
        sorts.removeAll(keepingCapacity: true)
        if !overflow.isEmpty { overflow.removeAll() }
        extras.removeAll(keepingCapacity: true)
    }

    /// - Returns: whether the names, operands and declarations fit a narrow word, and there are few enough sorts.
    private mutating func packNarrow(_ events: UnsafeBufferPointer<Event>, into list: inout EventList) -> Bool {
        var fits = true
        let blocks = (events.count + EventList.blockSize - 1) >> EventList.blockShift
        list.lineBases = Array(unsafeUninitializedCapacity: blocks) { bases, count in
            for block in 0..<blocks {
                bases.initializeElement(at: block, to: events[block << EventList.blockShift].line)
            }
            count = blocks
        }
        list.words = Array(unsafeUninitializedCapacity: events.count) { words, count in
            count = events.count
            guard let output = words.baseAddress, let input = events.baseAddress else { return }
            var base: UInt32 = 0
            // What does not fit has a bit beyond those that there is room for.
            var operands: UInt32 = 0
            var declarations: UInt32 = 0
            var numbers = 0
            for index in 0..<events.count {
                let event = input[index]
                if index & (EventList.blockSize - 1) == 0 { base = event.line }
                let distance = event.line &- base
                let keepsLink = event.keepsLink
                let operand = keepsLink ? event.link : event.value.rawValue
                let other = keepsLink ? event.value.rawValue : event.link
                var head = event.head
                if other != 0 || distance > 0xFF || event.column > 0xFF {
                    head |= Event.extraMask
                    note(event, index, other)
                }
                let number = number(of: head)
                numbers |= number
                operands |= event.name.rawValue | operand
                // No declaration becomes 0.
                declarations |= event.declaration &+ 1
                var word = UInt64(truncatingIfNeeded: number) | UInt64(event.column & 0xFF) << 8
                word |= UInt64(distance & 0xFF) << 16 | UInt64(event.declaration & 0xFF) << 24
                word |= UInt64(event.name.rawValue) << 32 | UInt64(operand) << 48
                output[index] = word
            }
            fits = numbers <= 0xFF && operands <= 0xFFFF && declarations <= 0xFF
        }
        return fits
    }

    private mutating func packWide(_ events: UnsafeBufferPointer<Event>, into list: inout EventList) {
        list.lineBases = []
        list.words = []
        list.words.reserveCapacity(events.count * EventList.wideStride)
        for (index, event) in events.enumerated() {
            let operand = event.keepsLink ? event.link : event.value.rawValue
            let other = event.keepsLink ? event.value.rawValue : event.link
            var head = event.head
            if other != 0 {
                head |= Event.extraMask
                note(event, index, other)
            }
            list.words.append(UInt64(event.column) | UInt64(event.line) << 32)
            list.words.append(UInt64(event.name.rawValue) | UInt64(operand) << 32)
            list.words.append(UInt64(event.declaration) | UInt64(number(of: head)) << 32)
        }
    }

    @inline(never)
    private mutating func note(_ event: Event, _ index: Int, _ other: UInt32) {
        extras.append(
            EventList.Extra(event: UInt32(index), line: event.line, operand: other, column: UInt32(event.column)))
    }

    @inline(__always)
    private mutating func number(of head: UInt64) -> Int {
        let slot = Int(truncatingIfNeeded: (head &* 0x9E37_79B9_7F4A_7C15) >> (64 - Self.slotBits))
        let found = slots[slot]
        return found.head == head ? found.number : search(head, from: slot)
    }

    @inline(never)
    private mutating func search(_ head: UInt64, from first: Int) -> Int {
        var slot = first
        while slots[slot].head != Self.freeHead {
            if slots[slot].head == head { return slots[slot].number }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
        // Never so full that a search is long; what comes then is so rare that a dictionary will do.
        if usedSlots.count >= Self.slotCount / 2 {
            if let known = overflow[head] { return known }
            overflow[head] = sorts.count
        } else {
            slots[slot] = Slot(head: head, number: sorts.count)
            usedSlots.append(slot)
        }
        sorts.append(head)
        return sorts.count - 1
    }
}
