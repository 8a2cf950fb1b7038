import CanonCodeModel
import CanonFacts

/// Finds the pairs of alike classes with an index instead of comparing all with all.
struct LikenessFinder {
    private let shapes: [ClassShape]
    /// In how many classes a method name stands.
    private var frequency: [UInt64: Int] = [:]

    init(shapes: [ClassShape]) {
        self.shapes = shapes
        for shape in shapes { for method in shape.methods { frequency[method, default: 0] += 1 } }
    }

    mutating func pairs(_ model: CodeModel) -> [Likeness] {
        var found: [Likeness] = []
        for pair in candidates() {
            let (a, b) = (shapes[Int(pair >> 32)], shapes[Int(pair & 0xFFFF_FFFF)])
            if let likeness = likeness(a, b, model) { found.append(likeness) }
        }
        return found.sorted { $0.first != $1.first ? $0.first < $1.first : $0.second < $1.second }
    }

    /// Pairs of indices that share a rare method name or a long enough body.
    private func candidates() -> Set<UInt64> {
        var candidates: Set<UInt64> = []
        var byMethod: [UInt64: [Int]] = [:]
        var byBody: [UInt64: [Int]] = [:]
        func meet(_ index: Int, _ others: [Int]) {
            for other in others where other != index { candidates.insert(UInt64(other) << 32 | UInt64(index)) }
        }
        for (index, shape) in shapes.enumerated() {
            if shape.methods.count >= Likenesses.leastMethods, !shape.state.isEmpty {
                let rarest = shape.methods.sorted { (frequency[$0]!, $0) < (frequency[$1]!, $1) }
                let needed = Int((Double(rarest.count) * Likeness.leastOverlap).rounded(.up))
                for method in rarest.prefix(rarest.count - needed + 1) {
                    meet(index, byMethod[method] ?? [])
                    byMethod[method, default: []].append(index)
                }
            }
            for body in shape.bodies {
                let others = byBody[body.shape] ?? []
                // A body in very many classes is boilerplate; its pairs would be as many as its square.
                guard others.count < Self.mostCopies else { continue }
                meet(index, others)
                byBody[body.shape, default: []].append(index)
            }
        }
        return candidates
    }

    private static let mostCopies = 32

    private func likeness(_ a: ClassShape, _ b: ClassShape, _ model: CodeModel) -> Likeness? {
        var shared = Self.intersection(a.methods, b.methods)
        let cloned = Self.clonedLines(a, b)
        let state = a.state.intersection(b.state)
        guard cloned >= Likeness.leastClonedLines || Self.overlap(shared.count, a, b) >= Likeness.leastOverlap else {
            return nil
        }
        let (first, second) = (model.classInfo(of: a.object), model.classInfo(of: b.object))
        guard !first.ancestors.contains(b.object), !second.ancestors.contains(a.object) else { return nil }
        var (own, others) = (a, b)
        // What a common ancestor declares is the interface of both.
        for ancestor in first.ancestors where second.ancestors.contains(ancestor) {
            let inherited = Set(ClassShape.methodHashes(of: ancestor, in: model))
            shared.removeAll { inherited.contains($0) }
            own.methods.removeAll { inherited.contains($0) }
            others.methods.removeAll { inherited.contains($0) }
        }
        let overlap = shared.count >= Likenesses.leastMethods ? Self.overlap(shared.count, own, others) : 0
        let names = model.publicMethodNames(of: a.object, inherited: false)
        let sharedHashes = Set(shared)
        let likeness = Likeness(
            first: min(a.object, b.object), second: max(a.object, b.object), methodOverlap: overlap,
            sharedMethods: names.filter { sharedHashes.contains(ClassShape.hash(of: $0)) }, stateKinds: state,
            clonedLines: cloned)
        return likeness.isSecondImplementation ? likeness : nil
    }

    private static func overlap(_ shared: Int, _ a: ClassShape, _ b: ClassShape) -> Double {
        let all = a.methods.count + b.methods.count - shared
        return all == 0 ? 0 : Double(shared) / Double(all)
    }

    /// Of two sorted lists.
    private static func intersection(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        var result: [UInt64] = []
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            if a[i] == b[j] { result.append(a[i]) }
            let (left, right) = (a[i], b[j])
            if left <= right { i += 1 }
            if right <= left { j += 1 }
        }
        return result
    }

    private static func clonedLines(_ a: ClassShape, _ b: ClassShape) -> Int {
        guard !a.bodies.isEmpty, !b.bodies.isEmpty else { return 0 }
        var left = b.bodies
        var lines = 0
        for body in a.bodies {
            guard let index = left.firstIndex(where: { $0.shape == body.shape }) else { continue }
            lines += min(body.lines, left[index].lines)
            left.remove(at: index)
        }
        return lines
    }
}

extension ClassShape {
    static func hash(of name: String) -> UInt64 {
        var name = name
        return name.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
    }

    static func methodHashes(of object: ObjectID, in model: CodeModel) -> [UInt64] {
        model.publicMethodNames(of: object, inherited: false).map { hash(of: $0) }
    }
}
