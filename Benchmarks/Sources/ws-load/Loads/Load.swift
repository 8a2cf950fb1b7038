import CanonWire
import NIOCore

/// One kind of load. Everything of it happens on one event loop.
protocol Load: AnyObject {
    var mode: String { get }
    /// Connects, and starts what is measured. `ready` is told when the warm-up may begin.
    func start(ready: @escaping () -> Void)
    /// What is measured begins now.
    func measuringBegins()
    /// Stops, waits for what is still under way, and looks at the outcome.
    func stop(done: @escaping () -> Void)
    /// What the result says beside the counts.
    var members: [(key: String, value: JSONValue)] { get }
}

extension Load {
    func measuringBegins() {}
}

/// What every load is given.
struct LoadSetting {
    let loop: any EventLoop
    let target: Target
    let measurement: Measurement
    let connector: Connector
    let server: ServerProcess?

    init(loop: any EventLoop, target: Target, server: ServerProcess?) {
        self.loop = loop
        self.target = target
        self.server = server
        measurement = Measurement(server: server)
        connector = Connector(loop: loop, target: target, measurement: measurement)
    }

    func after(_ seconds: Double, _ body: @escaping () -> Void) {
        loop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { body() }
    }

    /// Asks until the condition holds or the time is over, then goes on.
    func when(_ condition: @escaping () -> Bool, orAfter seconds: Double, _ body: @escaping () -> Void) {
        if seconds <= 0 || condition() { return body() }
        after(0.01) { when(condition, orAfter: seconds - 0.01, body) }
    }
}

/// Runs a load: connect, warm up, measure, stop.
final class LoadRun {
    private let load: any Load
    private let setting: LoadSetting
    private let promise: EventLoopPromise<Report>

    static func report(
        _ load: any Load, _ setting: LoadSetting, warmup: Double, seconds: Double
    ) -> EventLoopFuture<Report> {
        let run = LoadRun(load, setting)
        // The connections call their load until the process ends, also after the report is made.
        _ = Unmanaged.passRetained(load as AnyObject)
        load.start {
            setting.after(warmup) {
                setting.measurement.begin()
                load.measuringBegins()
                setting.after(seconds) {
                    setting.measurement.end()
                    load.stop { run.finish() }
                }
            }
        }
        return run.promise.futureResult
    }

    private init(_ load: any Load, _ setting: LoadSetting) {
        self.load = load
        self.setting = setting
        promise = setting.loop.makePromise(of: Report.self)
    }

    private func finish() {
        promise.succeed(
            Report(
                mode: load.mode, load.members + setting.measurement.members,
                isFaultless: setting.measurement.isFaultless))
    }
}
