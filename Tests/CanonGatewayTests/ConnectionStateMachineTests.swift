import Testing

@testable import CanonGateway

@Suite("Connection state machine")
struct ConnectionStateMachineTests {
    private typealias State = ConnectionStateMachine.State

    /// Section 3a of the wire reference, written out a second time so that a slip in the source shows.
    private static let allowed: [(State, [State])] = [
        (.connecting, [.accepted, .failed, .closed]),
        (.accepted, [.authenticated, .failed, .closed]),
        (.authenticated, [.servicesReady, .degraded, .failed, .closed]),
        (.servicesReady, [.processingReady, .degraded, .failed, .closed]),
        (.processingReady, [.processing, .idle, .degraded, .closing, .failed, .closed]),
        (.processing, [.idle, .processingReady, .degraded, .closing, .failed, .closed]),
        (.idle, [.processing, .processingReady, .degraded, .closing, .failed, .closed]),
        (.degraded, [.processingReady, .processing, .idle, .reconnecting, .closing, .failed, .closed]),
        (.reconnecting, [.servicesReady, .processingReady, .degraded, .failed, .closed]),
        (.closing, [.closed]), (.closed, []), (.failed, [.connecting]),
    ]

    /// A way to each state from the first.
    private static let paths: [State: [State]] = [
        .connecting: [], .accepted: [.accepted], .authenticated: [.accepted, .authenticated],
        .servicesReady: [.accepted, .authenticated, .servicesReady],
        .processingReady: [.accepted, .authenticated, .servicesReady, .processingReady],
        .processing: [.accepted, .authenticated, .servicesReady, .processingReady, .processing],
        .idle: [.accepted, .authenticated, .servicesReady, .processingReady, .idle],
        .degraded: [.accepted, .authenticated, .degraded],
        .reconnecting: [.accepted, .authenticated, .degraded, .reconnecting],
        .closing: [.accepted, .authenticated, .degraded, .closing], .closed: [.closed], .failed: [.failed],
    ]

    @Test("each of the 144 transitions is allowed or refused as the reference says", arguments: State.allCases)
    private func table(from: State) throws {
        let allowed = try #require(Self.allowed.first { $0.0 == from }).1
        for to in State.allCases {
            var machine = ConnectionStateMachine()
            for step in Self.paths[from]! {
                let moved = machine.move(to: step)
                #expect(moved)
            }
            #expect(machine.state == from)
            let moved = machine.move(to: to)
            #expect(moved == allowed.contains(to), "\(from) to \(to)")
            #expect(machine.state == (moved ? to : from))
        }
    }

    @Test("messages are acted on in four states only")
    func processing() {
        #expect(State.allCases.filter(\.mayProcess) == [.processingReady, .processing, .idle, .degraded])
    }

    @Test("five refusals in a row fail the connection, and a success forgives them")
    func failures() {
        var machine = ConnectionStateMachine()
        func moves(_ states: State...) -> [Bool] { states.map { machine.move(to: $0) } }
        #expect(moves(.idle, .idle, .idle, .idle, .accepted) == [false, false, false, false, true])
        #expect(moves(.idle, .idle, .idle, .idle) == [false, false, false, false])
        #expect(machine.state == .accepted)
        #expect(moves(.idle) == [false])
        #expect(machine.state == .failed)
        #expect(machine.failedTransitions == 9)
    }

    @Test("a closed connection stays closed")
    func closed() {
        var machine = ConnectionStateMachine()
        machine.move(to: .closed)
        let moved = State.allCases.filter { machine.move(to: $0) }
        #expect(moved.isEmpty)
        #expect(machine.state == .closed)
    }
}
