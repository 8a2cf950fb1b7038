/// How deep CPython's parser gets: what it nests costs levels of its stack, and beyond a limit `ast.parse` raises
/// `MemoryError`.
///
/// Measured on 3.8.18 to 3.13.0 with each construct nested until it failed. Since 3.11 the conversion of the tree to Python
/// objects has a limit of its own, which ``treeDepth`` holds (`RecursionError`).
struct NestingCost {
    /// The levels there are.
    let limit: Int32
    /// The depth of the tree, in nodes of `ast`, that can be converted.
    let treeDepth: Int

    let group: Int32
    let list: Int32
    /// A dictionary or set.
    let dictionary: Int32
    /// The default of a parameter.
    let parameterDefault: Int32
    let call: Int32
    let `subscript`: Int32
    let unary: Int32 = 1
    let lambda: Int32 = 2
    let power: Int32 = 2
    let yield: Int32
    /// An f-string in an f-string. Before 3.12 each is parsed on its own.
    let formatted: Int32
    let pattern: Int32
    /// An indented block.
    let block: Int32
    let elif: Int32
    /// `for` and `if` in a comprehension, which nest in 3.8 only.
    let generator: Int32
    let condition: Int32

    /// From this many operators, calls or attributes in a row on, the depth of the tree is checked.
    static let longChain = 64
    /// From this nesting on, too.
    static let deep: Int32 = 600

    init(version: PythonVersion) {
        let isOld = version == .v3_8
        limit = isOld ? 1679 : 5969
        treeDepth =
            switch version {
            case .v3_8, .v3_9, .v3_10: .max
            case .v3_11: 2991
            case .v3_12: 2996
            case .v3_13, .v3_14: 9997
            }
        group = isOld ? 17 : 27
        list = isOld ? 17 : 29
        dictionary = isOld ? 16 : 29
        parameterDefault = isOld ? 1 : 6
        call = isOld ? 17 : 24
        self.subscript = isOld ? 17 : 24
        yield = isOld ? 1 : 2
        formatted = version < .v3_12 ? 1 : 33
        pattern = 14
        block = isOld ? 4 : 6
        elif = isOld ? 0 : 1
        generator = isOld ? 3 : 0
        condition = isOld ? 2 : 0
    }
}

extension Grammar {
    /// Refuses a tree that CPython could not convert to Python objects.
    mutating func checkDepth() throws(Stop) {
        guard mayBeDeep, cost.treeDepth != .max else { return }
        // Depth first, without recursion. Only nodes that CPython has count.
        var pending: [(id: UInt32, depth: Int)] = [(root.index, 1)]
        while let (id, depth) = pending.popLast() {
            let node = node(id)
            if depth > cost.treeDepth {
                throw fail(at: node.start, "too complex: maximum recursion depth exceeded during ast construction")
            }
            let shape = node.kind.shape
            let isCounted = node.kind != .definition && node.kind != .identifier && node.kind != .stringPart
            for (bit, slot) in [node.a, node.b, node.c, node.d].enumerated() where slot != 0 {
                if shape.nodes & 1 << bit != 0 {
                    pending.append((slot, depth + (isCounted ? 1 : 0)))
                } else if shape.lists & 1 << bit != 0 {
                    var element = slot
                    while element != 0 {
                        pending.append((element, depth + (isCounted ? 1 : 0)))
                        element = self.node(element).next.index
                    }
                }
            }
        }
    }
}
