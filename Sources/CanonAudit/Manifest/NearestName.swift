/// Finds the name somebody most likely meant.
public enum NearestName {
    /// The candidate with the smallest edit distance, if it is near enough to be worth proposing: at most a third of
    /// the longer name, and never more than three edits, or a beginning of it. The first of several equally near ones wins.
    public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = editDistance(name.lowercased(), candidate.lowercased())
            let allowance = min(3, max(1, max(name.count, candidate.count) / 3))
            // An abbreviation of four letters or more is near, however much was left off.
            let isAbbreviation = name.count >= 4 && candidate.lowercased().hasPrefix(name.lowercased())
            guard distance <= allowance || isAbbreviation, distance < best?.distance ?? .max else { continue }
            best = (candidate, distance)
        }
        return best?.name
    }

    /// Optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours count one each.
    public static func editDistance(_ first: String, _ second: String) -> Int {
        let left = Array(first)
        let right = Array(second)
        guard !left.isEmpty else { return right.count }
        guard !right.isEmpty else { return left.count }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var distance = min(previous[column] + 1, current[column - 1] + 1, substitution)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    distance = min(distance, beforePrevious[column - 2] + 1)
                }
                current.append(distance)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
