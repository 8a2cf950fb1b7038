import CanonWire
import NIOCore

/// A conversation on the gateway that producers write into and connections follow.
final class LoadThread {
    let id: String
    let user: LoadUser
    /// Events that the gateway said are stored.
    private(set) var stored: Int64 = 0

    static let eventType = "bench_event"

    init(id: String, user: LoadUser) {
        self.id = id
        self.user = user
    }

    /// Ids of this run: a thread is never used twice.
    static func make(_ count: Int, target: Target) -> [LoadThread] {
        let run = String(UInt64.random(in: .min ... .max), radix: 36)
        return (0..<count).map { LoadThread(id: "thread_bench_\(run)_\($0)", user: target.user($0)) }
    }

    /// Makes the conversations, one after the other, and tells `done` what failed.
    static func create(_ threads: [LoadThread], on connection: HTTPConnection, done: @escaping (String?) -> Void) {
        guard let thread = threads.first else { return done(nil) }
        let body = ByteBuffer(string: "{\"id\":\"\(thread.id)\",\"title\":\"Load\"}")
        connection.post("/api/threads", token: thread.user.token, body: body) { answer in
            guard answer.status == 201 else {
                return done("POST /api/threads: \(answer.status) \(answer.text.prefix(200))")
            }
            create(Array(threads.dropFirst()), on: connection, done: done)
        }
    }

    /// Publishes events with the stamps given, in one request.
    /// - Parameter done: told what failed, or nil when all were stored.
    func publish(
        _ times: [UInt64], padding: String, on connection: HTTPConnection, token: String,
        done: @escaping (String?) -> Void
    ) {
        var body = ByteBuffer()
        body.reserveCapacity(100 + times.count * (100 + padding.utf8.count))
        body.writeString("{\"thread_id\":\"\(id)\",\"agent_name\":\"ws-load\",\"events\":[")
        for (index, time) in times.enumerated() {
            if index > 0 { body.writeInteger(UInt8(ascii: ",")) }
            let stamp = Stamp.text(time: time, number: 0)
            body.writeString("{\"type\":\"\(Self.eventType)\",\"stamp\":\"\(stamp)\",\"pad\":\"\(padding)\"}")
        }
        body.writeString("]}")
        connection.post("/api/users/\(user.id)/events", token: token, body: body) { [self] answer in
            let count = answer.status == 200 ? answer.body.count(of: "\"status\":\"stored\"") : 0
            stored += Int64(count)
            done(count == times.count ? nil : "POST …/events: \(answer.status) \(answer.text.prefix(200))")
        }
    }
}

extension ByteBuffer {
    fileprivate func count(of text: StaticString) -> Int {
        withUnsafeReadableBytes { bytes in
            var count = 0
            var rest = bytes[...]
            while let found = rest.firstIndex(of: text) {
                count += 1
                rest = rest[(found + text.utf8CodeUnitCount)...]
            }
            return count
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Where the text begins first.
    func firstIndex(of text: StaticString) -> Int? {
        let wanted = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var start = startIndex
        while start + wanted.count <= endIndex {
            guard let index = self[start..<(endIndex - wanted.count + 1)].firstIndex(of: wanted[0]) else { return nil }
            if self[index..<index + wanted.count].elementsEqual(wanted) { return index }
            start = index + 1
        }
        return nil
    }
}
