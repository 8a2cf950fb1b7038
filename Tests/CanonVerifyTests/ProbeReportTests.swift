import CanonTestSupport
import CanonWire
import Foundation
import Testing

@testable import CanonVerify

@Suite("The report of a probe")
struct ProbeReportTests {
    private static func report(_ outcomes: [StepOutcome]) -> ProbeReport {
        ProbeReport(
            url: "http://h", profile: .canon, startedAt: .now(), milliseconds: 12, serverVersion: nil,
            entries: zip(ProbeStep.all, outcomes).map { step, outcome in
                .init(
                    id: step.id, title: step.title, asserts: step.asserts, section: step.section, outcome: outcome,
                    milliseconds: 1)
            })
    }

    private static let failure = StepOutcome.failed(expected: "a", came: "b", remedy: "c")

    @Test("every kind of outcome fits the schema, and so does the verdict of a watch")
    func schema() throws {
        let schema = try JSONSchema(Repository.data("docs/schemas/probe-report.schema.json"))
        let all = Self.report([.held("x"), Self.failure, .unknown("y"), .notRun(needs: ["login"]), .skipped])
        #expect(try schema.problems(in: Data(all.json.encodedText.utf8)) == [])
        var watch = StabilityReport(from: .now(), planned: 3)
        #expect(try schema.problems(in: Data(watch.json.encodedText.utf8)) == [])
        watch.add(all)
        #expect(try schema.problems(in: Data(watch.json.encodedText.utf8)) == [])
        #expect(watch.json["first_failure"]?["step"]?.string == all.entries[1].id)
        // And the schema can fail.
        var wrong = all.json
        wrong["verdict"] = "fine"
        #expect(try !schema.problems(in: Data(wrong.encodedText.utf8)).isEmpty)
    }

    @Test(
        "the verdict is the worst of the steps, and what was left out on request does not count",
        arguments: [
            ([.held(""), .held("")], .held), ([.held(""), .skipped], .held), ([.held(""), .unknown("")], .unknown),
            ([.held(""), .notRun(needs: [])], .unknown), ([.unknown(""), ProbeReportTests.failure], .failed),
        ] as [([StepOutcome], ProbeReport.Verdict)])
    func verdict(outcomes: [StepOutcome], verdict: ProbeReport.Verdict) {
        #expect(Self.report(outcomes).verdict == verdict)
    }

    @Test("steps have identities of their own, need only earlier ones, and cite headings that exist")
    func steps() throws {
        let protocolText = try Repository.text("docs/protocol.md")
        let guide = try Repository.text("docs/guides/probe-and-load.md")
        for profile in ProbeStep.Profile.allCases {
            var seen: Set<String> = []
            for step in ProbeStep.all where step.profiles.contains(profile) {
                #expect(Set(step.needs).isSubset(of: seen), "\(step.id) needs what is not run before it")
                #expect(seen.insert(step.id).inserted, "\(step.id) twice")
            }
        }
        for step in ProbeStep.all {
            #expect(protocolText.contains("\n## \(step.section)\n"), "\(step.id): \(step.section)")
            #expect(guide.contains("| `\(step.id)` |"), "\(step.id) is missing in the guide")
        }
    }

    @Test("a watch is stable only when every round of the whole window held")
    func stability() {
        var report = StabilityReport(from: .now(), planned: 2)
        report.add(Self.report([.held("")]))
        #expect(report.verdict == .unknown, "one round is not begun")
        report.add(Self.report([.held("")]))
        #expect(report.verdict == .stable)
        var doubtful = StabilityReport(from: .now(), planned: 2)
        doubtful.add(Self.report([.held("")]))
        doubtful.add(Self.report([.unknown("")]))
        #expect(doubtful.verdict == .unknown)
        doubtful.add(Self.report([Self.failure]))
        #expect(doubtful.verdict == .unstable)
        #expect(doubtful.summary.contains("1 failed"))
    }

    @Test("rounds begin at their times; those that pass during a long one are left out and counted")
    func pace() async {
        let interval = Duration.milliseconds(40)
        var durations = [0, 100, 0, 0].makeIterator()
        let clock = ContinuousClock()
        let start = clock.now
        var begins: [Duration] = []
        let watch = StabilityWatch(every: interval, for: interval * 5)
        let report = await watch.run {
            begins.append(start.duration(to: clock.now))
            try? await Task.sleep(for: .milliseconds(durations.next() ?? 0))
            return Self.report([.held("")])
        } onRound: { _, _ in
        }
        // On a busy machine more may be left out, never fewer, and none begins before its time.
        #expect(report.planned == 5)
        #expect(report.done + report.missed == 5)
        #expect(report.missed >= 1)
        #expect(report.verdict == .unknown)
        for (index, begin) in begins.enumerated() { #expect(begin >= interval * index) }
    }

    @Test("a watch that is interrupted says what it has, and is not stable")
    func interrupted() async {
        let watch = StabilityWatch(every: .seconds(3600), for: .seconds(7200))
        let task = Task {
            await watch.run {
                Self.report([.held("")])
            } onRound: { _, _ in
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        let report = await task.value
        #expect(report.held == 1 && report.verdict == .unknown)
        #expect(report.summary.contains("1 not begun"))
    }
}
