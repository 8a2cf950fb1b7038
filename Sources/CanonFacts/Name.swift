/// A text of one file, by its place in the file's ``NameTable``. Zero is the empty text and means "none".
public struct Name: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    public static var none: Name { Name(rawValue: 0) }

    @inlinable
    public var exists: Bool { rawValue != 0 }
}

/// The texts that the facts of one file mention, each once: identifiers, dotted names, annotations, literals that matter.
/// A ``NameInterner`` makes it.
public struct NameTable: Sendable, Equatable {
    /// All texts behind each other, UTF-8.
    @usableFromInline var bytes: [UInt8]
    /// Where each text ends in ``bytes``; it starts where the one before it ends. One of the two arrays is empty: the narrow
    /// one when there are more than 65,535 bytes.
    @usableFromInline var narrowEnds: [UInt16]
    @usableFromInline var wideEnds: [UInt32]

    public init() {
        bytes = []
        narrowEnds = [0]
        wideEnds = []
    }

    init(bytes: [UInt8], narrowEnds: [UInt16], wideEnds: [UInt32]) {
        self.bytes = bytes
        self.narrowEnds = narrowEnds
        self.wideEnds = wideEnds
    }

    /// The number of names, the empty one included.
    @inlinable
    public var count: Int { narrowEnds.count + wideEnds.count }

    /// The text of a name.
    public subscript(name: Name) -> String { String(decoding: bytes[range(of: name)], as: UTF8.self) }

    /// Calls `body` with the UTF-8 of a name.
    @inlinable
    public func withUTF8<Result>(of name: Name, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(of: name)])) }
    }

    @inlinable
    func range(of name: Name) -> Range<Int> {
        let index = Int(name.rawValue)
        if wideEnds.isEmpty { return (index == 0 ? 0 : Int(narrowEnds[index - 1]))..<Int(narrowEnds[index]) }
        return (index == 0 ? 0 : Int(wideEnds[index - 1]))..<Int(wideEnds[index])
    }
}

/// Gives each text of a file its ``Name``.
///
/// One interner serves one thread and keeps its memory from file to file.
public struct NameInterner: ~Copyable {
    /// How many bytes must be readable behind the start of the last eight bytes of a text that is given by a pointer.
    public static let padding = 8

    /// A place in the table of hashes: 0 in `name` is free.
    private struct Slot: BitwiseCopyable {
        var hash: UInt32
        var name: UInt32
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var slotMask: Int
    /// Which slots are in use: a large file must not make every later one slow.
    private var usedSlots: [UInt32] = []
    /// The texts behind each other; at least ``padding`` bytes follow the last one.
    private var texts: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Where each text ends, and behind them room.
    private var ends: UnsafeMutablePointer<UInt32>
    private var endCapacity: Int
    /// The number of names, the empty one included.
    public private(set) var count = 1

    public init() {
        slotMask = (1 << 10) - 1
        slots = .allocate(capacity: slotMask + 1)
        slots.initialize(repeating: Slot(hash: 0, name: 0), count: slotMask + 1)
        capacity = 1 << 14
        texts = .allocate(capacity: capacity)
        endCapacity = 1 << 10
        ends = .allocate(capacity: endCapacity)
        ends[0] = 0
    }

    deinit {
        ends.deallocate()
        slots.deallocate()
        texts.deallocate()
    }

    /// The name of a text, made when there is none yet.
    ///
    /// - Parameter text: the start of `count` bytes, and of ``padding`` readable ones more.
    public mutating func intern(padded text: UnsafePointer<UInt8>, count: Int) -> Name {
        guard count > 0 else { return .none }
        let hash = Self.hash(text, count)
        var slot = Int(hash) & slotMask
        while slots[slot].name != 0 {
            let candidate = slots[slot]
            if candidate.hash == hash, equals(candidate.name, text, count) { return Name(rawValue: candidate.name) }
            slot = (slot + 1) & slotMask
        }
        return add(text, count, hash, slot)
    }

    /// The name of a text if it has one, else none.
    public mutating func find(padded text: UnsafePointer<UInt8>, count: Int) -> Name {
        guard count > 0 else { return .none }
        let hash = Self.hash(text, count)
        var slot = Int(hash) & slotMask
        while slots[slot].name != 0 {
            let candidate = slots[slot]
            if candidate.hash == hash, equals(candidate.name, text, count) { return Name(rawValue: candidate.name) }
            slot = (slot + 1) & slotMask
        }
        return .none
    }

    public mutating func intern(_ text: some Collection<UInt8>) -> Name {
        let count = text.count
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + Self.padding) { copy in
            copy.initialize(repeating: 0)
            _ = copy.update(fromContentsOf: text)
            return intern(padded: UnsafePointer(copy.baseAddress!), count: count)
        }
    }

    public mutating func intern(_ text: String) -> Name { intern(text.utf8) }

    /// The UTF-8 of a name, valid until the next one is made.
    public func withUTF8<Result>(of name: Name, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let range = range(of: name.rawValue)
        return body(UnsafeBufferPointer(start: texts + range.lowerBound, count: range.count))
    }

    /// What was interned, in memory of the size that it needs.
    public var table: NameTable {
        let length = Int(ends[count - 1])
        let bytes = Array(UnsafeBufferPointer(start: texts, count: length))
        let wide = UnsafeBufferPointer(start: ends, count: count)
        guard length <= UInt16.max else { return NameTable(bytes: bytes, narrowEnds: [], wideEnds: Array(wide)) }
        let narrow = [UInt16](unsafeUninitializedCapacity: count) { narrow, initialized in
            for index in wide.indices {
                narrow.initializeElement(at: index, to: UInt16(truncatingIfNeeded: wide[index]))
            }
            initialized = wide.count
        }
        return NameTable(bytes: bytes, narrowEnds: narrow, wideEnds: [])
    }

    /// Forgets all names and keeps the memory.
    public mutating func removeAll() {
        for slot in usedSlots { slots[Int(slot)].name = 0 }
        usedSlots.removeAll(keepingCapacity: true)
        count = 1
    }

    // MARK: Texts

    private func range(of name: UInt32) -> Range<Int> {
        let index = Int(name)
        precondition(index < count, "a name of another file")
        return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    /// Eight bytes at a time, the last ones with what is behind the text cut off.
    @inline(__always)
    private static func hash(_ text: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        let raw = UnsafeRawPointer(text)
        var hash = UInt64(truncatingIfNeeded: count)
        var offset = 0
        while offset + 8 < count {
            hash = step(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        hash = step(hash ^ (raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & mask(count - offset)))
        return UInt32(truncatingIfNeeded: hash >> 32) ^ UInt32(truncatingIfNeeded: hash)
    }

    @inline(__always)
    private static func step(_ value: UInt64) -> UInt64 {
        let product = value &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product >> 29)
    }

    /// The bits of the first `count` of eight bytes, 1 to 8, as they lie in memory.
    @inline(__always)
    private static func mask(_ count: Int) -> UInt64 {
        UInt64(littleEndian: UInt64.max >> UInt64(truncatingIfNeeded: 64 - count * 8))
    }

    @inline(__always)
    private func equals(_ name: UInt32, _ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        // Names in slots are never the empty one.
        let start = Int(ends[Int(name) - 1])
        guard Int(ends[Int(name)]) - start == count else { return false }
        let stored = UnsafeRawPointer(texts + start)
        let raw = UnsafeRawPointer(text)
        var offset = 0
        while offset + 8 < count {
            guard
                stored.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    == raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            else { return false }
            offset += 8
        }
        let difference =
            stored.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return difference & Self.mask(count - offset) == 0
    }

    @inline(never)
    private mutating func add(_ text: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt32, _ slot: Int) -> Name {
        let start = Int(ends[self.count - 1])
        // Offsets are 32 bits; a source is at most 1 GiB, but a text may be mentioned in several spellings.
        precondition(start + count <= Int(UInt32.max), "the names of one file take more than 4 GiB")
        if start + count + Self.padding > capacity { growTexts(to: start + count + Self.padding) }
        (texts + start).update(from: text, count: count)
        (texts + start + count).update(repeating: 0, count: Self.padding)
        let name = UInt32(self.count)
        if self.count == endCapacity { growEnds() }
        ends[self.count] = UInt32(start + count)
        self.count += 1
        slots[slot] = Slot(hash: hash, name: name)
        usedSlots.append(UInt32(slot))
        if self.count * 2 > slotMask { growSlots() }
        return Name(rawValue: name)
    }

    private mutating func growTexts(to wanted: Int) {
        let larger = max(wanted, capacity * 2)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: texts, count: Int(ends[count - 1]))
        texts.deallocate()
        texts = moved
        capacity = larger
    }

    private mutating func growEnds() {
        let moved = UnsafeMutablePointer<UInt32>.allocate(capacity: endCapacity * 2)
        moved.update(from: ends, count: count)
        ends.deallocate()
        ends = moved
        endCapacity *= 2
    }

    private mutating func growSlots() {
        let old = UnsafeMutableBufferPointer(start: slots, count: slotMask + 1)
        let capacity = old.count * 2
        let larger = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
        larger.initialize(repeating: Slot(hash: 0, name: 0), count: capacity)
        usedSlots.removeAll(keepingCapacity: true)
        for slot in old where slot.name != 0 {
            var place = Int(slot.hash) & (capacity - 1)
            while larger[place].name != 0 { place = (place + 1) & (capacity - 1) }
            larger[place] = slot
            usedSlots.append(UInt32(place))
        }
        slots.deallocate()
        slots = larger
        slotMask = capacity - 1
    }
}
