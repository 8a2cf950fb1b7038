import CanonVerify
import CanonWire
import NIOCore

/// One connection sends, all others receive: for a server that passes every message on to all but its sender.
final class FanLoad: Load {
    struct Options {
        var subscribers: Int
        /// Messages under way in the closed loop: the next one goes when all have received the oldest.
        var window: Int
        var size: Int
        /// Messages in a second; nil: as many as the window lets through.
        var rate: Double?
    }

    let mode = "fan"
    private let options: Options
    private let setting: LoadSetting
    private let measurement: Measurement
    private var template: Template
    private let publisher = LoadConnection()
    private var subscribers: [FanSubscriber] = []
    private var pacer: Pacer?
    private var sent: UInt64 = 0
    private var delivered = 0
    private var isRunning = false

    init(_ options: Options, _ setting: LoadSetting) {
        self.options = options
        self.setting = setting
        measurement = setting.measurement
        template = EchoLoad.templates(.echo, size: options.size).request
    }

    func start(ready: @escaping () -> Void) {
        subscribers = (0..<options.subscribers).map { _ in FanSubscriber(load: self, measurement, template) }
        setting.connector.open(subscribers + [publisher]) { [self] in
            isRunning = true
            if let rate = options.rate {
                pacer = Pacer(loop: setting.loop, schedule: .even(rate: rate)) { [self] due in
                    guard unreceived < 1024 else { return false }
                    publish(due: due)
                    return true
                }
                pacer?.run()
            } else {
                fillWindow()
            }
            ready()
        }
    }

    func stop(done: @escaping () -> Void) {
        isRunning = false
        pacer?.stop()
        setting.when({ [self] in delivered >= Int(sent) * subscribers.count }, orAfter: 5) { [self] in
            let missing = Int(sent) * subscribers.count - delivered
            if missing > 0 { measurement.failed("\(missing) messages never arrived") }
            done()
        }
    }

    var members: [(key: String, value: JSONValue)] {
        [
            ("subscribers", .int(Int64(options.subscribers))),
            ("window", options.rate == nil ? .int(Int64(options.window)) : .null),
            ("rate", options.rate.map { .double($0) } ?? .null), ("message_bytes", .int(Int64(template.size))),
        ]
    }

    /// Messages that not everybody has.
    private var unreceived: Int { Int(sent) - delivered / max(1, subscribers.count) }

    private func publish(due: UInt64) {
        publisher.send(template.stamped(time: due, number: sent))
        sent += 1
        measurement.sendCounted()
    }

    private func fillWindow() {
        while isRunning, options.rate == nil, publisher.isOpen, unreceived < options.window {
            publish(due: monotonicNanoseconds())
        }
    }

    fileprivate func messageDelivered() {
        delivered += 1
        if delivered % subscribers.count == 0 { fillWindow() }
    }
}

final class FanSubscriber: LoadConnection {
    private unowned let load: FanLoad
    private let measurement: Measurement
    private let template: Template
    private var next: UInt64 = 0

    init(load: FanLoad, _ measurement: Measurement, _ template: Template) {
        self.load = load
        self.measurement = measurement
        self.template = template
    }

    override func receive(_ text: ByteBuffer) {
        if let stamp = template.stamp(in: text), stamp.number == next {
            measurement.receivedCounted(since: stamp.time, at: monotonicNanoseconds())
        } else {
            measurement.wrong += 1
        }
        next += 1
        load.messageDelivered()
    }
}
