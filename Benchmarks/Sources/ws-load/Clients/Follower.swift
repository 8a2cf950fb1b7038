import CanonVerify
import NIOCore

/// A connection that follows one thread and checks that it gets each event once and in order.
class Follower: LoadConnection {
    let thread: LoadThread
    private let measurement: Measurement
    /// The number of the last event received.
    private(set) var last: Int64 = 0
    var onEvent: ((Int64) -> Void)?

    init(_ thread: LoadThread, _ measurement: Measurement) {
        self.thread = thread
        self.measurement = measurement
    }

    /// Asks for everything after `seq`, then for what comes.
    func resume(after seq: Int64 = 0) {
        last = seq
        send(ByteBuffer(string: "{\"type\":\"resume\",\"threads\":{\"\(thread.id)\":\(seq)}}"))
    }

    override func receive(_ text: ByteBuffer) {
        if text.startsWith("{\"type\":\"bench_event\"") {
            receiveEvent(text)
        } else if text.startsWith("{\"type\":\"snapshot\"") {
            // The server skipped ahead: allowed to a reader that lags, and to be seen in the result.
            measurement.failed("a snapshot instead of events")
            if let at = text.integer(after: "\"at\":") { last = at }
        } else if text.startsWith("{\"type\":\"error_message\"") || text.startsWith("{\"type\":\"not_found\"") {
            measurement.failed(
                "answer: \(text.getString(at: text.readerIndex, length: min(text.readableBytes, 120)) ?? "")")
        }
    }

    private func receiveEvent(_ text: ByteBuffer) {
        let now = monotonicNanoseconds()
        let (seq, stamp) = text.withUnsafeReadableBytes { bytes in
            (
                bytes.integer(after: "\"seq\":"),
                bytes.firstIndex(of: UInt8(ascii: "~")).flatMap { Stamp(bytes, at: $0) }
            )
        }
        guard let seq, let stamp, seq == last + 1 else {
            measurement.wrong += 1
            last = max(last, seq ?? 0)
            return
        }
        last = seq
        measurement.receivedCounted(since: stamp.time, at: now)
        onEvent?(seq)
    }
}

/// Follows and then reads no more, until it is thrown away for the next one.
final class StalledFollower: Follower {
    func stall() {
        context?.channel.setOption(.autoRead, value: false).whenFailure { _ in }
    }
}

extension ByteBuffer {
    fileprivate func integer(after name: StaticString) -> Int64? {
        withUnsafeReadableBytes { $0.integer(after: name) }
    }
}

extension UnsafeRawBufferPointer {
    /// The digits behind the first place where `name` stands.
    fileprivate func integer(after name: StaticString) -> Int64? {
        guard let start = self[...].firstIndex(of: name) else { return nil }
        var value: Int64?
        var index = start + name.utf8CodeUnitCount
        while index < count, case let digit = self[index] &- UInt8(ascii: "0"), digit < 10, (value ?? 0) < 1 << 58 {
            value = (value ?? 0) * 10 + Int64(digit)
            index += 1
        }
        return value
    }
}
