/// An array of plain values that keeps its memory from file to file, without reference counts, zeroing or bounds checks on
/// the append path.
@usableFromInline
struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    var count = 0
    private(set) var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        self.base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { reserve(count &+ 1) }
        base[count] = element
        // Never more than the capacity.
        count &+= 1
    }

    /// Takes the last element off.
    @inline(__always)
    mutating func removeLast() -> Element {
        precondition(count > 0)
        count -= 1
        return base[count]
    }

    /// Makes room for `wanted` elements in all, keeping those that are there.
    @inline(never)
    mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        let larger = max(wanted, capacity * 2)
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        moved.update(from: base, count: count)
        base.deallocate()
        base = moved
        capacity = larger
    }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            assert(index >= 0 && index < capacity)
            return base[index]
        }
        @inline(__always) set {
            assert(index >= 0 && index < capacity)
            base[index] = newValue
        }
    }

    var view: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }
}

/// What a lexer and a parser look at before they have read anything. It lives as long as the process, and nobody changes it.
enum EmptySource {
    /// A NUL, as at the end of every text.
    nonisolated(unsafe) static let text: UnsafeMutablePointer<UInt8> = {
        let text = UnsafeMutablePointer<UInt8>.allocate(capacity: SourceText.padding)
        text.initialize(repeating: 0, count: SourceText.padding)
        return text
    }()

    nonisolated(unsafe) static let token: UnsafeMutablePointer<Token> = {
        let token = UnsafeMutablePointer<Token>.allocate(capacity: 1)
        token.initialize(to: Token(.end, 0, 0))
        return token
    }()
}
