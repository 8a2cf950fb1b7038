import CanonWebSocket
import CanonWire
import NIOCore

/// One WebSocket through the proxy: what goes either way, and what the fault makes of it. Lives on the proxy's loop.
final class Relay {
    private let state: ProxyState
    private let client: any Channel
    var gateway: (any Channel)?
    /// What came from the gateway before the client had its answer.
    private var early: [WebSocketInbound]? = []

    private var user: String?
    private var held: JSONObject?
    private var hasResumed = false
    private var hasReplayed = false
    private var isSender = false
    /// How often the client has asked for events, and those that wait until it asks for the rest.
    private var questions = 0
    private var late: [JSONObject] = []

    private static let limit = 1 << 20

    init(state: ProxyState, client: any Channel) {
        self.state = state
        self.client = client
        state.relays[ObjectIdentifier(self)] = self
    }

    func opened() {
        let waiting = early ?? []
        early = nil
        for message in waiting { fromGateway(message) }
    }

    func ended() {
        state.relays[ObjectIdentifier(self)] = nil
        client.close(promise: nil)
        gateway?.close(promise: nil)
    }

    private func send(_ frame: JSONObject) {
        client.writeAndFlush(WebSocketOutbound.text(ByteBuffer(string: frame.encodedText)), promise: nil)
    }

    // MARK: From the client

    fileprivate func fromClient(_ message: WebSocketInbound) {
        switch message {
        case .text(let text): fromClient(text)
        case .closed(let code, _):
            // A lost client is lost for the gateway as well.
            if code == nil { ended() } else { forward(.close(code ?? .normal, reason: "")) }
        case .binary, .ping, .pong: break
        }
    }

    private func fromClient(_ text: ByteBuffer) {
        let frame = (try? JSONValue.parse(text.readableBytesView))?.object
        if frame?["type"] == "user_message" { isSender = true }
        if frame?["type"] == "resume" { questions += 1 }
        if questions > 1 {
            for frame in late { send(frame) }
            late = []
        }
        switch state.fault {
        case .oversizeSwallowed where text.readableBytes > Self.limit: return
        case .badJSONCloses where frame == nil:
            client.writeAndFlush(WebSocketOutbound.close(.unsupportedData, reason: "not JSON"), promise: nil)
            return
        case .stopIgnored where frame?["type"] == "stop_agent":
            send(["type": "ack", "received_type": "stop_agent", "status": "stopping", "run_ids": []])
            return
        default: forward(.text(text))
        }
    }

    private func forward(_ message: WebSocketOutbound) { gateway?.writeAndFlush(message, promise: nil) }

    // MARK: From the gateway

    fileprivate func fromGateway(_ message: WebSocketInbound) {
        guard early == nil else {
            early?.append(message)
            return
        }
        switch message {
        case .text(let text):
            guard let frame = (try? JSONValue.parse(text.readableBytesView))?.object else { return }
            for frame in tampered(frame) { send(frame) }
        case .closed(let code, let reason):
            if code == .policyViolation, state.fault == .frameBeforeRefusal {
                send(["type": "error_message", "error_code": "AUTH_FAILED"])
            }
            if code == .policyViolation, state.fault == .forgedTokenAdmitted {
                send([
                    "type": "connection_established", "data": ["connection_id": "c", "user_id": "u", "message": "m"],
                ])
                return
            }
            if let code {
                client.writeAndFlush(WebSocketOutbound.close(code, reason: reason), promise: nil)
            } else {
                ended()
            }
        case .binary, .ping, .pong: break
        }
    }

    private func tampered(_ frame: JSONObject) -> [JSONObject] {
        var frame = frame
        let type = frame["type"]?.string ?? ""
        if type == "connection_established" { user = frame["data"]?["user_id"]?.string }
        if frame["seq"] != nil, let thread = frame["thread_id"]?.string {
            state.logs[thread, default: []].append(frame)
            return event(frame, type)
        }
        switch (state.fault, type) {
        case (.secondRunForRetry, "ack") where frame["duplicate"] == true: frame["duplicate"] = false
        case (.emptyPong, "pong"): frame["data"] = [:]
        case (.unknownTypeRefused, "ack") where frame["received_type"] == "probe_unknown":
            return [["type": "error_message", "error_code": "NOT_SUPPORTED"]]
        case (.lostAfterResume, "resumed"), (.lostAfterResume, "none"), (.repeatedAfterResume, "resumed"),
            (.repeatedAfterResume, "none"):
            hasResumed = frame["from"] != 1
        case (.changedInReplay, "resumed"): hasReplayed = frame["from"] == 1
        case (.silentToOtherDevices, "thread_updated"): return []
        case (.noHeads, "heartbeat"): frame["heads"] = nil
        case (.foreignThreadReadable, "not_found"):
            if let log = state.logs[frame["thread_id"]?.string ?? ""], let last = log.last?["seq"] {
                return [["type": "resumed", "thread_id": frame["thread_id"]!, "from": 1, "to": last]] + log
            }
        default: break
        }
        return [frame]
    }

    private func event(_ original: JSONObject, _ type: String) -> [JSONObject] {
        var frame = original
        switch state.fault {
        case .wrongOrder:
            if type == "agent_thinking" {
                held = frame
                return []
            }
            if let thought = held {
                held = nil
                return [frame, thought]
            }
        case .missingMember where type == "tool_completed": frame["results"] = nil
        case .repeatedEvent where type == "tool_executing": return [frame, frame]
        case .secondEnd where type == "agent_started":
            var end = frame
            end["type"] = "agent_completed"
            return [frame, end]
        case .otherAnswer where type == "agent_completed":
            for place in ["payload", "data"] {
                guard var inner = frame[place]?.object else { continue }
                inner["final_response"] = "something else"
                frame[place] = .object(inner)
            }
            frame["final_response"] = "something else"
        case .lostAfterResume where hasResumed:
            hasResumed = false
            return []
        case .repeatedAfterResume where hasResumed:
            hasResumed = false
            return [frame, frame]
        case .changedInReplay where hasReplayed && type == "agent_thinking": frame["event_id"] = "evt_another"
        case .oneLostInMany where isTurn(): return []
        case .oneRepeatedInMany where isTurn(): return [frame, frame]
        case .twoSwappedInMany:
            if let earlier = held {
                held = nil
                return [frame, earlier]
            }
            if type != "agent_completed", isTurn() {
                held = frame
                return []
            }
        // Nothing comes after it by which it would be missed. The sender still hears of its end.
        case .lastIsLost where type == "agent_completed" && !isSender: return []
        case .lateToOthers where !isSender && questions < 2:
            late.append(frame)
            return []
        case .eventsLeak:
            for relay in state.relays.values where relay.user != nil && relay.user != user { relay.send(frame) }
        default: break
        }
        return [frame]
    }

    private func isTurn() -> Bool {
        state.passed += 1
        return state.passed % 20 == 0
    }

    // MARK: Handlers

    final class FromClient: ChannelInboundHandler {
        typealias InboundIn = WebSocketInbound
        private let relay: Relay
        init(_ relay: Relay) { self.relay = relay }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { relay.fromClient(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { relay.ended() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    final class FromGateway: ChannelInboundHandler {
        typealias InboundIn = WebSocketInbound
        private let relay: Relay
        init(_ relay: Relay) { self.relay = relay }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { relay.fromGateway(unwrapInboundIn(data)) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
