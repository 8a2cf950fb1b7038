/// A canonical shape and the messages that have it.
public struct Shape: Sendable, Equatable, Identifiable {
    public let id: ShapeID
    /// Messages of this shape.
    public internal(set) var count: UInt64
    /// Nanoseconds since 1970 of the earliest and the latest message that had a time.
    public internal(set) var first: Int64?
    public internal(set) var last: Int64?
    /// The sample of the earliest message; of several, the smallest. Messages without a time come last.
    public internal(set) var sample: UInt64
    /// When the message of `sample` was written.
    var sampleTime: Int64
    /// The canonical bytes (`ShapeText`).
    let canonical: [UInt8]

    init(id: ShapeID, canonical: [UInt8], time: Int64?, sample: UInt64) {
        self.id = id
        self.canonical = canonical
        count = 1
        first = time
        last = time
        self.sample = sample
        sampleTime = time ?? .max
    }

    init(
        id: ShapeID, canonical: [UInt8], count: UInt64, first: Int64?, last: Int64?, sample: UInt64, sampleTime: Int64
    ) {
        self.id = id
        self.canonical = canonical
        self.count = count
        self.first = first
        self.last = last
        self.sample = sample
        self.sampleTime = sampleTime
    }

    @inline(__always)
    mutating func see(at time: Int64?, sample: UInt64) {
        count += 1
        if let time {
            if first.map({ time < $0 }) ?? true { first = time }
            if last.map({ time > $0 }) ?? true { last = time }
        }
        keepSample(sample, time ?? .max)
    }

    /// Adds what another miner counted. The order of merging does not matter.
    mutating func merge(_ other: Shape) {
        count += other.count
        if let time = other.first, first.map({ time < $0 }) ?? true { first = time }
        if let time = other.last, last.map({ time > $0 }) ?? true { last = time }
        keepSample(other.sample, other.sampleTime)
    }

    @inline(__always)
    private mutating func keepSample(_ candidate: UInt64, _ time: Int64) {
        if time < sampleTime || (time == sampleTime && candidate < sample) { (sampleTime, sample) = (time, candidate) }
    }

    /// The text to read, with `<*>` for a hole.
    public var text: String {
        if id.isCoarse { return "<*> (\(id.low) words, over the cap of shapes)" }
        var lexicon = Lexicon()
        let symbols = ShapeText.symbols(of: canonical, &lexicon) ?? []
        return String(decoding: ShapeText.readable(symbols, lexicon), as: UTF8.self)
    }
}
