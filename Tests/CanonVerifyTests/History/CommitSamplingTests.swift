import CanonTestSupport
import CanonVerify
import Testing

struct CommitSamplingTests {
    @Test("both ends are always there, none twice, and the steps between differ by one at most", arguments: 0..<200)
    func even(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let commits = Int.random(in: 1...2_000, using: &random)
        let samples = Int.random(in: 0...60, using: &random)
        let places = CommitSampling.places(of: samples, among: commits)
        #expect(places.count == min(max(samples, 2), commits), "seed \(seed)")
        #expect(places.first == 0 && places.last == commits - 1, "seed \(seed)")
        let steps = zip(places, places.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 > 0 }, "seed \(seed)")
        #expect((steps.max() ?? 0) - (steps.min() ?? 0) <= 1, "seed \(seed)")
    }

    @Test("of no commits there is none")
    func none() { #expect(CommitSampling.places(of: 5, among: 0) == []) }
}
