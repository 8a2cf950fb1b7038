import CanonWebSocket
import NIOCore

/// The connections of one event loop that pass messages on to each other. Used on that loop alone.
final class Room {
    fileprivate var members: [FanHandler] = []
    private let others: Rooms
    private let eventLoop: any EventLoop

    fileprivate init(_ eventLoop: any EventLoop, others: Rooms) {
        self.eventLoop = eventLoop
        self.others = others
    }

    /// Encoded once; each connection of each loop writes the same bytes.
    fileprivate func passOn(_ message: ByteBuffer, from sender: FanHandler) {
        let frame = WebSocketFrameEncoder.serverText(message.readableBytesView)
        deliver(frame, except: sender)
        others.deliver(frame, except: eventLoop)
    }

    fileprivate func deliver(_ frame: ByteBuffer, except sender: FanHandler? = nil) {
        for member in members where member !== sender { member.send(frame) }
    }
}

/// The rooms of all event loops: a message hops once to each other loop, not to each connection.
final class Rooms: Sendable {
    private let rooms: [ObjectIdentifier: NIOLoopBoundBox<Room?>]

    init(_ group: some EventLoopGroup) {
        rooms = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map {
                (ObjectIdentifier($0), NIOLoopBoundBox.makeEmptyBox(valueType: Room.self, eventLoop: $0))
            })
    }

    /// The room of a loop of the group; called on that loop.
    func room(on eventLoop: any EventLoop) -> Room? {
        guard let box = rooms[ObjectIdentifier(eventLoop)] else { return nil }
        if box.value == nil { box.value = Room(eventLoop, others: self) }
        return box.value
    }

    fileprivate func deliver(_ frame: ByteBuffer, except own: any EventLoop) {
        for (id, box) in rooms where id != ObjectIdentifier(own) {
            box.eventLoop.execute { box.value?.deliver(frame) }
        }
    }
}

/// Sends every text message to all other connections, and none to one that does not read.
final class FanHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketInbound
    typealias OutboundOut = WebSocketOutbound

    private let room: Room
    private var context: ChannelHandlerContext?

    init(room: Room) { self.room = room }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        room.members.append(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        room.members.removeAll { $0 === self }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .text(let message) = unwrapInboundIn(data) { room.passOn(message, from: self) }
    }

    fileprivate func send(_ frame: ByteBuffer) {
        guard let context else { return }
        // Without a budget as the gateway has it, a reader that stands still is cut, and takes no memory.
        if context.channel.isWritable {
            context.write(wrapOutboundOut(.encoded(frame)), promise: nil)
        } else {
            context.close(promise: nil)
        }
    }
}
