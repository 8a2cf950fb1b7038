import CanonTestSupport
import CanonVerify
import Foundation
import Testing

struct HistoryReportTests {
    @Test("a commit that cannot be read is told, the others are measured, and the run ends with 3")
    func unreadable() {
        var history = HistoryFixture(states: [(2, 1, 4), (2, 1, 4), (1, 4, 4)])
        #expect(history.report().exitStatus == 0)
        history.broken = [1]
        let report = history.report()
        #expect(report.samples.map { $0.problem } == [nil, "its tree is not there", nil])
        #expect(report.samples.map(\.concepts.count) == [1, 0, 1])
        #expect(report.exitStatus == 3)
        #expect(report.notes.contains { $0.hasSuffix("could not be read: its tree is not there") })
        #expect(report.concepts == ["rooms"])
        #expect(report.html.contains("not read: its tree is not there"))
    }

    @Test("the first commit cannot be read, and the concepts are known all the same")
    func firstUnreadable() {
        let report = HistoryFixture(states: [(2, 1, 4), (1, 4, 4)], broken: [0]).report()
        #expect(report.concepts == ["rooms"])
        #expect(report.trends[0].direction == .unknown)
    }

    @Test("each sample is announced, and the end")
    func progress() {
        var told: [Int] = []
        _ = HistoryFixture(states: [nil, nil, nil]).report { done, total in
            told.append(done)
            #expect(total == 3)
        }
        #expect(told == [0, 1, 2, 3])
    }

    @Test("a figure that did not move is told as a measurement, and what was not measured is never 0 %")
    func sentences() {
        func sentence(_ states: [(Int, Int, Int)?]) -> String {
            HistoryFixture(states: states.map { $0.map { (implementations: $0.0, bound: $0.1, consumers: $0.2) } })
                .report().trends[0].sentence
        }
        #expect(
            sentence([(3, 0, 11), (3, 0, 11), (3, 0, 11)])
                == "rooms: still 0.0 % (1/3 x 0/11), as measured at 3 commits")
        #expect(
            sentence([(3, 0, 11), (2, 0, 9)])
                == "rooms: still 0.0 % (1/3 x 0/11, then 1/2 x 0/9), as measured at 2 commits")
        #expect(sentence([(2, 1, 4), (1, 4, 4)]) == "rooms: 12.5 % (1/2 x 1/4), then 100.0 % (1/1 x 4/4)")
        // It went and came back: "still" would be a lie.
        #expect(sentence([(2, 1, 4), (1, 4, 4), (2, 1, 4)]) == "rooms: 12.5 % (1/2 x 1/4), then 12.5 % (1/2 x 1/4)")
        #expect(sentence([nil, (1, 0, 2)]) == "rooms: not measured: no canonical object, then 0.0 % (1/1 x 0/2)")
        #expect(sentence([(1, 0, 0), (1, 0, 0)]).contains("not measured: no consumer"))
        #expect(!sentence([(1, 0, 0), (1, 0, 0)]).contains("%"))
        #expect(sentence([(1, 1, 2)]) == "rooms: 50.0 % (1/1 x 1/2), at one commit only")
    }

    @Test("the direction goes by the score, and is unknown where an end has none")
    func directions() {
        func direction(_ first: (Int, Int, Int)?, _ last: (Int, Int, Int)?) -> ConceptTrend.Direction {
            HistoryFixture(
                states: [first, last].map { $0.map { (implementations: $0.0, bound: $0.1, consumers: $0.2) } }
            )
            .report().trends[0].direction
        }
        #expect(direction((2, 1, 4), (1, 1, 4)) == .better)
        #expect(direction((1, 1, 4), (2, 1, 4)) == .worse)
        #expect(direction((2, 2, 4), (1, 1, 4)) == .same)
        #expect(direction(nil, (1, 1, 4)) == .unknown)
        #expect(direction((1, 1, 4), (1, 0, 0)) == .unknown)
    }

    @Test("the JSON is what the published schema says, and says all of the report", arguments: 0..<50)
    func json(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let schema = try JSONSchema(Repository.data("docs/schemas/history-report.schema.json"))
        let report = Self.random(&random).report(samples: Int.random(in: 2...12, using: &random))
        #expect(try schema.problems(in: Data(report.json)) == [], "seed \(seed)")
        #expect(try JSONDecoder().decode(HistoryReport.self, from: Data(report.json)) == report, "seed \(seed)")
    }

    @Test("the CSV has a line for each concept of each sample, and nothing where nothing was measured")
    func csv() {
        var history = HistoryFixture(states: [nil, (2, 1, 4), (2, 1, 4)])
        history.broken = [2]
        let lines = history.report().csv.split(separator: "\r\n").map(String.init)
        let columns = HistoryReportTests.fields(lines[0])
        let rows = lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(columns, Self.fields($0))) }
        #expect(lines.allSatisfy { Self.fields($0).count == columns.count })
        #expect(rows.map { $0["score"] } == ["", "12.5", ""])
        #expect(rows.map { $0["implementations"] } == ["", "2", ""])
        #expect(rows.map { $0["standing"] } == ["no canonical object", "measured", ""])
        #expect(rows[2]["problem"] == "its tree is not there")
    }

    @Test("nothing of a repository becomes markup, and a gap in the measurements is a gap in the line")
    func page() {
        let commit = HistoryReport.Commit(
            id: String(repeating: "a", count: 40), time: "2025-09-12T00:00:00Z", subject: "<script>")
        var history = HistoryFixture(states: [(2, 1, 4), (2, 2, 4), nil, (1, 3, 4), (1, 4, 4)])
        history.concept = "<i>rooms</i>"
        let report = history.report(detectorChanges: [.init(commit: commit, changes: ["what is excused (waivers)"])])
        let html = report.html
        #expect(!html.contains("<script") && !html.contains("<i>rooms") && html.contains("&lt;i&gt;rooms"))
        #expect(!html.contains("://") && html.contains("light dark"))
        let score = html.components(separatedBy: "<figure").first { $0.contains("<strong>Score</strong>") } ?? ""
        #expect(score.components(separatedBy: "<polyline").count - 1 == 2)
        #expect(score.components(separatedBy: "<circle").count - 1 == 4)
        #expect(score.contains("role=\"img\" aria-label=\"Score, %: score\""))
        #expect(html.contains("<th scope=\"col\">Fan-in</th>") && html.contains("not measured: no canonical object"))
        #expect(!report.markdown.contains("<i>rooms"))
    }

    private static func random(_ random: inout SeededGenerator) -> HistoryFixture {
        let count = Int.random(in: 1...30, using: &random)
        var states: [(implementations: Int, bound: Int, consumers: Int)?] = []
        for _ in 0..<count {
            let consumers = Int.random(in: 0...5, using: &random)
            let one = (Int.random(in: 1...4, using: &random), Int.random(in: 0...consumers, using: &random), consumers)
            states.append(Int.random(in: 0...4, using: &random) == 0 ? nil : one)
        }
        let broken = (0..<count).filter { _ in Int.random(in: 0...4, using: &random) == 0 }
        return HistoryFixture(states: states, broken: Set(broken))
    }

    /// Of a line of CSV without line ends in its fields.
    private static func fields(_ line: String) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}
