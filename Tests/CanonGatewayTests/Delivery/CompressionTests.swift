import CanonStore
import CanonWebSocket
import CanonWire
import NIOCore
import Testing

@testable import CanonGateway

@Suite("Compression of a gateway's sockets", .timeLimit(.minutes(3)))
struct CompressionTests {
    @Test("it is off unless it was asked for")
    func off() async throws {
        try await RunningGateway.with { gateway in
            let socket = try await gateway.socket(try await gateway.user(), offersCompression: true)
            #expect(socket.compression == nil)
            let served = try await gateway.http.get("/ws/config")
            #expect(served.json["websocket_config"]?["compression_enabled"] == false)
        }
    }

    @Test("devices with and without it are told the same, live and when they come back")
    func sameEvents() async throws {
        try await RunningGateway.with(configure: { $0.compression = true }) { gateway in
            let user = try await gateway.user()
            let plain = try await gateway.socket(user)
            let compressed = [
                try await gateway.socket(user, offersCompression: true),
                try await gateway.socket(user, offersCompression: true),
            ]
            #expect(plain.compression == nil && compressed.allSatisfy { $0.compression != nil })
            for socket in compressed {
                socket.send(["type": "resume", "threads": ["t": 0]])
                try await socket.next("not_found")
            }
            plain.send(["type": "chat", "message": "think tool repeat:50", "thread_id": "t"])
            let told = try await plain.events(untilTerminal: 1)
            for socket in compressed {
                // It follows nothing yet, and comes back for all of it: a replay, which is compressed for it alone.
                socket.send(["type": "resume", "threads": ["t": 0]])
                #expect(try await socket.events(untilTerminal: 1) == told)
            }
            // Now both follow: what comes is the frame that they share.
            let long = String(repeating: "compressible ", count: 200)
            compressed[0].send(["type": "chat", "message": .string("say:\(long)"), "thread_id": "t"])
            let live = try await plain.events(untilTerminal: 1)
            for socket in compressed { #expect(try await socket.events(untilTerminal: 1) == live) }
            let served = try await gateway.http.get("/ws/config")
            #expect(served.json["websocket_config"]?["compression_enabled"] == true)
        }
    }

    @Test("a client whose window is smaller than that of the shared frames is not compressed for")
    func smallWindow() async throws {
        try await RunningGateway.with(configure: { $0.compression = true }) { gateway in
            let user = try await gateway.user()
            let offer = ("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=9")
            let socket = try await TestSocket.open(port: gateway.port, token: user.token, headers: [offer])
            #expect(socket.compression == nil)
            try await socket.next("connection_established")
        }
    }

    @Test("an event is compressed once, for whoever wants it, and is then the shorter frame")
    func once() throws {
        let event = LogEvent(
            user: UserID("u"), thread: ThreadID("t"), seq: 1, eventID: EventID("e"), type: .streamChunk,
            timestamp: .now(), run: nil, parentRun: nil, agent: "a",
            fields: JSONObject(dictionaryLiteral: ("delta", "aaaaaaaaaaaaaaaa")).encodedText)
        let delivery = Delivery(event, epoch: "x")
        let (first, second) = (delivery.compressed.frame, delivery.compressed.frame)
        #expect(first.readableBytes < delivery.frame.readableBytes)
        #expect(first.withUnsafeReadableBytes { $0.baseAddress } == second.withUnsafeReadableBytes { $0.baseAddress })
    }
}
