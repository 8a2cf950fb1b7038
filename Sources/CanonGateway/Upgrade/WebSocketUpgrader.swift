import CanonWebSocket
import CanonWire
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// What every upgrade needs to decide.
struct UpgradeContext: Sendable {
    let manager: WebSocketManager
    let authenticator: Authenticator
    let check: UpgradeCheck
    let readiness: Readiness
    let demo: Bool
    let offersCompression: Bool
    let limits: GatewayConfiguration.Limits
    let metrics: GatewayMetrics
    let logger: Logger
}

/// Upgrades one channel to a WebSocket, once the request and its credentials have been looked at.
///
/// A request that cannot be upgraded falls through to the HTTP routes, which say why. Refused credentials complete the
/// upgrade, so that a browser sees the close code.
final class WebSocketUpgrader: Sendable {
    private enum Decision: Sendable {
        case admit(Principal, Presentation.Dialect, userAgent: String?)
        case refuse(CloseReason)
    }

    /// The request is no handshake that can be accepted; the HTTP routes answer it.
    private struct NotUpgradable: Error {}

    private let context: UpgradeContext
    /// Set before the response is built, read when the upgrade is carried out.
    private let decision = NIOLockedValueBox<Decision?>(nil)
    private let compression = NIOLockedValueBox<PermessageDeflate?>(nil)

    init(context: UpgradeContext) { self.context = context }

    /// The headers of the answer 101; fails when the request is not to be upgraded.
    func answer(to head: HTTPRequestHead, on channel: any Channel) -> EventLoopFuture<HTTPHeaders> {
        let request = HandshakeRequest(head, peer: channel.remoteAddress?.ipAddress)
        guard case .proceed(let handshake) = context.check.evaluate(request, isReady: context.readiness.isServing)
        else {
            return channel.eventLoop.makeFailedFuture(NotUpgradable())
        }
        let context = context
        let decision = decision
        // A smaller window than ours would need frames of its own; such a client gets plain ones.
        let agreed =
            context.offersCompression
            ? PermessageDeflate.negotiate(
                offers: handshake.extensionOffers, minimumServerWindowBits: PermessageDeflate.sharedWindowBits)
            : nil
        compression.withLockedValue { $0 = agreed }
        return channel.eventLoop.makeFutureWithTask {
            let decided = await Self.decide(handshake, context)
            decision.withLockedValue { $0 = decided }
        }.map {
            var headers: HTTPHeaders = [
                "Connection": "upgrade", "Upgrade": "websocket", "Sec-WebSocket-Accept": handshake.acceptKey,
            ]
            if let subprotocol = handshake.credentials.subprotocol {
                headers.add(name: "Sec-WebSocket-Protocol", value: subprotocol)
            }
            if let agreed { headers.add(name: "Sec-WebSocket-Extensions", value: agreed.responseHeader) }
            return headers
        }
    }

    private static func decide(_ handshake: UpgradeCheck.Handshake, _ context: UpgradeContext) async -> Decision {
        if handshake.credentials.echoesToken { context.metrics.deprecatedSubprotocols.increment() }
        guard handshake.isOriginAllowed else {
            context.logger.notice("origin refused", metadata: ["origin": "\(handshake.origin ?? "")"])
            return .refuse(.originRefused)
        }
        var outcome = await context.authenticator.authenticate(handshake.credentials.credential)
        // A visitor is someone who presented nothing; a credential that was refused stays refused.
        if case .failure(.missing) = outcome, context.demo { outcome = context.authenticator.visitor() }
        switch outcome {
        case .success(let principal):
            return .admit(principal, handshake.dialect, userAgent: handshake.userAgent)
        case .failure(let failure):
            context.metrics.authenticationFailures.increment()
            context.logger.info("authentication refused", metadata: ["reason": "\(failure.code)"])
            return .refuse(CloseReason(code: failure.closeCode, text: failure.closeReason))
        }
    }

    /// Adds the handlers of the socket that was decided on. On the channel's event loop.
    func install(on channel: any Channel, behind handler: any ChannelHandler) throws {
        let limits = context.limits
        let pipeline = channel.pipeline.syncOperations
        // Above the high mark only the log remembers. A frame that waits takes about twice its bytes (its buffer is
        // rounded up to a power of two and has a place in the channel's queue): half of the budget then, which
        // leaves the other half for one page of a replay or a snapshot.
        try channel.syncOptions?.setOption(
            .writeBufferWaterMark,
            value: .init(low: limits.connectionBudgetBytes / 8, high: limits.connectionBudgetBytes / 4))
        try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
        try channel.syncOptions?.setOption(.socketOption(.tcp_nodelay), value: 1)
        let agreed = compression.withLockedValue { $0 }
        let socket = WebSocketHandler(
            role: .server, limits: WebSocketLimits(maximumMessageBytes: limits.maximumMessageBytes), compression: agreed
        )
        try pipeline.addHandler(socket, position: .after(handler))
        switch decision.withLockedValue({ $0 }) {
        case .admit(let principal, let dialect, let userAgent):
            let connection = Connection(
                manager: context.manager, authenticator: context.authenticator,
                scope: context.manager.scope(principal),
                presentation: Presentation(dialect, isCompressed: agreed != nil), userAgent: userAgent)
            try pipeline.addHandler(connection, position: .after(socket))
        case .refuse(let reason):
            context.metrics.connectionsRefused.increment()
            try pipeline.addHandler(RefusedConnection(reason), position: .after(socket))
        case nil:
            try pipeline.addHandler(RefusedConnection(.internalError), position: .after(socket))
        }
    }
}

/// Says why by a close code, with no frame before it.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = WebSocketInbound
    typealias OutboundOut = WebSocketOutbound

    private let reason: CloseReason

    init(_ reason: CloseReason) { self.reason = reason }

    func handlerAdded(context: ChannelHandlerContext) {
        let close = WebSocketOutbound.close(WebSocketCloseCode(rawValue: reason.code), reason: reason.text)
        context.writeAndFlush(wrapOutboundOut(close), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
