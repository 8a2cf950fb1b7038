import ArgumentParser
import NIOCore
import NIOPosix

/// A load generator for WebSocket servers on this machine, on one event loop and with the codec of the gateway.
@main
struct WSLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ws-load",
        abstract: "Put load on a WebSocket server on 127.0.0.1, and count and time what comes back.",
        discussion: """
            A table goes to standard error, one line of JSON to standard output. Latencies are in microseconds. With a \
            rate, a message's time begins when it was due, not when it could be sent.

            EXIT STATUS
              0 every connection was made and kept, every answer was right; 1 otherwise; 64 for a wrong command line
            """,
        subcommands: [
            EchoCommand.self, PingCommand.self, FanCommand.self, IdleCommand.self, FollowCommand.self,
            ResumeCommand.self,
        ])
}

/// Which server.
struct TargetOptions: ParsableArguments {
    @Option(help: "The server's port.") var port = 9001
    @Option(help: "The path to upgrade at.") var path: String?
    @Option(help: "A file with a line `ID TOKEN` for each user, whose tokens the connections present in turn.")
    var users: String?
    @Option(help: "The server's process, to see its processor time and memory.") var pid: Int32?

    func validate() throws {
        guard (1...65535).contains(port) else { throw ValidationError("--port is a number from 1 to 65535") }
        if let pid, !ServerProcess(pid: pid).exists { throw ValidationError("there is no process \(pid)") }
    }

    func target(path defaultPath: String, needsUsers: Bool = false) throws -> Target {
        let users = try users.map { try LoadFile.users($0) } ?? []
        if needsUsers, users.isEmpty { throw ValidationError("--users is needed") }
        return Target(port: port, path: path ?? defaultPath, users: users)
    }

    var server: ServerProcess? { pid.map { ServerProcess(pid: $0) } }
}

/// How long.
struct TimeOptions: ParsableArguments {
    @Option(help: "Seconds that are measured.") var seconds = 5.0
    @Option(help: "Seconds before them.") var warmup = 1.0

    func validate() throws {
        guard (0.1...86_400).contains(seconds), (0...3600).contains(warmup) else {
            throw ValidationError("--seconds is 0.1 to 86400, --warmup 0 to 3600")
        }
    }
}

/// How large, and how fast.
struct MessageOptions: ParsableArguments {
    @Option(help: "Bytes of a message; never less than its stamp needs.") var size = 128
    @Option(help: "Messages in a second, sent whether or not answers come (open loop). Without it: closed loop.")
    var rate: Double?

    func validate() throws {
        guard (1...16 << 20).contains(size) else { throw ValidationError("--size is 1 to 16777216") }
        if let rate, !(0.1...10_000_000).contains(rate) { throw ValidationError("--rate is 0.1 to 10000000") }
    }
}

extension AsyncParsableCommand {
    /// Runs one load on one event loop and writes what it found.
    func run(
        _ target: Target, server: ServerProcess?, warmup: Double, seconds: Double,
        _ make: @escaping @Sendable (LoadSetting) -> any Load
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let report = try await loop.flatSubmit {
            let setting = LoadSetting(loop: loop, target: target, server: server)
            return LoadRun.report(make(setting), setting, warmup: warmup, seconds: seconds)
        }.get()
        report.write()
        // The event loop is not shut down in good order: ten thousand sockets are closed by the system faster.
        throw ExitCode(report.isFaultless ? 0 : 1)
    }
}

func requirePositive(_ values: (name: String, value: Int)...) throws {
    for (name, value) in values where value < 1 { throw ValidationError("\(name) is 1 or more") }
}
