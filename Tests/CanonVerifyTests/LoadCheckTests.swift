import CanonTestSupport
import CanonWire
import NIOCore
import NIOPosix
import Testing

@testable import CanonVerify

@Suite("What a load checks")
struct LoadCheckTests {
    @Test("each way in which events can come")
    func cursor() {
        var cursor = DeviceCursor()
        func receive(_ from: Int64, _ through: Int64) -> DeviceCursor.Finding {
            cursor.receive(from: from, through: through)
        }
        #expect(receive(1, 1) == .inOrder)
        #expect(receive(2, 4) == .inOrder, "joined text stands for all of it")
        #expect(receive(4, 4) == .repeated(1))
        #expect(receive(7, 7) == .missed(2))
        #expect(receive(6, 6) == .late(1))
        #expect(receive(6, 6) == .repeated(1), "late once, then again")
        #expect(receive(7, 9) == .repeated(1), "a part of it is new")
        #expect(cursor.last == 9)
        cursor.skip(to: 20)
        #expect(receive(21, 21) == .inOrder)
        cursor.skip(to: 5)
        #expect(cursor.last == 21)
    }

    @Test("any order of any events: what is found adds up to what was done")
    func accounts() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Int64.random(in: 1...60, using: &generator)
            var order = Array(1...count)
            order.removeAll { _ in Int.random(in: 0..<10, using: &generator) == 0 }
            if Bool.random(using: &generator) { order.shuffle(using: &generator) }
            var cursor = DeviceCursor()
            var (lost, late, repeated) = (Int64(0), Int64(0), Int64(0))
            for seq in order {
                switch cursor.receive(from: seq, through: seq) {
                case .inOrder: break
                case .missed(let number): lost += number
                case .late(let number): (lost, late) = (lost - number, late + number)
                case .repeated(let number): repeated += number
                }
            }
            let seen = Set(order)
            let missing = (1...(order.max() ?? 1)).count { !seen.contains($0) }
            #expect(lost == (order.isEmpty ? 0 : missing), "seed \(seed): \(order)")
            #expect(repeated == 0, "seed \(seed): \(order)")
            #expect(order != order.sorted() || late == 0, "seed \(seed): \(order)")
        }
    }

    @Test("one event has one number for everybody")
    func ledger() {
        var ledger = ThreadLedger()
        func note(_ seq: Int64, _ id: String) -> Bool { ledger.note(seq, id: id) }
        #expect(note(3, "c"))
        #expect(note(1, "a"))
        #expect(ledger.head == 3)
        #expect(note(3, "c"))
        #expect(!note(3, "d"))
        #expect(note(.max, "x"), "what counts wildly costs no memory")
        #expect(ledger.head == 3)
    }

    @Test("another user's canary is found anywhere in a message, one's own and half a one are not")
    func canary() {
        let (own, other) = (Canary(), Canary())
        func isForeign(_ text: String) -> Bool { own.isForeign(to: ByteBuffer(string: text)) }
        #expect(own != other)
        #expect(!isForeign(""))
        #expect(!isForeign("{\"content\":\"\(own.text) xx\"}"))
        #expect(isForeign("{\"content\":\"\(other.text) xx\"}"))
        #expect(isForeign("\(own.text)\(other.text)"))
        #expect(isForeign("ccanary-c\(other.text)"))
        #expect(!isForeign("canary-"))
        #expect(!isForeign(String(other.text.dropLast())))
        #expect(!isForeign("a canary-coloured dress and more"))
    }

    @Test(
        "what is not this machine is refused unless it is named",
        arguments: [
            ("http://127.0.0.1", nil, true), ("http://[::1]:80", nil, true), ("https://host.example", nil, false),
            ("https://host.example", "host.example", true), ("https://host.example", "other.example", false),
            ("http://10.0.0.1", "127.0.0.1", false),
        ] as [(String, String?, Bool)])
    func permission(url: String, host: String?, isAllowed: Bool) throws {
        var options = LoadOptions()
        options.permittedHost = host
        let address = try ServerAddress(url)
        if isAllowed {
            try options.validate(for: address)
        } else {
            let error = #expect(throws: LoadOptions.Invalid.self) { try options.validate(for: address) }
            #expect(error?.description.contains("--i-may-load \(address.host)") == true)
        }
    }

    @Test("options that make no sense are refused")
    func options() throws {
        let address = try ServerAddress("http://127.0.0.1")
        func expectRefusal(_ change: (inout LoadOptions) -> Void) {
            var options = LoadOptions()
            change(&options)
            #expect(throws: LoadOptions.Invalid.self) { try options.validate(for: address) }
        }
        expectRefusal { $0.users = .demo(0) }
        expectRefusal { $0.users = .tokens([]) }
        expectRefusal { $0.devices = 0 }
        expectRefusal { $0.users = .demo(30_000) }
        expectRefusal { $0.slowReaders = 11 }
        expectRefusal { $0.rate = 0 }
        expectRefusal { $0.rate = .nan }
        expectRefusal { $0.messageBytes = 5...10 }
        expectRefusal { $0.messageBytes = 100...40_000 }
        expectRefusal { $0.stormShare = 0 }
        expectRefusal { $0.stormInterval = 0 }
        expectRefusal { $0.seconds = 0 }
        expectRefusal { $0.maximumMessages = 0 }
        expectRefusal { $0.timeout = 0 }
    }

    @Test("a message that could not be sent in time is late by its own time")
    func pace() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let done = loop.makePromise(of: [UInt64].self)
        loop.execute {
            var refusals = 0
            var dues: [UInt64] = []
            var pacer: Pacer?
            pacer = Pacer(loop: loop, schedule: .even(rate: 1000)) { due in
                // As a server does that stops for a moment.
                refusals += 1
                if refusals < 20 { return false }
                dues.append(due)
                if dues.count == 10 {
                    pacer?.stop()
                    done.succeed(dues)
                    pacer = nil
                }
                return dues.count < 10
            }
            pacer?.run()
        }
        let dues = try await done.futureResult.get()
        for (earlier, later) in zip(dues, dues.dropFirst()) { #expect(later - earlier == 1_000_000) }
    }

    @Test("the chance arrivals have the rate that was asked for, in the mean")
    func poisson() {
        let schedule = Pacer.Schedule.poisson(rate: 1000)
        let mean = (0..<20_000).reduce(0.0) { sum, _ in sum + schedule.distance } / 20_000
        // The standard error is 0.7 per cent.
        #expect((950_000...1_050_000).contains(mean))
    }

    @Test("a report has charts without anything from the network, and no markup of the server's")
    func page() {
        let tally = LoadTally()
        tally.timeline = Timeline(start: 0)
        tally.trouble("close 1011 <script>alert(1)</script>")
        for index in 0..<100 {
            let due = UInt64(index) * 100_000_000
            tally.answered.record(from: due, to: due + UInt64(index + 1) * 1_000_000)
            tally.timeline.answered(due: due, at: due + 5_000_000)
        }
        tally.faults.add(.foreign, "<b>user</b>")
        let report = LoadReport(
            url: "http://127.0.0.1", startedAt: .now(), options: LoadOptions(), tally: tally, seconds: 10)
        let html = report.html
        #expect(html.contains("<polyline") && html.contains("&lt;b&gt;user"))
        #expect(html.contains("default-src 'none'"))
        for forbidden in ["<script", "refresh", "src=", "href=", "url(", "@import", "nan", "inf "] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
        #expect(report.verdict == .failed)
    }

    @Test("a run in which nothing was answered is unknown, and its page is drawn all the same")
    func nothing() {
        let report = LoadReport(
            url: "http://127.0.0.1", startedAt: .now(), options: LoadOptions(), tally: LoadTally(), seconds: 0)
        #expect(report.verdict == .unknown)
        #expect(report.html.contains("0 lost"))
    }
}
