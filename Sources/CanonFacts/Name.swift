#if canImport(Glibc)
    private import Glibc
#else
    private import Darwin
#endif

/// A text of one file, by its place in the file's ``NameTable``. Zero is the empty text and means "none".
public struct Name: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let none = Name(rawValue: 0)

    @inlinable
    public var exists: Bool { rawValue != 0 }
}

/// The texts that the facts of one file mention, each once: identifiers, dotted names, annotations, literals that matter.
public struct NameTable: Sendable {
    /// All texts behind each other, UTF-8.
    private(set) var bytes: [UInt8] = []
    /// Where each text ends in ``bytes``; it starts where the one before it ends.
    private(set) var ends: [UInt32] = [0]

    /// Open addressing: names by the hash of their text, only needed while names are added.
    private var slots: [Name] = []
    private var usedSlots: [UInt32] = []
    private var hashes: [UInt32] = [0]

    public init() {}

    init(bytes: [UInt8], ends: [UInt32]) {
        self.bytes = bytes
        self.ends = ends
    }

    /// The number of names, the empty one included.
    public var count: Int { ends.count }

    /// The text of a name.
    public subscript(name: Name) -> String {
        String(decoding: bytes[range(of: name)], as: UTF8.self)
    }

    /// Calls `body` with the UTF-8 of a name.
    public func withUTF8<Result>(of name: Name, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(of: name)])) }
    }

    private func range(of name: Name) -> Range<Int> {
        let index = Int(name.rawValue)
        return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    /// The name of a text, made when the table has none yet.
    public mutating func intern(_ text: UnsafeBufferPointer<UInt8>) -> Name {
        guard !text.isEmpty else { return .none }
        if (ends.count + 1) * 2 > slots.count { grow() }
        let hash = Self.hash(text)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot].exists {
            let candidate = slots[slot]
            if hashes[Int(candidate.rawValue)] == hash, equals(candidate, text) { return candidate }
            slot = (slot + 1) & (slots.count - 1)
        }
        let name = Name(rawValue: UInt32(ends.count))
        bytes.append(contentsOf: text)
        ends.append(UInt32(bytes.count))
        hashes.append(hash)
        slots[slot] = name
        usedSlots.append(UInt32(slot))
        return name
    }

    public mutating func intern(_ text: String) -> Name {
        var text = text
        return text.withUTF8 { intern($0) }
    }

    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt32 {
        UInt32(truncatingIfNeeded: ContentHash.of(UnsafeRawBufferPointer(text)))
    }

    private func equals(_ name: Name, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let range = range(of: name)
        guard range.count == text.count else { return false }
        return bytes.withUnsafeBytes { stored in
            memcmp(stored.baseAddress! + range.lowerBound, text.baseAddress!, text.count) == 0
        }
    }

    /// Doubles the slots, or makes the first ones, also for a table that was read from storage.
    private mutating func grow() {
        let capacity = max(256, (ends.count * 4).nextPowerOfTwo)
        slots = Array(repeating: .none, count: capacity)
        usedSlots.removeAll(keepingCapacity: true)
        while hashes.count < ends.count {
            let name = Name(rawValue: UInt32(hashes.count))
            hashes.append(withUTF8(of: name) { Self.hash($0) })
        }
        for index in 1..<max(1, ends.count) {
            var slot = Int(hashes[index]) & (capacity - 1)
            while slots[slot].exists { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = Name(rawValue: UInt32(index))
            usedSlots.append(UInt32(slot))
        }
    }

    /// Forgets all names and keeps the memory.
    public mutating func removeAll() {
        // Only what was used: a large file must not make every later one slow.
        for slot in usedSlots { slots[Int(slot)] = .none }
        usedSlots.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        hashes.removeAll(keepingCapacity: true)
        ends.append(0)
        hashes.append(0)
    }
}

extension NameTable: Equatable {
    public static func == (a: NameTable, b: NameTable) -> Bool { a.ends == b.ends && a.bytes == b.bytes }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int {
        self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
    }
}
