import CanonWire
import NIOCore

/// Programs publish events into threads over HTTP, and connections follow the threads: from the moment an event is due
/// to the moment a follower has it.
final class FollowLoad: Load {
    struct Options {
        var threads: Int
        /// Connections that follow each thread.
        var followers: Int
        /// Connections that follow the first thread and do not read, while the measuring lasts.
        var stalled: Int
        /// Seconds after which a stalled connection is thrown away for a new one, because the server may have ended it.
        var stallSeconds: Double
        /// Programs, each with one request at a time.
        var producers: Int
        /// Events in a request.
        var batch: Int
        /// Padding of an event, in bytes.
        var padding: Int
        /// Events in a second; nil: as many as the answers let through.
        var rate: Double?
        var serviceToken: String
    }

    let mode = "follow"
    private let options: Options
    private let setting: LoadSetting
    private let measurement: Measurement
    private var threads: [LoadThread] = []
    private var followers: [Follower] = []
    private var stalled: [StalledFollower] = []
    private var producers: [Producer] = []
    private var pacer: Pacer?
    private var isRunning = false
    private var stored = 0
    private var receipts = Latencies()
    private var memoryAtStart = 0
    private var memoryMost = 0
    private var stalls = 0

    /// A program and whether its request is under way.
    private final class Producer {
        let connection: HTTPConnection
        let thread: LoadThread
        var isBusy = false
        /// The times at which the events of the next request were due.
        var due: [UInt64] = []

        init(_ connection: HTTPConnection, _ thread: LoadThread) {
            self.connection = connection
            self.thread = thread
        }
    }

    init(_ options: Options, _ setting: LoadSetting) {
        self.options = options
        self.setting = setting
        measurement = setting.measurement
    }

    // MARK: Starting

    func start(ready: @escaping () -> Void) {
        threads = LoadThread.make(options.threads, target: setting.target)
        openProducers { [self] in
            guard let first = producers.first else { return ready() }
            LoadThread.create(threads, on: first.connection) { [self] failure in
                if let failure { measurement.failed(failure) }
                // In the order of the threads, so that each connection presents the token of its thread's user.
                followers = (0..<options.followers).flatMap { _ in threads.map { Follower($0, measurement) } }
                openFollowers { [self] in
                    isRunning = true
                    produce()
                    ready()
                }
            }
        }
    }

    private func openFollowers(done: @escaping () -> Void) {
        var rounds = options.followers
        // Users repeat with the threads, not with the connections: one round of threads at a time.
        func round() {
            guard rounds > 0 else { return done() }
            rounds -= 1
            let from = rounds * threads.count
            setting.connector.open(Array(followers[from..<from + threads.count])) { round() }
        }
        round()
    }

    private func openProducers(done: @escaping () -> Void) {
        guard producers.count < options.producers else { return done() }
        HTTPConnection.open(setting.loop, port: setting.target.port) { [self] connection in
            guard let connection else {
                measurement.connectionFailed("no HTTP connection")
                return done()
            }
            producers.append(Producer(connection, threads[producers.count % threads.count]))
            openProducers(done: done)
        }
    }

    // MARK: Producing

    private func produce() {
        for follower in followers { follower.resume() }
        if let rate = options.rate {
            var next = 0
            pacer = Pacer(loop: setting.loop, rate: rate) { [self] due in
                // The batch of a busy program gathers up to its limit: this much is late, and no more is kept.
                for _ in producers.indices {
                    let producer = producers[next]
                    next = (next + 1) % producers.count
                    guard producer.due.count < options.batch else { continue }
                    producer.due.append(due)
                    if producer.due.count == options.batch { publish(producer) }
                    return true
                }
                return false
            }
            pacer?.run()
        } else {
            for producer in producers { publish(producer) }
        }
    }

    private func publish(_ producer: Producer) {
        guard isRunning, !producer.isBusy else { return }
        if options.rate == nil {
            producer.due = Array(repeating: monotonicNanoseconds(), count: options.batch)
        }
        let due = producer.due
        guard due.count == options.batch else { return }
        producer.due.removeAll(keepingCapacity: true)
        producer.isBusy = true
        if measurement.isOn { measurement.sent += due.count }
        producer.thread.publish(
            due, padding: padding, on: producer.connection, token: options.serviceToken
        ) { [self] failure in
            producer.isBusy = false
            if let failure {
                // Not tried again: what is wrong with one request is wrong with the next.
                measurement.failed(failure)
                return
            }
            if measurement.isOn {
                stored += due.count
                let now = monotonicNanoseconds()
                for time in due { receipts.record(from: time, to: now) }
            }
            publish(producer)
        }
    }

    private lazy var padding = String(repeating: "x", count: options.padding)

    // MARK: Measuring

    func measuringBegins() {
        stored = 0
        receipts = Latencies()
        memoryAtStart = setting.server?.anonymousBytes ?? 0
        memoryMost = memoryAtStart
        watchMemory()
        for index in 0..<options.stalled { stall(index) }
    }

    private func watchMemory() {
        guard measurement.isOn, let server = setting.server else { return }
        memoryMost = max(memoryMost, server.anonymousBytes)
        setting.after(0.25) { [self] in watchMemory() }
    }

    private func stall(_ index: Int) {
        guard measurement.isOn else { return }
        let follower = StalledFollower(threads[0], measurement)
        if index < stalled.count { stalled[index] = follower } else { stalled.append(follower) }
        setting.connector.open([follower]) { [self] in
            stalls += 1
            follower.resume()
            follower.stall()
            setting.after(options.stallSeconds) { [self] in
                follower.leave()
                stall(index)
            }
        }
    }

    func stop(done: @escaping () -> Void) {
        isRunning = false
        pacer?.stop()
        for follower in stalled { follower.leave() }
        setting.when({ [self] in isQuiet }, orAfter: 10) { [self] in
            let missing = followers.reduce(0) { $0 + max(0, $1.thread.stored - $1.last) }
            if missing > 0 { measurement.failed("\(missing) stored events never arrived") }
            done()
        }
    }

    private var isQuiet: Bool {
        producers.allSatisfy { !$0.isBusy } && followers.allSatisfy { $0.last >= $0.thread.stored || !$0.isOpen }
    }

    var members: [(key: String, value: JSONValue)] {
        var members: [(key: String, value: JSONValue)] = [
            ("threads", .int(Int64(options.threads))), ("followers", .int(Int64(followers.count))),
            ("producers", .int(Int64(options.producers))), ("batch", .int(Int64(options.batch))),
            ("rate", options.rate.map { .double($0) } ?? .null),
            ("stored_per_s", .int(Int64(Double(stored) / max(measurement.seconds, 1e-9)))),
        ]
        members += receipts.members(prefix: "receipt_")
        if setting.server != nil {
            members.append(("memory_at_start", .int(Int64(memoryAtStart))))
            members.append(("memory_growth", .int(Int64(memoryMost - memoryAtStart))))
        }
        if options.stalled > 0 { members.append(("stalled_connections", .int(Int64(stalls)))) }
        return members
    }
}
