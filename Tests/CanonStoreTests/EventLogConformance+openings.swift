import CanonStore
import CanonWire
import Testing

extension EventLogConformance {
    @Test("open runs of all users are listed in the order in which they began", arguments: LogKind.allCases)
    func openedRuns(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let (ada, bob) = (ThreadKey("ada", "t"), ThreadKey("bob", "t"))
        _ = try await log.begin("r1", in: ada, "first\nquestion")
        _ = try await log.begin("r1", in: bob, "second")
        _ = try await log.append(.delta("x", message: "m"), run: "r1", to: ada)
        _ = try await log.begin("r2", in: ada, "third")

        let all = try await log.openRuns(after: 0, limit: 10)
        #expect(all.map(\.record.key) == [ada, bob, ada])
        #expect(all.map(\.record.run.value) == ["r1", "r1", "r2"])
        #expect(all.map(\.text) == ["first\nquestion", "second", "third"])
        #expect(all.map(\.seq) == [1, 1, 3])
        #expect(all.map(\.record.startedAt) == [fixture.clock.now, fixture.clock.now, fixture.clock.now])
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.place < $1.place })
        #expect(try await log.openRuns(after: all[0].place, limit: 1) == [all[1]])
        #expect(try await log.openRuns(after: all[2].place, limit: 10).isEmpty)
        #expect(try await log.openRuns(after: 0, limit: 0).isEmpty)

        _ = try await log.append(.completed("x"), run: "r1", to: bob)
        #expect(try await log.openRuns(after: 0, limit: 10) == [all[0], all[2]])
    }

    @Test("the place of a run is not given again when the run is gone", arguments: LogKind.allCases)
    func placesAreNotReused(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        _ = try await log.begin("r1", in: ThreadKey("ada", "t1"))
        _ = try await log.begin("r2", in: ThreadKey("ada", "t2"))
        let seen = try #require(try await log.openRuns(after: 0, limit: 10).last?.place)
        #expect(try await log.deleteThread(ThreadKey("ada", "t2")))
        #expect(try await log.openRuns(after: 0, limit: 10).map(\.record.run.value) == ["r1"])
        _ = try await log.begin("r3", in: ThreadKey("bob", "t3"))
        #expect(try await log.openRuns(after: seen, limit: 10).map(\.record.run.value) == ["r3"])
        // The message of an open run is kept, however old it is.
        fixture.clock.advance(1000)
        for number in 0..<5 {
            _ = try await log.append(.delta("\(number)", message: "m"), run: "r3", to: ThreadKey("bob", "t3"))
        }
        _ = try await log.prune(Retention(maximumAgeMilliseconds: 1, maximumEvents: 1))
        #expect(try await log.openRuns(after: seen, limit: 10).map(\.text) == ["hello"])
    }
}
