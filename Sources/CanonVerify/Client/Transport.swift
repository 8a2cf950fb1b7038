import NIOCore
import NIOPosix
import NIOSSL

/// Opens connections to one server, with TLS where its address asks for it.
struct Transport: Sendable {
    let address: ServerAddress
    private let tls: NIOSSLContext?

    /// - Parameter authorities: a PEM file with the certificates to trust instead of the system's; nil: the system's.
    /// - Throws: when the file cannot be read as certificates.
    init(_ address: ServerAddress, authorities: String? = nil) throws {
        self.address = address
        guard address.isTLS else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorities { configuration.trustRoots = .file(authorities) }
        configuration.applicationProtocols = ["http/1.1"]
        tls = try NIOSSLContext(configuration: configuration)
    }

    /// A connection on the loop, with the handlers behind those of TLS.
    ///
    /// - Parameter source: the address to connect from; nil: the system chooses.
    func connect(
        on loop: any EventLoop, timeout: TimeAmount, from source: SocketAddress? = nil,
        handlers: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        var bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { [tls, address] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: address.nameForTLS))
                    }
                    try handlers(channel)
                }
            }
        if let source { bootstrap = bootstrap.bind(to: source) }
        return bootstrap.connect(host: address.host, port: address.port)
    }
}

extension ServerAddress {
    /// The name that the certificate must hold and that the server is told; an address is told to nobody (RFC 6066
    /// section 3), and is looked for in the certificate all the same.
    fileprivate var nameForTLS: String? {
        (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    }
}
