import CanonTestSupport
import CanonVerify
import Foundation
import Testing

/// A repository on a line, and what the auditor would say of each of its commits.
private struct Project: CommitHistory, StaticAnalysis {
    /// The implementations beside the canonical one, by commit.
    var commits: [Set<String>]
    /// Commits that are on a branch which was never merged, with where it left.
    var aside: [String: Int] = [:]
    let asked = Counter()

    final class Counter { var commits: Set<String> = [] }

    func commit(named name: String) -> String? {
        if name == "HEAD" { return "\(commits.count - 1)" }
        return aside[name] != nil || Int(name).map(commits.indices.contains) == true ? name : nil
    }

    func isAncestor(_ commit: String, of other: String) -> Bool {
        if let left = aside[other] { return commit == other || Int(commit).map { $0 <= left } ?? false }
        guard let first = Int(commit), let second = Int(other) else { return false }
        return first <= second
    }

    func parents(of commit: String) -> [String] {
        if let left = aside[commit] { return ["\(left)"] }
        return commit == "0" ? [] : ["\(Int(commit)! - 1)"]
    }

    func line(from: String, to: String) -> [String] { (Int(from)! + 1...Int(to)!).map(String.init) }
    func mergeBase(_ a: String, _ b: String) -> String? { "\(min(Int(a) ?? aside[a]!, Int(b) ?? aside[b]!))" }

    /// Names that begin so are interfaces of the program.
    func names(_ names: Set<String>, knownAt commit: String, by measure: Measure) -> Set<String> {
        names.filter { $0.hasPrefix("shop.interfaces.") }
    }

    func result(at commit: String, by measure: Measure) -> StaticResult {
        asked.commits.insert(commit)
        let others = aside[commit] != nil ? [] : commits[Int(commit)!]
        return StaticResult(
            commit: commit,
            concepts: ["Rooms": .init(canonical: "shop.rooms.Rooms", symbols: others.union(["shop.rooms.Rooms"]))])
    }
}

struct VerificationTests {
    private func verdict(
        _ repository: Project, fix: String?, deployed: String?, runs: Set<String>? = nil
    ) throws -> VerificationReport.ClaimVerdict {
        let report = try Verification(
            claims: [Claim(id: "7", fix: fix, concept: "Rooms")],
            deployments: deployed.map { [Deployment(revision: "r1", commit: $0)] } ?? [],
            runtimes: runs.map { [RuntimeInventory(source: "log", revision: "r1", symbols: $0)] } ?? [],
            history: repository, analysis: repository
        ).run()
        return try #require(report.verdicts.first)
    }

    @Test("in histories of any length the commit that brought it back is named, with few audits", arguments: 0..<40)
    func regression(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let length = Int.random(in: 8...200, using: &random)
        let fix = Int.random(in: 1...length / 3, using: &random)
        let culprit = Int.random(in: fix + 1..<length, using: &random)
        let old: Set = ["shop.chat.RoomManager"]
        let repository = Project(commits: (0..<length).map { $0 < fix || $0 >= culprit ? old : [] })
        let found = try verdict(repository, fix: "\(fix)", deployed: "\(length - 1)", runs: old)
        #expect(
            found.verdict == .regression([.init(symbol: "shop.chat.RoomManager", commit: "\(culprit)")]), "seed \(seed)"
        )
        #expect(repository.asked.commits.count <= 4 + Int.bitWidth - length.leadingZeroBitCount, "seed \(seed)")
        #expect(found.gaps.map(\.kind) == [.back])
    }

    @Test("a fix on a branch that was never merged is not deployed")
    func notDeployed() throws {
        let repository = Project(commits: Array(repeating: ["a.X"], count: 9), aside: ["fix": 3])
        #expect(try verdict(repository, fix: "fix", deployed: "8").verdict == .notDeployed)
    }

    @Test("nothing is guessed about what nobody said")
    func unknown() throws {
        let repository = Project(commits: [["a.X"], [], []])
        #expect(try verdict(repository, fix: nil, deployed: "2").verdict == .unknown(.fix(nil)))
        #expect(try verdict(repository, fix: "dead", deployed: "2").verdict == .unknown(.fix("dead")))
        #expect(try verdict(repository, fix: "1", deployed: nil).verdict == .unknown(.deployment))
        #expect(
            try verdict(repository, fix: "1", deployed: "gone").verdict
                == .unknown(.deployedCommit(revision: "r1", "gone")))
        #expect(try verdict(repository, fix: "1", deployed: "2").verdict == .unknown(.runtime))
    }

    @Test("the status of the run: a claim that does not hold counts more than one that is unknown")
    func status() throws {
        func status(_ repository: Project, runs: Set<String>?) throws -> Int32 {
            try Verification(
                claims: [Claim(id: "7", fix: "1", concept: "Rooms")],
                deployments: [Deployment(revision: "r1", commit: "2")],
                runtimes: runs.map { [RuntimeInventory(source: "log", symbols: $0)] } ?? [], history: repository,
                analysis: repository
            ).run().exitStatus
        }
        let clean = Project(commits: [["a.X"], [], []])
        #expect(try status(clean, runs: ["shop.rooms.Rooms"]) == 0)
        #expect(try status(clean, runs: ["a.X"]) == 1)
        #expect(try status(clean, runs: nil) == 3)
        #expect(try status(Project(commits: [["a.X"], ["a.X"], ["a.X"]]), runs: nil) == 1)
    }

    @Test("a name that runs and leads to something else in the code, such as an interface, is no drift")
    func interfaces() throws {
        let repository = Project(commits: [["a.X"], [], []])
        let names: Set = ["shop.rooms.Rooms", "shop.interfaces.RoomsProtocol"]
        #expect(try verdict(repository, fix: "1", deployed: "2", runs: names).verdict == .consistent)
        let drift = try verdict(repository, fix: "1", deployed: "2", runs: names.union(["a.X"]))
        #expect(drift.verdict == .drift)
        #expect(drift.gaps.map(\.symbol) == ["a.X"])
    }

    @Test("a list of another revision says nothing about the deployed one, and the newest counts")
    func runtimes() throws {
        let repository = Project(commits: [["a.X"], [], []])
        let report = try Verification(
            claims: [Claim(id: "7", fix: "1", concept: "Rooms")],
            deployments: [Deployment(revision: "r2", commit: "2")],
            runtimes: [
                RuntimeInventory(source: "old", revision: "r1", symbols: ["a.X"], time: 9),
                RuntimeInventory(source: "early", revision: "r2", symbols: ["a.X"], time: 1),
                RuntimeInventory(source: "late", revision: "r2", symbols: ["shop.rooms.Rooms"], time: 2),
                RuntimeInventory(source: "other", revision: "r2", concept: "Caches", symbols: ["a.X"], time: 3),
            ], history: repository, analysis: repository
        ).run()
        #expect(report.verdicts[0].verdict == .consistent)
    }

    @Test("the JSON is what the published schema says, and the next analysis can read it")
    func json() throws {
        let schema = try JSONSchema(Repository.data("docs/schemas/verify-report.schema.json"))
        let old: Set = ["a.X"]
        for commits in [[old, [], []], [old, old, old], [old, [], old]] {
            for runs in [nil, ["shop.rooms.Rooms"], old] {
                let project = Project(commits: commits)
                let report = try Verification(
                    claims: [Claim(id: "7", fix: "1", concept: "Rooms"), Claim(id: "8", concept: "Rooms")],
                    deployments: [Deployment(revision: "r", commit: "2")],
                    runtimes: runs.map { [RuntimeInventory(source: "log", symbols: $0)] } ?? [], history: project,
                    analysis: project
                ).run()
                #expect(try schema.problems(in: Data(report.json)) == [])
                let earlier = try #require(VerificationReport.earlierVerdicts(in: report.json))
                #expect(earlier == ["7": report.verdicts[0].verdict.name, "8": "unknown"])
                #expect(report.markdown(before: earlier).contains("| the same |"))
            }
        }
        #expect(VerificationReport.earlierVerdicts(in: Array("{}".utf8)) == nil)
    }
}
