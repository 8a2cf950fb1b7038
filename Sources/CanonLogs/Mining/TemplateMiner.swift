/// Counts messages by their canonical shape, and finds the templates that the shapes are instances of.
///
/// Its state is a set of shapes with their counts: any order of messages and any split into miners that are merged later gives
/// the same state, and `templates()` is a function of that state alone.
public struct TemplateMiner: Sendable {
    /// Changes when another version would give other shapes or templates.
    public static let algorithmVersion: UInt32 = 1

    public let limits: MinerLimits
    private(set) var table: ShapeTable
    /// Messages seen and cut; the other counts follow from the table.
    private(set) var counts = MinerTally()
    /// The tokens of the message at hand: `tokenCount` of them.
    private var tokens: [LogToken]
    private var tokenCount = 0
    private var isTruncated = false
    private var cache = RecentShapes()
    private var canonicalizer = Canonicalizer()

    public init(limits: MinerLimits = .standard) {
        self.limits = limits
        table = ShapeTable(limit: limits.shapes)
        tokens = Array(repeating: .space(), count: LogLexer.tokenLimit + 2)
    }

    /// Counts a message.
    ///
    /// - Parameters:
    ///   - message: any bytes; UTF-8 is expected, and what is not is kept as it is. One line, or the first line of several.
    ///   - time: nanoseconds since 1970, if known.
    ///   - sample: whatever finds the message again: an offset, the number of a row.
    /// - Returns: the identity of its shape.
    @discardableResult
    public mutating func add(
        _ message: UnsafeBufferPointer<UInt8>, at time: Int64? = nil, sample: UInt64 = 0
    ) -> ShapeID {
        let key = lex(message)
        counts.messages += 1
        if isTruncated { counts.truncatedMessages += 1 }
        if let slot = cache.slot(of: key) {
            table.see(slot, at: time, sample: sample)
            return table.id(slot)
        }
        return addNew(message, key, time, sample)
    }

    /// Counts a message.
    @discardableResult
    public mutating func add(_ message: String, at time: Int64? = nil, sample: UInt64 = 0) -> ShapeID {
        var message = message
        return message.withUTF8 { add($0, at: time, sample: sample) }
    }

    /// The identity that `add` would return, without counting.
    public mutating func shape(of message: UnsafeBufferPointer<UInt8>) -> ShapeID {
        let key = lex(message)
        if let slot = cache.slot(of: key) { return table.id(slot) }
        let canonical = canonicalizer.canonical(message, tokens[..<tokenCount], limit: limits.bytesPerShape)
        let id = ShapeID(hashing: canonical)
        return table.slot(of: id) == nil ? id.coarse : id
    }

    /// Fills `tokens` and returns their key.
    @inline(__always)
    private mutating func lex(_ message: UnsafeBufferPointer<UInt8>) -> RecentShapes.Key {
        let result = tokens.withUnsafeMutableBufferPointer { tokens in
            var lexer = LogLexer(message, into: tokens.baseAddress!)
            lexer.run()
            let key = RecentShapes.key(UnsafeBufferPointer(start: tokens.baseAddress!, count: lexer.count))
            return (key: key, count: lexer.count, isTruncated: lexer.isTruncated)
        }
        tokenCount = result.count
        isTruncated = result.isTruncated
        return result.key
    }

    @inline(never)
    private mutating func addNew(
        _ message: UnsafeBufferPointer<UInt8>, _ key: RecentShapes.Key, _ time: Int64?, _ sample: UInt64
    ) -> ShapeID {
        let canonical = canonicalizer.canonical(message, tokens[..<tokenCount], limit: limits.bytesPerShape)
        let shape = Shape(id: ShapeID(hashing: canonical), canonical: canonical, time: time, sample: sample)
        let added = table.add(shape)
        if added.moved { cache.removeAll() }
        cache.insert(key, slot: added.slot)
        return table.id(added.slot)
    }

    /// Adds what another miner counted.
    public mutating func merge(_ other: TemplateMiner) {
        counts.messages += other.counts.messages
        counts.truncatedMessages += other.counts.truncatedMessages
        table.merge(other.table)
        cache.removeAll()
    }

    /// The shapes, ordered by identity. At most `limits.shapes`, and the coarse ones.
    public var shapes: [Shape] { table.sorted() }

    /// What was seen, and what the limits cost.
    public var tally: MinerTally {
        var tally = counts
        for shape in table.sorted() {
            if shape.id.isCoarse { tally.coarseMessages += shape.count } else { tally.shapes += 1 }
        }
        return tally
    }

    /// The templates of the shapes so far.
    public func templates() -> TemplateSet { TemplateSet(grouping: shapes) }

    /// A miner with shapes that were stored.
    init(limits: MinerLimits, shapes: [Shape], ceiling: ShapeID, messages: UInt64, truncatedMessages: UInt64) {
        self.init(limits: limits)
        table = ShapeTable(limit: limits.shapes, ceiling: ceiling)
        for shape in shapes { _ = table.add(shape) }
        counts.messages = messages
        counts.truncatedMessages = truncatedMessages
    }
}
