import CanonTestSupport
import Testing

@testable import CanonLogs

@Suite("A stored miner")
struct MinerCodingTests {
    private static func miner() -> TemplateMiner {
        var miner = TemplateMiner(limits: MinerLimits(shapes: 20))
        var log = GeneratedLog(seed: 11)
        for number in 0..<300 {
            miner.add(log.next().line, at: number % 3 == 0 ? nil : Int64(number), sample: UInt64(number))
        }
        return miner
    }

    @Test("is read back as it was")
    func roundTrip() throws {
        let stored = Self.miner().encoded()
        let read = try TemplateMiner(decoding: stored)
        #expect(read.encoded() == stored)
        #expect(read.shapes == Self.miner().shapes)
        #expect(read.tally == Self.miner().tally)
    }

    @Test("goes on counting where it stopped")
    func goesOn() throws {
        var log = GeneratedLog(seed: 12)
        let lines = log.lines(400).map(\.line)
        var whole = TemplateMiner()
        for line in lines { whole.add(line) }
        var first = TemplateMiner()
        for line in lines.prefix(150) { first.add(line) }
        var second = try TemplateMiner(decoding: first.encoded())
        for line in lines.dropFirst(150) { second.add(line) }
        #expect(second.encoded() == whole.encoded())
    }

    @Test("that is damaged is refused, never believed")
    func refusesDamage() {
        let stored = Self.miner().encoded()
        for length in [0, 5, 10, 40, stored.count - 1] {
            #expect(throws: MinerFormatError.self) { try TemplateMiner(decoding: Array(stored.prefix(length))) }
        }
        #expect(throws: MinerFormatError.self) { try TemplateMiner(decoding: stored + [0]) }
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<300 {
            var broken = stored
            let at = Int.random(in: 0..<broken.count, using: &generator)
            broken[at] ^= UInt8.random(in: 1...255, using: &generator)
            // Counts and times may be changed without notice; what is read must be usable all the same.
            _ = try? TemplateMiner(decoding: broken).templates()
        }
    }

    @Test("of another version is refused with its number")
    func refusesVersions() {
        var stored = Self.miner().encoded()
        stored[12] = 99
        #expect { try TemplateMiner(decoding: stored) } throws: { "\($0)".contains("algorithm 99") }
    }
}
