import Foundation
public import Hummingbird
public import NIOCore

/// What travels with a request: Hummingbird's own, and the other end of the connection.
public struct GatewayRequestContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The peer of the TCP connection, which may be a proxy; nil on a local socket.
    public let remoteAddress: SocketAddress?
    /// The connection itself, which a stream watches for its end.
    let channel: any Channel

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        remoteAddress = source.channel.remoteAddress
    }

    /// A segment of the path that a route names, as it was meant: clients write an id's `:` or `|` as `%3A` or `%7C` (RFC 3986,
    /// section 2.1). Nil when the bytes that it stands for are no UTF-8; nothing has such a name.
    func segment(_ name: String) -> String? { parameters.get(name)?.removingPercentEncoding }
}
