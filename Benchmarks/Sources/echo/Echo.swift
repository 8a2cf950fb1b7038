import CanonWebSocket
import NIOCore
import NIOPosix

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A WebSocket server on the loopback address that sends every message back: the codec of the gateway with nothing
/// behind it, for conformance suites and load generators.
@main
enum Echo {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) { return print(EchoOptions.usage) }
        let options: EchoOptions
        do {
            options = try EchoOptions(arguments: arguments)
        } catch {
            let message = Array("echo: \(error)\n\n\(EchoOptions.usage)\n".utf8)
            _ = write(STDERR_FILENO, message, message.count)
            exit(64)
        }
        let limits = WebSocketLimits(maximumMessageBytes: options.maximumMessageBytes)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.threads)
        let rooms = Rooms(group)
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        UpgradeHandler(
                            limits: limits, deflates: options.deflates,
                            room: options.fansOut ? rooms.room(on: channel.eventLoop) : nil))
                }
            }
            .bind(host: "127.0.0.1", port: options.port)
            .get()
        let port = server.localAddress?.port ?? options.port
        let compression = options.deflates ? ", permessage-deflate" : ""
        print(
            "echo: ws://127.0.0.1:\(port)/, \(options.threads) thread(s), "
                + "\(options.maximumMessageBytes) bytes a message\(compression)"
        )
        // Whoever started it with port 0 reads the port from a pipe.
        fflush(nil)
        try await server.closeFuture.get()
    }
}

/// What the command line says.
struct EchoOptions {
    static let usage = """
        usage: echo [--port N] [--threads N] [--max-message BYTES] [--fan 0|1] [--deflate]
          --port N             where to listen on 127.0.0.1; 0 takes a free port (default 9001)
          --threads N          event loops (default 1)
          --max-message BYTES  longest message that is accepted (default 67108864)
          --fan 0|1            1: a message goes to all other connections instead of back (default 0)
          --deflate            agree to compression (permessage-deflate) with clients that offer it
        """

    var port = 9001
    var threads = 1
    var maximumMessageBytes = 64 << 20
    var deflates = false
    var fansOut = false

    struct Invalid: Error, CustomStringConvertible {
        let description: String
    }

    init(arguments: [String]) throws(Invalid) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--deflate" {
                deflates = true
                continue
            }
            guard ["--port", "--threads", "--max-message", "--fan"].contains(name) else {
                throw Invalid(description: "there is no option \(name)")
            }
            guard let number = rest.popFirst().flatMap({ Int($0) }) else {
                throw Invalid(description: "\(name) needs a number")
            }
            switch name {
            case "--port" where (0...65535).contains(number): port = number
            case "--threads" where (1...64).contains(number): threads = number
            case "--max-message" where number >= 0: maximumMessageBytes = number
            case "--fan" where (0...1).contains(number): fansOut = number == 1
            default: throw Invalid(description: "\(name) cannot be \(number)")
            }
        }
    }
}

/// Sends every message back, and reads no further from a client that does not read.
final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketInbound
    typealias OutboundOut = WebSocketOutbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .text(let payload): context.write(wrapOutboundOut(.text(payload)), promise: nil)
        case .binary(let payload): context.write(wrapOutboundOut(.binary(payload)), promise: nil)
        case .ping, .pong, .closed: break
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        context.channel.setOption(.autoRead, value: context.channel.isWritable).whenFailure { _ in }
        context.fireChannelWritabilityChanged()
    }
}
