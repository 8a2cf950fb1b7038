import CanonWire
import NIOCore
import NIOPosix

/// Walks the Golden Path of a server as its clients have it, from outside.
public struct Probe: Sendable {
    /// Who the probe is to the server. None of it is ever shown.
    public enum Credentials: Sendable, Equatable {
        /// An access token, and that of another user where there is one.
        case token(String, other: String?)
        case login(email: String, password: String)
        /// A single-use ticket: it opens one connection.
        case ticket(String)
        /// Two visitors of a demonstration.
        case demo
    }

    public struct Options: Sendable {
        public var profile = ProbeStep.Profile.canon
        public var credentials = Credentials.demo
        /// What any one step may take.
        public var timeout = Duration.seconds(30)
        /// Answered with all five events by an agent that has tools.
        public var question = "Where is main defined?"
        /// Asked where a run must last a while; nil: the same question.
        public var longQuestion: String?
        /// Identities of steps to leave out.
        public var skipped: Set<String> = []
        /// A PEM file with the certificates to trust instead of the system's.
        public var authorities: String?

        public init() {}
    }

    /// Every step of every profile, in the order in which they are run.
    public static var steps: [ProbeStep] { ProbeStep.all }

    private let address: ServerAddress
    private let options: Options
    private let transport: Transport

    /// - Throws: when the file of authorities cannot be used.
    public init(_ address: ServerAddress, options: Options) throws {
        self.address = address
        self.options = options
        transport = try Transport(address, authorities: options.authorities)
    }

    /// - Parameter onStep: told each step as it ends.
    public func run(onStep: (ProbeReport.Entry) -> Void = { _ in }) async -> ProbeReport {
        let startedAt = Timestamp.now()
        let start = NIODeadline.now()
        let session = ProbeSession(transport: transport, options: options)
        var entries: [ProbeReport.Entry] = []
        var held: Set<String> = []
        for step in ProbeStep.all where step.profiles.contains(options.profile) {
            let begun = NIODeadline.now()
            let outcome = await outcome(of: step, held: held, in: session)
            if case .held = outcome { held.insert(step.id) }
            let entry = ProbeReport.Entry(
                id: step.id, title: step.title, asserts: step.asserts, section: step.section, outcome: outcome,
                milliseconds: (NIODeadline.now() - begun).nanoseconds / 1_000_000)
            entries.append(entry)
            onStep(entry)
        }
        let version = await session.serverVersion
        await session.leave()
        return ProbeReport(
            url: address.url, profile: options.profile, startedAt: startedAt,
            milliseconds: (NIODeadline.now() - start).nanoseconds / 1_000_000, serverVersion: version,
            entries: entries)
    }

    private func outcome(of step: ProbeStep, held: Set<String>, in session: ProbeSession) async -> StepOutcome {
        if options.skipped.contains(step.id) { return .skipped }
        let missing = step.needs.filter { !held.contains($0) }
        guard missing.isEmpty else { return .notRun(needs: missing) }
        await session.begin()
        do {
            let detail = try await step.perform(session)
            await session.endStep()
            return .held(await session.redact(detail))
        } catch let undecided as Undecided {
            await session.endStep()
            return .unknown(await session.redact(undecided.why))
        } catch {
            await session.endStep()
            let failure =
                switch error {
                case let failure as StepFailure: failure
                case let failure as ClientFailure:
                    StepFailure(expected: "an answer", came: failure.description, remedy: failure.remedy)
                default: StepFailure(expected: step.asserts, came: "\(error)")
                }
            return .failed(
                expected: await session.redact(failure.expected), came: await session.redact(failure.came),
                remedy: failure.remedy ?? step.remedy)
        }
    }
}
