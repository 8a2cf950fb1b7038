import CanonWire
import NIOCore

/// One run, from the first connection to the last check. Lives on its event loop.
final class LoadRun {
    private let address: ServerAddress
    private let options: LoadOptions
    private let loop: any EventLoop
    private let tally = LoadTally()
    private let users: [LoadUser]
    private let startedAt: Timestamp
    private let onProgress: @Sendable (LoadProgress) -> Void
    private var onEnd: ((LoadReport) -> Void)?

    private var phase = Phase.connecting
    private var pacer: Pacer?
    private var nextUser = 0
    private var begun: UInt64 = 0
    private var sentUntil: UInt64 = 0

    private enum Phase {
        case connecting
        case sending
        /// No more is sent; answers are waited for.
        case draining(until: UInt64)
        case checking
        case ended
    }

    /// Connections that are opened at once: enough to keep a server busy, few enough not to overrun its backlog.
    private static let parallelConnections = 64

    init(
        address: ServerAddress, options: LoadOptions, transport: Transport, loop: any EventLoop, tokens: [String],
        threads: [String], startedAt: Timestamp, onProgress: @escaping @Sendable (LoadProgress) -> Void
    ) {
        self.address = address
        self.options = options
        self.loop = loop
        self.startedAt = startedAt
        self.onProgress = onProgress
        let owners = ThreadOwners()
        let tally = tally
        users = zip(tokens, threads).enumerated().map { number, pair in
            LoadUser(
                number: number, token: pair.0, thread: pair.1, options: options, tally: tally, owners: owners)
        }
        for user in users { user.makeDevices(over: transport, on: loop) }
    }

    private var devices: [LoadDevice] { users.flatMap(\.devices) }

    func start(_ onEnd: @escaping (LoadReport) -> Void) {
        self.onEnd = onEnd
        connect { [self] in
            begun = monotonicNanoseconds()
            tally.timeline = Timeline(start: begun)
            if case .connecting = phase { send() }
            tick()
        }
    }

    /// Ends the sending; what was sent is waited for, and then checked.
    func stopSending() {
        switch phase {
        case .connecting, .sending:
            pacer?.stop()
            sentUntil = monotonicNanoseconds()
            phase = .draining(until: sentUntil + UInt64(options.timeout * 1e9))
            for device in devices { device.catchUp() }
        case .draining, .checking, .ended: break
        }
    }

    // MARK: Connecting

    private func connect(_ done: @escaping () -> Void) {
        let devices = devices
        var next = 0
        var ready = 0
        func open() {
            guard next < devices.count else { return }
            next += 1
            devices[next - 1].open { _ in
                // What could not be opened is among the troubles; the others go on.
                ready += 1
                if ready == devices.count { done() } else { open() }
            }
        }
        for _ in 0..<min(Self.parallelConnections, devices.count) { open() }
    }

    // MARK: Sending

    private func send() {
        phase = .sending
        let schedule: Pacer.Schedule =
            switch options.arrivals {
            case .even: .even(rate: options.rate)
            case .poisson: .poisson(rate: options.rate)
            }
        pacer = Pacer(loop: loop, schedule: schedule) { [self] due in ask(due: due) }
        pacer?.run()
        after(options.seconds) { [self] in stopSending() }
        if let interval = options.stormInterval { storm(every: interval) }
    }

    /// - Returns: false when every user waits for an answer or thinks: the message is late, by its own time.
    private func ask(due: UInt64) -> Bool {
        // The pacer may be in the middle of a turn.
        guard case .sending = phase else { return false }
        let now = monotonicNanoseconds()
        for _ in users.indices {
            let user = users[nextUser]
            nextUser = (nextUser + 1) % users.count
            guard user.isAvailable(at: now) else { continue }
            user.ask(due: due)
            if let most = options.maximumMessages, tally.sent >= most { stopSending() }
            return true
        }
        return false
    }

    private func storm(every interval: Double) {
        after(interval) { [self] in
            guard case .sending = phase else { return }
            let following = devices.filter(\.isFollowing).shuffled()
            for device in following.prefix(Int((Double(following.count) * options.stormShare).rounded(.up))) {
                device.cut()
            }
            storm(every: interval)
        }
    }

    // MARK: The clock

    /// Twice a second: progress, messages that are overdue, and whether the next phase may begin.
    private func tick() {
        let now = monotonicNanoseconds()
        for user in users { user.expire(at: now) }
        tally.timeline.open(tally.open, at: now)
        onProgress(
            LoadProgress(
                seconds: Double(now - begun) / 1e9, connections: tally.open, sent: tally.sent,
                answered: tally.answered.count, median: tally.answered.nanoseconds(50),
                percentile99: tally.answered.nanoseconds(99), faults: tally.faults))
        if case .draining(let end) = phase {
            let isQuiet = users.allSatisfy { !$0.isWaiting && $0.isEven } && devices.allSatisfy(\.isFollowing)
            if isQuiet || now > end { check() }
        }
        if case .ended = phase { return }
        after(0.5) { [self] in tick() }
    }

    // MARK: The end

    /// Every device asks for what is behind its last event. There must be nothing.
    private func check() {
        phase = .checking
        let devices = devices
        var left = devices.count
        for device in devices {
            device.check { [self] in
                left -= 1
                if left == 0 { finish() }
            }
        }
        after(options.timeout) { [self] in
            guard left > 0 else { return }
            tally.unchecked += left
            finish()
        }
    }

    private func finish() {
        guard let onEnd else { return }
        self.onEnd = nil
        phase = .ended
        for user in users { user.judgeMessages() }
        for device in devices { device.leave() }
        onEnd(
            LoadReport(
                url: address.url, startedAt: startedAt, options: options, tally: tally,
                seconds: sentUntil > begun ? Double(sentUntil - begun) / 1e9 : 0))
    }

    private func after(_ seconds: Double, _ body: @escaping () -> Void) {
        loop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { body() }
    }
}
