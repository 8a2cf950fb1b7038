import CanonVerify
import CanonWire
import NIOCore

/// A thread with many events is fetched from its beginning, again and again, each time by a new connection.
final class ResumeLoad: Load {
    struct Options {
        var events: Int
        var repetitions: Int
        var padding: Int
        var serviceToken: String
    }

    let mode = "resume"
    private let options: Options
    private let setting: LoadSetting
    private let measurement: Measurement
    private let thread: LoadThread
    private var milliseconds: [Double] = []
    private var finished: (() -> Void)?

    private static let batch = 100

    init(_ options: Options, _ setting: LoadSetting) {
        self.options = options
        self.setting = setting
        measurement = setting.measurement
        thread = LoadThread.make(1, target: setting.target)[0]
    }

    func start(ready: @escaping () -> Void) {
        HTTPConnection.open(setting.loop, port: setting.target.port) { [self] connection in
            guard let connection else {
                measurement.connectionFailed("no HTTP connection")
                return ready()
            }
            LoadThread.create([thread], on: connection) { [self] failure in
                if let failure { measurement.failed(failure) }
                fill(connection, ready: ready)
            }
        }
    }

    private func fill(_ connection: HTTPConnection, ready: @escaping () -> Void) {
        let missing = options.events - Int(thread.stored)
        guard missing > 0, measurement.isFaultless else {
            connection.close()
            return ready()
        }
        let times = Array(repeating: monotonicNanoseconds(), count: min(missing, Self.batch))
        thread.publish(
            times, padding: String(repeating: "x", count: options.padding), on: connection, token: options.serviceToken
        ) { [self] failure in
            if let failure { measurement.failed(failure) }
            fill(connection, ready: ready)
        }
    }

    func stop(done: @escaping () -> Void) {
        finished = done
        fetch()
    }

    private func fetch() {
        guard milliseconds.count < options.repetitions, measurement.isFaultless else { finished?(); return }
        let follower = Follower(thread, measurement)
        setting.connector.open([follower]) { [self] in
            let start = monotonicNanoseconds()
            var isDone = false
            follower.onEvent = { [self] seq in
                guard seq == options.events, !isDone else { return }
                isDone = true
                milliseconds.append(Double(monotonicNanoseconds() - start) / 1e6)
                follower.leave()
                fetch()
            }
            follower.resume()
            setting.after(60) { [self] in
                guard !isDone else { return }
                isDone = true
                measurement.failed("\(options.events - Int(follower.last)) events did not come within 60 s")
                finished?()
            }
        }
    }

    var members: [(key: String, value: JSONValue)] {
        let sorted = milliseconds.sorted()
        return [
            ("events", .int(Int64(options.events))), ("repetitions", .int(Int64(sorted.count))),
            ("median_ms", sorted.isEmpty ? .null : .rounded(sorted[sorted.count / 2])),
            ("least_ms", sorted.first.map { .rounded($0) } ?? .null),
            ("most_ms", sorted.last.map { .rounded($0) } ?? .null),
        ]
    }
}
