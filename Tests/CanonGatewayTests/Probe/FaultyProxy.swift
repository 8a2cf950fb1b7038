import CanonWebSocket
import CanonWire
import NIOCore
import NIOPosix

/// What a server does wrong, and nothing else: a proxy before a real gateway does it.
enum ServerFault: String, CaseIterable, Sendable {
    case none
    case wrongOrder, missingMember, repeatedEvent, secondEnd, otherAnswer
    case frameBeforeRefusal, forgedTokenAdmitted, tokenChosen, tokenInHeader
    case secondRunForRetry, stopIgnored, emptyPong
    case lostAfterResume, repeatedAfterResume, changedInReplay, silentToOtherDevices
    case badJSONCloses, unknownTypeRefused, oversizeSwallowed
    case foreignThreadReadable, eventsLeak, noHeads
    /// Of every 20 events that it passes on, one.
    case oneLostInMany, oneRepeatedInMany, twoSwappedInMany, lastIsLost
    /// No fault: a device that only follows is given nothing until it asks for the rest.
    case lateToOthers
}

/// Passes HTTP through as it is, and each WebSocket message through the fault.
final class FaultyProxy: Sendable {
    let port: Int
    private let channel: any Channel

    /// Everything runs on one loop, so that what one connection is sent cannot overtake what another is.
    static func start(before gatewayPort: Int, fault: ServerFault) async throws -> FaultyProxy {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let state = NIOLoopBoundBox.makeBoxSendingValue(ProxyState(fault: fault), as: ProxyState.self, eventLoop: loop)
        let channel = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let front = Front(gatewayPort: gatewayPort, state: state.value)
                    try channel.pipeline.syncOperations.addHandler(front)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FaultyProxy(channel)
    }

    private init(_ channel: any Channel) {
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    func stop() async { try? await channel.close() }
}

/// What the connections of a proxy share. Lives on its loop.
final class ProxyState {
    let fault: ServerFault
    /// Every event that was sent to anybody, by thread.
    var logs: [String: [JSONObject]] = [:]
    var relays: [ObjectIdentifier: Relay] = [:]
    var passed = 0

    init(fault: ServerFault) { self.fault = fault }
}

/// The client's side: reads the head of its request, and then becomes a pipe or a WebSocket.
private final class Front: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let gatewayPort: Int
    private let state: ProxyState
    private var bytes = ByteBuffer()
    private var hasHead = false

    init(gatewayPort: Int, state: ProxyState) {
        self.gatewayPort = gatewayPort
        self.state = state
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        bytes.writeBuffer(&part)
        let text = String(buffer: bytes)
        guard !hasHead, let end = text.firstRange(of: "\r\n\r\n") else { return }
        hasHead = true
        let lines = text[..<end.lowerBound].split(separator: "\r\n").map(String.init)
        if lines.contains(where: { $0.lowercased() == "upgrade: websocket" }) {
            openSocket(lines, context: context)
        } else {
            openPipe(context: context)
        }
    }

    private func openPipe(context: ChannelHandlerContext) {
        let front = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let client = context.channel
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Pipe(to: client))
                }
            }
            .connect(host: "127.0.0.1", port: gatewayPort)
            .whenComplete { result in
                let (front, context) = front.value
                guard case .success(let gateway) = result else { return context.close(promise: nil) }
                gateway.writeAndFlush(front.bytes, promise: nil)
                try? context.pipeline.syncOperations.addHandler(Pipe(to: gateway))
                context.pipeline.syncOperations.removeHandler(front, promise: nil)
            }
    }

    private func openSocket(_ lines: [String], context: ChannelHandlerContext) {
        func value(_ name: String) -> String? {
            lines.first { $0.lowercased().hasPrefix(name + ":") }.map {
                $0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }.description
            }
        }
        let offered = value("sec-websocket-protocol")?.split(separator: ",").map {
            $0.drop { $0 == " " }.description
        }
        let request = WebSocketClientHandshake.Request(
            host: value("host") ?? "", target: lines[0].split(separator: " ")[1].description,
            headers: value("authorization").map { [.init(name: "Authorization", value: $0)] } ?? [],
            subprotocols: offered ?? [])
        let upgraded = context.eventLoop.makePromise(of: WebSocketClientHandshake.Response.self)
        let relay = Relay(state: state, client: context.channel)
        let bound = NIOLoopBound((self, context, relay), eventLoop: context.eventLoop)
        let key = value("sec-websocket-key") ?? ""
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let relay = bound.value.2
                    relay.gateway = channel
                    try channel.pipeline.syncOperations.addHandlers([
                        WebSocketClientHandshaker(
                            request: request, messageLimits: .init(maximumMessageBytes: 16 << 20), promise: upgraded),
                        Relay.FromGateway(relay),
                    ])
                }
            }
            .connect(host: "127.0.0.1", port: gatewayPort).cascadeFailure(to: upgraded)
        upgraded.futureResult.whenComplete { result in
            let (front, context, relay) = bound.value
            guard case .success(let response) = result else { return context.close(promise: nil) }
            front.accept(
                key: key, chosen: front.chosen(response.subprotocol, offered ?? []),
                extra: front.state.fault == .tokenInHeader ? "X-Offered: \(offered?.last ?? "")\r\n" : "",
                relay: relay, context: context)
        }
    }

    private func chosen(_ subprotocol: String?, _ offered: [String]) -> String? {
        state.fault == .tokenChosen ? offered.last { $0.hasPrefix("jwt.") } ?? subprotocol : subprotocol
    }

    private func accept(key: String, chosen: String?, extra: String, relay: Relay, context: ChannelHandlerContext) {
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(WebSocketHandshake.acceptKey(for: key))\r\n"
            + (chosen.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? "") + extra + "\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        let socket = WebSocketHandler(role: .server, limits: .init(maximumMessageBytes: 16 << 20))
        try? context.pipeline.syncOperations.addHandlers([socket, Relay.FromClient(relay)])
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        relay.opened()
    }
}

/// One direction of a connection that is passed on as it is.
private final class Pipe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
