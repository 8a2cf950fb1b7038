import CanonWebSocket
import NIOCore
import NIOEmbedded

/// How fast the codec turns bytes into messages and messages into bytes, as the channel handler the gateway uses, with
/// no socket and no kernel in the way.
@main
enum FrameBench {
    static let sizes = [128, 4096, 65536]

    static func main() throws {
        let duration = try parseDuration(Array(CommandLine.arguments.dropFirst()))
        var rows: [Row] = []
        for size in sizes {
            rows.append(
                try measure("decode, masked (server), text", size, for: duration) {
                    try Decoding(role: .server, isText: true, payloadBytes: size)
                })
            rows.append(
                try measure("decode, masked (server), text beyond ASCII", size, for: duration) {
                    try Decoding(role: .server, isText: true, payloadBytes: size, character: "é")
                })
            rows.append(
                try measure("decode, masked (server), binary", size, for: duration) {
                    try Decoding(role: .server, isText: false, payloadBytes: size)
                })
            rows.append(
                try measure("decode, unmasked (client), text", size, for: duration) {
                    try Decoding(role: .client, isText: true, payloadBytes: size)
                })
            rows.append(
                try measure("encode (server), text", size, for: duration) {
                    try Encoding(role: .server, message: .text(payload(size)))
                })
            rows.append(
                try measure("encode once, write shared (server)", size, for: duration) {
                    let frame = WebSocketFrameEncoder.serverText(payload(size).readableBytesView)
                    return try Encoding(role: .server, message: .encoded(frame))
                })
            rows.append(
                try measure("compress once, events (server)", size, for: duration) {
                    Compressing(payload: events(size))
                })
            rows.append(
                try measure("decode, masked (server), compressed events", size, for: duration) {
                    try Decoding(payload: events(size), compression: agreement)
                })
            rows.append(
                try measure("encode, masked (client), text", size, for: duration) {
                    try Encoding(role: .client, message: .text(payload(size)))
                })
        }
        print(Row.table(rows))
    }

    static func payload(_ size: Int) -> ByteBuffer {
        ByteBuffer(repeating: UInt8(ascii: "a"), count: size)
    }

    /// What a server agrees to with a client that just offers compression.
    static var agreement: PermessageDeflate? { PermessageDeflate.negotiate(offers: ["permessage-deflate"]) }

    /// JSON as the gateway sends it; the ids in it cannot be compressed, the rest well.
    static func events(_ size: Int) -> ByteBuffer {
        var payload = ByteBuffer()
        var id: UInt64 = 1
        while payload.readableBytes < size {
            id = id &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let run = String(id, radix: 16)
            payload.writeString(
                #"{"type":"agent_delta","seq":\#(id % 10_000),"run_id":"run_\#(run)","delta":" what is asked for"},"#)
        }
        payload.moveWriterIndex(to: size)
        return payload
    }

    /// Runs batches for the time given, after a tenth of it for warming up.
    static func measure(
        _ name: String,
        _ payloadBytes: Int,
        for duration: Duration,
        _ make: () throws -> some Workload
    ) throws -> Row {
        let workload = try make()
        let clock = ContinuousClock()
        let warm = clock.now + duration / 10
        while clock.now < warm { try workload.run() }
        let start = clock.now
        var frames = 0
        while clock.now < start + duration { frames += try workload.run() }
        return Row(name: name, payloadBytes: payloadBytes, frames: frames, elapsed: clock.now - start)
    }

    struct Invalid: Error, CustomStringConvertible {
        let description: String
    }

    static func parseDuration(_ arguments: [String]) throws(Invalid) -> Duration {
        switch arguments.count {
        case 0: return .seconds(1)
        case 2:
            guard arguments[0] == "--milliseconds", let number = Int(arguments[1]), (1...60_000).contains(number) else {
                fallthrough
            }
            return .milliseconds(number)
        default:
            throw Invalid(description: "usage: frame-bench [--milliseconds N], 1 to 60000 for each row (default 1000)")
        }
    }
}

/// One line of the table.
struct Row {
    let name: String
    let payloadBytes: Int
    let frames: Int
    let elapsed: Duration

    static func table(_ rows: [Row]) -> String {
        let header = ["what", "bytes", "frames/s", "MB/s", "ns/frame"]
        let lines = rows.map { row in
            let seconds = row.elapsed / .seconds(1)
            let rate = Double(row.frames) / seconds
            return [
                row.name, "\(row.payloadBytes)", "\(Int(rate))", "\(Int(rate * Double(row.payloadBytes) / 1e6))",
                "\(Int(1e9 / rate))",
            ]
        }
        let widths = header.indices.map { column in ([header] + lines).map { $0[column].count }.max() ?? 0 }
        return ([header] + lines).map { line in
            line.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - line[column].count)
                return column == 0 ? line[column] + gap : gap + line[column]
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
