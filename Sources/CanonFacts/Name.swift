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

    /// A place in the table of texts: 0 in `name` is free.
    private struct Slot: BitwiseCopyable {
        var key: Key
        var name: UInt32
    }

    /// What tells a text from others: all of one of up to sixteen bytes. Longer ones are compared besides.
    private struct Key: BitwiseCopyable {
        /// The first eight bytes as they lie in memory, with what is behind the text cut off.
        var first: UInt64
        /// The last eight bytes of a text of more than eight, mixed with those between them and the first; else 0.
        var last: UInt64
        /// The length of the text.
        var count: UInt32

        static let free = Key(first: 0, last: 0, count: 0)

        /// - Parameter text: with ``NameInterner/padding``; `count` is one at least.
        @inline(__always)
        init(_ text: UnsafePointer<UInt8>, _ count: Int) {
            let raw = UnsafeRawPointer(text)
            // No jump on whether there are more than eight bytes: of names, that cannot be foreseen.
            let isLong = count > 8
            let cut = UInt64(littleEndian: UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- min(count, 8) &* 8))
            first = raw.loadUnaligned(as: UInt64.self) & cut
            var last = raw.loadUnaligned(fromByteOffset: isLong ? count &- 8 : 0, as: UInt64.self)
            last = isLong ? last : 0
            if count > 16 { last = Self.mixed(last, raw, count) }
            self.last = last
            self.count = UInt32(truncatingIfNeeded: count)
        }

        private init(first: UInt64, last: UInt64, count: UInt32) {
            self.first = first
            self.last = last
            self.count = count
        }

        @inline(__always)
        private static func mixed(_ last: UInt64, _ raw: UnsafeRawPointer, _ count: Int) -> UInt64 {
            var hash = last
            var offset = 8
            while offset < count &- 8 {
                hash = step(hash) ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                offset += 8
            }
            return hash
        }

        @inline(__always)
        private static func step(_ value: UInt64) -> UInt64 {
            let product = value &* 0x9E37_79B9_7F4A_7C15
            return product ^ (product >> 29)
        }

        /// Where to look first, of two to the power of `bits` places.
        @inline(__always)
        func place(_ bits: UInt64) -> Int {
            let mixed = (first ^ Self.step(last) ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
            return Int(truncatingIfNeeded: mixed >> (64 &- bits))
        }

        @inline(__always)
        static func == (a: Key, b: Key) -> Bool {
            (a.first ^ b.first) | (a.last ^ b.last) | UInt64(a.count ^ b.count) == 0
        }
    }

    private var slots: UnsafeMutablePointer<Slot>
    /// The table has two to the power of this many places.
    private var slotBits: UInt64
    /// The texts behind each other; at least ``padding`` bytes follow the last one.
    @usableFromInline var texts: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Where each text ends, and behind them room.
    @usableFromInline var ends: UnsafeMutablePointer<UInt32>
    /// The slot of each name: a large file must not make clearing the table slow for every later one.
    private var places: UnsafeMutablePointer<UInt32>
    private var nameCapacity: Int
    /// The number of names, the empty one included.
    public private(set) var count = 1

    public init() {
        slotBits = 11
        slots = .allocate(capacity: 1 << 11)
        slots.initialize(repeating: Slot(key: .free, name: 0), count: 1 << 11)
        capacity = 1 << 14
        texts = .allocate(capacity: capacity)
        nameCapacity = 1 << 10
        ends = .allocate(capacity: nameCapacity)
        ends[0] = 0
        places = .allocate(capacity: nameCapacity)
        places[0] = 0
    }

    deinit {
        places.deallocate()
        ends.deallocate()
        slots.deallocate()
        texts.deallocate()
    }

    /// The name of a text, made when there is none yet.
    ///
    /// - Parameter text: the start of `count` bytes, and of ``padding`` readable ones more.
    public mutating func intern(padded text: UnsafePointer<UInt8>, count: Int) -> Name {
        guard count > 0 else { return .none }
        let key = Key(text, count)
        let slot = search(text, count, key)
        let known = slots[slot].name
        return known != 0 ? Name(rawValue: known) : add(text, count, key, slot)
    }

    /// The name of a text if it has one, else none.
    public mutating func find(padded text: UnsafePointer<UInt8>, count: Int) -> Name {
        guard count > 0 else { return .none }
        return Name(rawValue: slots[search(text, count, Key(text, count))].name)
    }

    /// The name of a text that nothing is known to follow.
    public mutating func intern(_ text: UnsafeBufferPointer<UInt8>) -> Name {
        guard let base = text.baseAddress else { return .none }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + Self.padding) { copy in
            let start = copy.baseAddress!
            start.update(from: base, count: text.count)
            (start + text.count).update(repeating: 0, count: Self.padding)
            return intern(padded: start, count: text.count)
        }
    }

    public mutating func intern(_ text: [UInt8]) -> Name { text.withUnsafeBufferPointer { intern($0) } }

    public mutating func intern(_ text: String) -> Name {
        var text = text
        return text.withUTF8 { intern($0) }
    }

    /// The UTF-8 of a name, valid until the next one is made.
    @inlinable
    @inline(__always)
    public func withUTF8<Result>(of name: Name, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let index = Int(name.rawValue)
        precondition(index < count, "a name of another file")
        let start = index == 0 ? 0 : Int(ends[index - 1])
        return body(UnsafeBufferPointer(start: texts + start, count: Int(ends[index]) - start))
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
        for name in 1..<count { slots[Int(places[name])].name = 0 }
        count = 1
    }

    // MARK: Searching

    /// The slot of a text, or the free one where it belongs. One always is free.
    @inline(__always)
    private func search(_ text: UnsafePointer<UInt8>, _ count: Int, _ key: Key) -> Int {
        var slot = key.place(slotBits)
        while true {
            let found = slots[slot]
            if found.name == 0 { return slot }
            if found.key == key, count <= 16 || equals(found.name, text, count) { return slot }
            slot = (slot + 1) & ((1 &<< Int(slotBits)) - 1)
        }
    }

    /// Whether a name is a text of the same length, of more than sixteen bytes, the first eight of which are the same.
    @inline(__always)
    private func equals(_ name: UInt32, _ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let stored = UnsafeRawPointer(texts + Int(ends[Int(name) - 1]))
        let raw = UnsafeRawPointer(text)
        var offset = 8
        while offset + 8 < count {
            guard
                stored.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    == raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            else { return false }
            offset += 8
        }
        return stored.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            == raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    }

    // MARK: Adding

    @inline(never)
    private mutating func add(_ text: UnsafePointer<UInt8>, _ count: Int, _ key: Key, _ slot: Int) -> Name {
        let start = Int(ends[self.count - 1])
        // Offsets are 32 bits; a source is at most 1 GiB, but a text may be mentioned in several spellings.
        precondition(start + count <= Int(UInt32.max), "the names of one file take more than 4 GiB")
        if start + count + Self.padding > capacity { growTexts(to: start + count + Self.padding) }
        // Whole words: both sides have padding.
        var offset = 0
        while offset < count {
            let word = UnsafeRawPointer(text).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            UnsafeMutableRawPointer(texts + start).storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        if self.count == nameCapacity { growNames() }
        let name = self.count
        ends[name] = UInt32(start + count)
        places[name] = UInt32(slot)
        self.count = name + 1
        slots[slot] = Slot(key: key, name: UInt32(name))
        if self.count * 2 > 1 << Int(slotBits) { growSlots() }
        return Name(rawValue: UInt32(name))
    }

    private mutating func growTexts(to wanted: Int) {
        let larger = max(wanted, capacity * 2)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: texts, count: Int(ends[count - 1]))
        texts.deallocate()
        texts = moved
        capacity = larger
    }

    private mutating func growNames() {
        ends = Self.doubled(ends, count)
        places = Self.doubled(places, count)
        nameCapacity *= 2
    }

    /// The same numbers in twice the room.
    private static func doubled(_ numbers: UnsafeMutablePointer<UInt32>, _ count: Int) -> UnsafeMutablePointer<UInt32> {
        let moved = UnsafeMutablePointer<UInt32>.allocate(capacity: count * 2)
        moved.update(from: numbers, count: count)
        numbers.deallocate()
        return moved
    }

    private mutating func growSlots() {
        let old = UnsafeMutableBufferPointer(start: slots, count: 1 << Int(slotBits))
        slotBits += 1
        slots = .allocate(capacity: 1 << Int(slotBits))
        slots.initialize(repeating: Slot(key: .free, name: 0), count: 1 << Int(slotBits))
        for entry in old where entry.name != 0 {
            let start = Int(ends[Int(entry.name) - 1])
            let place = search(texts + start, Int(entry.key.count), entry.key)
            slots[place] = entry
            places[Int(entry.name)] = UInt32(place)
        }
        old.deallocate()
    }
}
