/// Which commits of a line are looked at, when all of them would take too long.
public enum CommitSampling {
    /// Places from 0, evenly spaced, always the first and the last one; all of them when there are no more than asked for.
    ///
    /// - Parameter samples: at least 2 where there are 2 commits: a line has two ends.
    public static func places(of samples: Int, among commits: Int) -> [Int] {
        guard commits > 0 else { return [] }
        let count = min(max(samples, 2), commits)
        guard count > 1 else { return [0] }
        // Rounded to the nearest; as count does not exceed commits, no two fall together.
        return (0..<count).map { ($0 * (commits - 1) * 2 + count - 1) / (2 * (count - 1)) }
    }
}
