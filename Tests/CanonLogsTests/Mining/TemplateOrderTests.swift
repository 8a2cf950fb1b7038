import CanonTestSupport
import Testing

@testable import CanonLogs

@Suite("The templates of a log")
struct TemplateOrderTests {
    @Test("are the statements that wrote it", arguments: [1, 2, 3] as [UInt64])
    func findsStatements(seed: UInt64) {
        var log = GeneratedLog(seed: seed)
        let lines = log.lines(5_000)
        var miner = TemplateMiner()
        let shapes = lines.map { miner.add($0.line) }
        let templates = miner.templates()
        var statementOf: [TemplateID: Set<Int>] = [:]
        for (shape, line) in zip(shapes, lines) {
            statementOf[templates.template(of: shape)!.id, default: []].insert(line.statement)
        }
        #expect(statementOf.values.allSatisfy { $0.count == 1 }, "seed \(seed)")
        #expect(templates.templates.count == GeneratedLog.statements.count, "seed \(seed)")
        #expect(templates.templates.map(\.count).reduce(0, +) == 5_000)
    }

    @Test("do not depend on the order of the lines", arguments: 1...20 as ClosedRange<UInt64>)
    func ignoresOrder(seed: UInt64) {
        var log = GeneratedLog(seed: 7)
        let lines = log.lines(1_500).map(\.line)
        var generator = SeededGenerator(seed: seed)
        #expect(Self.summary(lines) == Self.summary(lines.shuffled(using: &generator)), "seed \(seed)")
    }

    @Test("are those of its shards together, however it is split", arguments: 1...8 as ClosedRange<UInt64>)
    func mergesShards(seed: UInt64) {
        var log = GeneratedLog(seed: seed)
        let lines = log.lines(1_500).map(\.line)
        var generator = SeededGenerator(seed: seed)
        var shards = [TemplateMiner(), TemplateMiner(), TemplateMiner()]
        for (number, line) in lines.enumerated() {
            shards[Int.random(in: 0..<3, using: &generator)].add(line, at: Int64(number), sample: UInt64(number))
        }
        var merged = shards[2]
        merged.merge(shards[0])
        merged.merge(shards[1])
        var whole = TemplateMiner()
        for (number, line) in lines.enumerated() { whole.add(line, at: Int64(number), sample: UInt64(number)) }
        #expect(merged.encoded() == whole.encoded(), "seed \(seed)")
    }

    @Test(
        "do not depend on the order of the lines when there are more shapes than the limit",
        arguments: 1...8 as ClosedRange<UInt64>)
    func ignoresOrderOverLimit(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let words = ["red", "green", "blue", "black", "white", "grey", "pink", "brown"]
        let lines = (0..<3_000).map { _ in
            (0..<Int.random(in: 2...6, using: &generator)).map { _ in words.randomElement(using: &generator)! }
                .joined(separator: " ")
        }
        let limits = MinerLimits(shapes: 50)
        func encoded(_ lines: [String]) -> [UInt8] {
            var miner = TemplateMiner(limits: limits)
            for line in lines { miner.add(line, sample: UInt64(line.utf8.count)) }
            return miner.encoded()
        }
        var halves = [TemplateMiner(limits: limits), TemplateMiner(limits: limits)]
        for (number, line) in lines.enumerated() { halves[number % 2].add(line, sample: UInt64(line.utf8.count)) }
        halves[0].merge(halves[1])
        let straight = encoded(lines)
        #expect(straight == encoded(lines.shuffled(using: &generator)), "seed \(seed)")
        #expect(straight == halves[0].encoded(), "seed \(seed)")
    }

    @Test("account for each message when there are more shapes than the limit")
    func countsOverLimit() {
        var miner = TemplateMiner(limits: MinerLimits(shapes: 10))
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        let lines = (0..<600).map { "\(letters[$0 % 26])\(letters[$0 / 26 % 26])x is \(letters[$0 % 7])q" }
        let shapes = lines.map { miner.add($0) }
        let tally = miner.tally
        #expect(tally.messages == 600)
        #expect(tally.shapes == 10)
        #expect(
            tally.coarseMessages + UInt64(miner.shapes.filter { !$0.id.isCoarse }.map { Int($0.count) }.reduce(0, +))
                == 600)
        let templates = miner.templates()
        #expect(templates.templates.map(\.count).reduce(0, +) == 600)
        #expect(shapes.allSatisfy { templates.template(of: $0) != nil })
    }

    static func summary(_ lines: [String]) -> [String: UInt64] {
        var miner = TemplateMiner()
        for line in lines { miner.add(line) }
        return Dictionary(uniqueKeysWithValues: miner.templates().templates.map { ("\($0.id) \($0.text)", $0.count) })
    }
}
