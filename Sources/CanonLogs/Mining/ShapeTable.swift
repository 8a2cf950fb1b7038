/// The shapes of a miner: the `limit` smallest identities seen, and the coarse shapes that count the rest.
///
/// A shape among the `limit` smallest of all is among the smallest of any part, so it is never dropped on the way and its count
/// is exact; which shapes stay depends on the set of messages only.
struct ShapeTable: Sendable {
    private let limit: Int
    private var slots: [Shape] = []
    private var index: [ShapeID: Int32] = [:]
    /// The largest identity that is kept; it falls when shapes are dropped.
    private(set) var ceiling: ShapeID

    init(limit: Int, ceiling: ShapeID = ShapeID(high: .max, low: .max)) {
        self.limit = limit
        self.ceiling = ceiling
    }

    @inline(__always)
    func id(_ slot: Int) -> ShapeID { slots[slot].id }

    func slot(of id: ShapeID) -> Int? { index[id].map(Int.init) }

    @inline(__always)
    mutating func see(_ slot: Int, at time: Int64?, sample: UInt64) { slots[slot].see(at: time, sample: sample) }

    /// Adds a shape. Returns its slot, and whether other shapes have moved to other slots.
    mutating func add(_ shape: Shape) -> (slot: Int, moved: Bool) {
        // Shapes are dropped in bulk, so that the work for each is small.
        let isFull = slots.count >= 2 * limit + Int(ShapeID.wordLimit) && index[shape.id] == nil
        if isFull { prune() }
        return (put(shape.id > ceiling ? coarse(of: shape) : shape), isFull)
    }

    private mutating func put(_ shape: Shape) -> Int {
        if let slot = index[shape.id] {
            slots[Int(slot)].merge(shape)
            return Int(slot)
        }
        index[shape.id] = Int32(slots.count)
        slots.append(shape)
        return slots.count - 1
    }

    private func coarse(of shape: Shape) -> Shape {
        Shape(
            id: shape.id.coarse, canonical: [], count: shape.count, first: shape.first, last: shape.last,
            sample: shape.sample, sampleTime: shape.sampleTime)
    }

    /// Keeps the `limit` smallest shapes and counts the others as coarse.
    private mutating func prune() {
        let ceiling = ceiling
        let kept = slots.map(\.id).filter { !$0.isCoarse && $0 <= ceiling }.sorted()
        if kept.count > limit { self.ceiling = kept[limit - 1] }
        let old = slots
        slots = []
        index = [:]
        for shape in old { _ = put(shape.id > self.ceiling ? coarse(of: shape) : shape) }
    }

    mutating func merge(_ other: ShapeTable) {
        ceiling = min(ceiling, other.ceiling)
        for shape in other.slots { _ = add(shape) }
    }

    /// The shapes within the limit, ordered by identity, coarse ones first.
    func sorted() -> [Shape] { pruned().slots.sorted { $0.id < $1.id } }

    /// The same state without what is only waiting to be dropped: equal for equal sets of messages.
    func pruned() -> ShapeTable {
        var table = self
        table.prune()
        return table
    }
}
