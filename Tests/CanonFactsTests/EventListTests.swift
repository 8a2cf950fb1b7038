import Testing

@testable import CanonFacts

@Suite("The list of events")
struct EventListTests {
    /// Events of every kind with every field that the kind has.
    private func events(count: Int, largestName: UInt32, largestLine: UInt32, largestDeclaration: UInt32) -> [Event] {
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { index in
            let kind = Event.Kind.allCases[index % Event.Kind.allCases.count]
            var event = Event(
                kind, line: .random(in: 0...largestLine, using: &random), column: .random(in: 0...300),
                declaration: index % 5 == 0 ? FileFacts.noIndex : .random(in: 0...largestDeclaration, using: &random),
                name: Name(rawValue: .random(in: 0...largestName, using: &random)),
                value: index % 3 == 0 ? .none : Name(rawValue: .random(in: 0...largestName, using: &random)))
            event.link = index % 4 == 0 ? 0 : .random(in: 0...largestName, using: &random)
            event.flags = Event.Flags(rawValue: UInt16(index % 1024))
            event.count = UInt16(index % 3)
            event.valueKind = ValueKind.allCases[index % ValueKind.allCases.count]
            event.container = ContainerKind.allCases[index % ContainerKind.allCases.count]
            event.form = TargetForm.allCases[index % TargetForm.allCases.count]
            event.condition = Condition.allCases[index % Condition.allCases.count]
            event.block = Block.allCases[index % Block.allCases.count]
            return event
        }
    }

    @Test("events come out as they were put in, in small words")
    func narrow() {
        let events = events(count: 200, largestName: 0xFFFF, largestLine: 0xFFFF_FFFF, largestDeclaration: 0xFE)
        let list = EventList(events)
        #expect(!list.isWide)
        #expect(Array(list) == events)
        #expect(list.count == events.count)
        #expect(Array(list[10..<20]) == Array(events[10..<20]))
    }

    @Test("kinds, names and places are told without an event", arguments: [0xFF, 0x1_FFFF])
    func parts(largestName: UInt32) {
        let events = events(count: 300, largestName: largestName, largestLine: 9_999, largestDeclaration: 50)
        let list = EventList(events)
        for (index, event) in events.enumerated() {
            #expect(list.kind(at: index) == event.kind)
            #expect(list.name(at: index) == event.name)
            #expect(list.isTopLevel(at: index) == (event.declaration == FileFacts.noIndex))
        }
        for kinds: [Event.Kind] in [[.importModule, .importName], [.call], [], Event.Kind.allCases] {
            var places = [-1]
            list.appendPlaces(of: Event.Kinds(kinds), to: &places)
            #expect(places == [-1] + events.indices.filter { kinds.contains(events[$0].kind) })
        }
    }

    @Test("what does not fit small words is kept in large ones")
    func wide() {
        for (name, declaration, count) in [(0x1_0000, 3, 200), (9, 0xFF, 200), (9, 3, 2000)] as [(UInt32, UInt32, Int)]
        {
            var events = events(count: count, largestName: name, largestLine: 500, largestDeclaration: declaration)
            events[7].name = Name(rawValue: name)
            events[7].declaration = declaration
            let list = EventList(events)
            #expect(list.isWide)
            #expect(Array(list) == events)
            #expect(list.count == events.count)
        }
    }

    @Test("events of some kinds are those that a look at each of them finds, with their places")
    func selection() {
        for name in [0xFFFF, 0x1_0000] as [UInt32] {
            var events = events(count: 200, largestName: name, largestLine: 500, largestDeclaration: 9)
            events[7].name = Name(rawValue: name)
            let list = EventList(events)
            #expect(list.isWide == (name > 0xFFFF))
            for (kinds, wanted) in [
                ([.call, .use], [.call, .use]), ([.assertion], [.assertion]), ([.enter], [.enter]), ([], []),
            ] as [(Event.Kinds, Set<Event.Kind>)] {
                for range in [0..<200, 41..<160, 5..<5] {
                    let found = Array(list.selecting(kinds, in: range))
                    #expect(found.map(\.index) == range.filter { wanted.contains(events[$0].kind) })
                    #expect(found.allSatisfy { $0.event == events[$0.index] })
                }
            }
            #expect(list.selecting([.call]).map(\.index) == list.indices.filter { events[$0].kind == .call })
            for index in list.indices {
                #expect(list.kind(at: index) == events[index].kind)
                #expect(list.isTopLevel(at: index) == (events[index].declaration == FileFacts.noIndex))
            }
        }
    }

    @Test("more sorts of events than the packer has places are told apart")
    func manySorts() {
        let events = (0..<5000).map { number in
            var event = Event(.call, line: 1, column: 0, declaration: 0)
            event.count = UInt16(number)
            return event
        }
        #expect(Array(EventList(events + events)) == events + events)
    }

    @Test("a packer gives the same list whatever it packed before")
    func reuse() {
        var packer = EventPacker()
        for _ in 0..<3 {
            for (count, name) in [(300, 0xFFFF), (3000, 0x2_0000), (0, 0), (20, 9)] as [(Int, UInt32)] {
                let events = events(count: count, largestName: name, largestLine: 5000, largestDeclaration: 9)
                let list = events.withUnsafeBufferPointer { packer.pack($0) }
                #expect(list == EventList(events))
                #expect(Array(list) == events)
            }
        }
    }

    @Test("a usual event takes little more than eight bytes")
    func size() {
        let events = (0..<1600).map { number in
            Event(
                .call, line: UInt32(number / 4), column: 8, declaration: 3, name: Name(rawValue: UInt32(number)),
                value: Name(rawValue: 5))
        }
        var facts = FileFacts.Records()
        facts.events = EventList(events)
        #expect(FileFacts(facts).memoryBytes < 1600 * 9)
    }
}
