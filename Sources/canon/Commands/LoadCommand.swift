import ArgumentParser
import CanonVerify
import CanonWire
import Foundation

/// `canon load`: an open-loop load that checks what comes back.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Put load on a running server, and check order, loss, duplicates and isolation while it lasts.",
        discussion: """
            An open loop: messages are due at times that do not depend on the server, and every latency counts from when \
            its message was due. Each user asks in a conversation of its own, which all of its devices follow. A mark in \
            each message shows where another user's words turn up. At the end every device asks for what it might have \
            missed. A target that is not this machine is refused unless it is named with --i-may-load.

            EXAMPLES
              canon load http://127.0.0.1:8080 --demo --users 50 --rate 20 --for 30s
              canon load http://127.0.0.1:8080 --demo --devices 3 --storm 5s --slow-readers 5
              canon load https://host --tokens tokens.txt --i-may-load host --html load.html

            EXIT STATUS
              0 nothing was lost, duplicated, foreign or disordered; 1 something was, or the load could not begin;
              2 the command line cannot be used; 3 nothing was answered, or a device was gone at the end
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(help: "The server: http, https, ws or wss, with a path when it stands behind a prefix.") var url: String

    @Flag(help: "The users are visitors of a server that was started with --demo.") var demo = false
    @Option(help: "How many visitors.") var users: Int?
    @Option(help: ArgumentHelp("A file with a user's access token on each line.", valueName: "file"))
    var tokens: String?

    @Option(help: "Connections of each user.") var devices = 1
    @Option(help: "Messages in a second, over all users.") var rate = 5.0
    @Option(help: "even, or poisson: as independent people come.") var arrivals = LoadArrivals.poisson
    @Option(help: "From an answer to the next message of the same user, such as 2s.") var think: TimeSpan?
    @Option(help: ArgumentHelp("Bytes of a message, or a range such as 100-4000.", valueName: "bytes"))
    var size: SizeRange?
    @Option(help: "What each message asks.") var message: String?
    @Option(help: "So many users have one more device that reads too slowly.") var slowReaders = 0
    @Option(help: "Cut connections all at once, this often: such as 5s.") var storm: TimeSpan?
    @Option(help: "The part of the connections that a storm cuts.") var stormShare = 0.5
    @Option(name: .customLong("for"), help: "How long messages are sent.") var duration = TimeSpan(argument: "10s")!
    @Option(help: "How many messages are sent at most.") var messages: Int?
    @Option(help: "What an answer may take.") var timeout = TimeSpan(argument: "30s")!
    @Option(help: ArgumentHelp("Load this host though it is not this machine.", valueName: "host"))
    var iMayLoad: String?
    @Option(help: "A PEM file with the certificates to trust instead of the system's.") var caFile: String?

    @Option(help: "text, or json (schema canon.load/1).") var format = Format.text
    @Option(help: ArgumentHelp("Also write a report with charts.", valueName: "file")) var html: String?
    @Flag(help: "Print nothing when nothing was wrong, and no progress.") var quiet = false

    mutating func validate() throws {
        guard demo != (tokens != nil) else { throw ValidationError("give the users: either --demo or --tokens FILE") }
        guard users == nil || demo else {
            throw ValidationError("--users belongs to --demo; a file has its own number")
        }
    }

    func run() async throws {
        let test = try makeTest()
        let display = LoadDisplay(on: Terminal(descriptor: STDERR_FILENO, quiet: quiet))
        let report: LoadReport
        do {
            report = try await Interruption.canBeEndedEarly { try await test.run { display.show($0) } }
        } catch let failure as LoadTest.Failure {
            display.finish()
            throw CommandFailure("the load could not begin: \(failure)")
        }
        display.finish()
        try write(report)
        switch report.verdict {
        case .held: return
        case .failed: throw ExitStatus.failed
        case .unknown: throw ExitStatus.unknown
        }
    }

    private func makeTest() throws -> LoadTest {
        do {
            return try LoadTest(try ServerAddress(url), options: try options())
        } catch let error as CommandFailure {
            throw error
        } catch {
            let place = error is ServerAddress.Invalid || error is LoadOptions.Invalid ? "" : "--ca-file: "
            throw CommandFailure("\(place)\(error)", status: ExitStatus.usage)
        }
    }

    private func options() throws -> LoadOptions {
        var options = LoadOptions()
        options.users = try tokens.map { .tokens(try Self.readTokens($0)) } ?? .demo(users ?? 10)
        options.devices = devices
        options.rate = rate
        options.arrivals = arrivals.arrivals
        options.thinkTime = think?.seconds ?? 0
        options.messageBytes = size?.range ?? 0...0
        options.question = message ?? options.question
        options.slowReaders = slowReaders
        options.stormInterval = storm?.seconds
        options.stormShare = stormShare
        options.seconds = duration.seconds
        options.maximumMessages = messages
        options.timeout = timeout.seconds
        options.authorities = caFile
        options.permittedHost = iMayLoad
        return options
    }

    private static func readTokens(_ path: String) throws -> [String] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandFailure("\(path): cannot be read: \(error.localizedDescription)", status: ExitStatus.usage)
        }
        let tokens = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        guard !tokens.isEmpty else {
            throw CommandFailure("\(path): holds no token; write one on each line", status: ExitStatus.usage)
        }
        return tokens
    }

    private func write(_ report: LoadReport) throws {
        let output = Terminal.output
        switch format {
        case .json: output.writeLine(report.json.encodedText)
        case .text:
            if !quiet || report.verdict != .held { output.write(LoadText(terminal: output).text(report)) }
        }
        guard let html else { return }
        do {
            try report.html.write(toFile: html, atomically: true, encoding: .utf8)
        } catch {
            throw CommandFailure("\(html): cannot be written: \(error.localizedDescription)")
        }
    }
}

/// The ways of arrival as they are written on the command line.
enum LoadArrivals: String, ExpressibleByArgument, CaseIterable {
    case even, poisson

    var arrivals: LoadOptions.Arrivals {
        switch self {
        case .even: .even
        case .poisson: .poisson
        }
    }
}

/// A number of bytes, or a range of them, such as `100-4000`.
struct SizeRange: ExpressibleByArgument {
    let range: ClosedRange<Int>

    init?(argument: String) {
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = ends[0], let last = ends.last ?? nil, ends.count <= 2, 0 < first, first <= last else {
            return nil
        }
        range = first...last
    }
}
