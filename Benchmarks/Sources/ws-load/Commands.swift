import ArgumentParser

/// What both kinds of echo are measured with.
struct EchoOptions: ParsableArguments {
    @OptionGroup var target: TargetOptions
    @OptionGroup var time: TimeOptions
    @OptionGroup var message: MessageOptions
    @Option(help: "Connections.") var connections = 64
    @Option(help: "Unanswered messages of a connection, in the closed loop.") var inFlight = 1

    func validate() throws { try requirePositive(("--connections", connections), ("--in-flight", inFlight)) }

    func load(_ kind: EchoLoad.Kind) -> EchoLoad.Options {
        EchoLoad.Options(
            kind: kind, connections: connections, inFlight: inFlight, size: message.size, rate: message.rate)
    }
}

struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo", abstract: "Messages that the server sends back as they are.")

    @OptionGroup var options: EchoOptions

    func run() async throws {
        let load = options.load(.echo)
        try await run(
            options.target.target(path: "/"), server: options.target.server, warmup: options.time.warmup,
            seconds: options.time.seconds
        ) { EchoLoad(load, $0) }
    }
}

struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "The gateway's `ping` with a payload, answered by `pong`: an echo in the envelope.")

    @OptionGroup var options: EchoOptions

    func run() async throws {
        let load = options.load(.ping)
        try await run(
            options.target.target(path: "/ws"), server: options.target.server, warmup: options.time.warmup,
            seconds: options.time.seconds
        ) { EchoLoad(load, $0) }
    }
}

struct FanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fan", abstract: "One connection sends, all others receive (`echo --fan 1`).")

    @OptionGroup var target: TargetOptions
    @OptionGroup var time: TimeOptions
    @OptionGroup var message: MessageOptions
    @Option(help: "Connections that receive.") var subscribers = 1000
    @Option(help: "Messages under way, in the closed loop.") var window = 1

    func validate() throws { try requirePositive(("--subscribers", subscribers), ("--window", window)) }

    func run() async throws {
        let options = FanLoad.Options(
            subscribers: subscribers, window: window, size: message.size, rate: message.rate)
        try await run(
            target.target(path: "/"), server: target.server, warmup: time.warmup, seconds: time.seconds
        ) { FanLoad(options, $0) }
    }
}

struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle", abstract: "Connections that say nothing: memory of the server for each (needs --pid).")

    @OptionGroup var target: TargetOptions
    @OptionGroup var time: TimeOptions
    @Option(help: "Connections.") var connections = 10_000

    func validate() throws { try requirePositive(("--connections", connections)) }

    func run() async throws {
        let count = connections
        try LoadFile.allowOpenFiles(count + 64)
        try await run(
            target.target(path: "/"), server: target.server, warmup: time.warmup, seconds: time.seconds
        ) { IdleLoad(connections: count, $0) }
    }
}

struct FollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Programs publish durable events, connections follow the threads.")

    @OptionGroup var target: TargetOptions
    @OptionGroup var time: TimeOptions
    @Option(help: "A file with the service token of the publishing programs.") var serviceToken: String
    @Option(help: "Threads, each of the next user.") var threads = 1
    @Option(help: "Connections that follow each thread.") var followers = 1
    @Option(help: "Connections that follow the first thread and do not read.") var stalled = 0
    @Option(help: "Seconds until a stalled connection is replaced by a new one.") var stallSeconds = 25.0
    @Option(help: "Programs that publish, each one request at a time.") var producers = 1
    @Option(help: "Events in a request, 1 to 100.") var batch = 1
    @Option(help: "Bytes that pad an event.") var padding = 128
    @Option(help: "Events in a second (open loop). Without it: as fast as the answers come.") var rate: Double?

    func validate() throws {
        try requirePositive(("--threads", threads), ("--producers", producers), ("--batch", batch))
        guard batch <= 100, followers >= 0, stalled >= 0, padding >= 0, stallSeconds >= 1 else {
            throw ValidationError("--batch is at most 100, --stall-seconds at least 1; nothing is negative")
        }
        if let rate, !(0.1...1_000_000).contains(rate) { throw ValidationError("--rate is 0.1 to 1000000") }
    }

    func run() async throws {
        let options = FollowLoad.Options(
            threads: threads, followers: followers, stalled: stalled, stallSeconds: stallSeconds,
            producers: producers, batch: batch, padding: padding, rate: rate,
            serviceToken: try LoadFile.token(serviceToken))
        try LoadFile.allowOpenFiles(threads * followers + stalled + producers + 64)
        try await run(
            target.target(path: "/ws", needsUsers: true), server: target.server, warmup: time.warmup,
            seconds: time.seconds
        ) { FollowLoad(options, $0) }
    }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "A thread with many events, fetched from its beginning by new connections.")

    @OptionGroup var target: TargetOptions
    @Option(help: "A file with the service token of the program that fills the thread.") var serviceToken: String
    @Option(help: "Events in the thread.") var events = 10_000
    @Option(help: "How often it is fetched.") var repetitions = 5
    @Option(help: "Bytes that pad an event.") var padding = 128

    func validate() throws {
        try requirePositive(("--events", events), ("--repetitions", repetitions))
        guard padding >= 0 else { throw ValidationError("--padding is not negative") }
    }

    func run() async throws {
        let options = ResumeLoad.Options(
            events: events, repetitions: repetitions, padding: padding,
            serviceToken: try LoadFile.token(serviceToken))
        try await run(
            target.target(path: "/ws", needsUsers: true), server: target.server, warmup: 0, seconds: 0
        ) { ResumeLoad(options, $0) }
    }
}
