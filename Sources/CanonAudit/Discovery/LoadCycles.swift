import CanonCodeModel

/// Groups of files that all load each other: the strongly connected components of a graph of imports.
struct LoadCycles {
    /// The number of each file's group; of a file that is not reached the highest number.
    private var group: [UInt32]
    /// How many files a group has.
    private var size: [UInt32] = []

    /// Tarjan's algorithm with a stack of its own: chains of imports are long.
    ///
    /// - Parameters:
    ///   - loads: what each file of the model loads.
    ///   - files: where to begin.
    init(loads: [[FileID]], from files: [FileID]) {
        group = Array(repeating: .max, count: loads.count)
        var index = [UInt32](repeating: .max, count: loads.count)
        var low = index
        var onStack = [Bool](repeating: false, count: loads.count)
        var stack: [Int] = []
        var next: UInt32 = 0
        for start in files.map({ Int($0.rawValue) }) where index[start] == .max {
            var work: [(node: Int, edge: Int)] = [(start, 0)]
            while let (node, edge) = work.last {
                if edge == 0 {
                    index[node] = next
                    low[node] = next
                    next += 1
                    stack.append(node)
                    onStack[node] = true
                }
                if edge < loads[node].count {
                    work[work.count - 1].edge += 1
                    let target = Int(loads[node][edge].rawValue)
                    if index[target] == .max {
                        work.append((target, 0))
                    } else if onStack[target] {
                        low[node] = min(low[node], index[target])
                    }
                    continue
                }
                work.removeLast()
                if let parent = work.last?.node { low[parent] = min(low[parent], low[node]) }
                guard low[node] == index[node] else { continue }
                var members: UInt32 = 0
                while let member = stack.popLast() {
                    onStack[member] = false
                    group[member] = UInt32(size.count)
                    members += 1
                    if member == node { break }
                }
                size.append(members)
            }
        }
    }

    /// Whether a file is loaded, in the end, by what it loads.
    func contains(_ file: FileID) -> Bool {
        let own = group[Int(file.rawValue)]
        return own != .max && size[Int(own)] > 1
    }

    func areTogether(_ a: FileID, _ b: FileID) -> Bool {
        contains(a) && group[Int(a.rawValue)] == group[Int(b.rawValue)]
    }
}
