import Foundation

/// The doctor's view of the network.
enum MachineNetwork {
    /// Tries to listen there, and gives the place free again at once.
    static func state(host: String, port: Int) -> Machine.PortState {
        switch addresses(host: host, port: port, isPassive: true) {
        case .failure(let error): return .refused(error.description)
        case .success(let addresses):
            for address in addresses {
                let state = bind(address)
                guard state == .free else { return state == .inUse(by: nil) ? .inUse(by: holder(of: port)) : state }
            }
            return .free
        }
    }

    private static func bind(_ address: Address) -> Machine.PortState {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .refused(SystemError.last.description) }
        defer { close(descriptor) }
        var yes: Int32 = 1
        // As a server does: connections that have just ended do not count as holding the port.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let isBound = address.withPointer { Foundation.bind(descriptor, $0, $1) } == 0 && listen(descriptor, 1) == 0
        guard !isBound else { return .free }
        return errno == EADDRINUSE ? .inUse(by: nil) : .refused(SystemError.last.description)
    }

    /// Connects to the first address that answers and hangs up. Nothing is sent.
    static func connect(host: String, port: Int, timeout: Duration) -> String? {
        switch addresses(host: host, port: port, isPassive: false) {
        case .failure(let error): return error.description
        case .success(let addresses):
            let deadline = ContinuousClock.now + timeout
            var failure = "the host has no address"
            for address in addresses {
                guard let error = connect(address, until: deadline) else { return nil }
                failure = error
            }
            return failure
        }
    }

    private static func connect(_ address: Address, until deadline: ContinuousClock.Instant) -> String? {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { return SystemError.last.description }
        defer { close(descriptor) }
        if address.withPointer({ Foundation.connect(descriptor, $0, $1) }) == 0 { return nil }
        guard errno == EINPROGRESS else { return SystemError.last.description }
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        var ready: Int32
        repeat {
            let left = ContinuousClock.now.duration(to: deadline)
            let milliseconds = max(
                0, left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
            ready = Foundation.poll(&poll, 1, Int32(clamping: milliseconds))
        } while ready < 0 && errno == EINTR
        guard ready > 0 else { return ready == 0 ? "no answer in time" : SystemError.last.description }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? nil : SystemError(code: code).description
    }

    // MARK: Addresses

    private struct Address {
        let family: Int32
        let bytes: [UInt8]

        func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
            bytes.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
        }
    }

    private struct LookupError: Error {
        let description: String
    }

    private static func addresses(
        host: String, port: Int, isPassive: Bool
    ) -> Result<[Address], LookupError> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = isPassive ? AI_PASSIVE : 0
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(LookupError(description: String(cString: gai_strerror(code)))) }
        defer { freeaddrinfo(list) }
        var addresses: [Address] = []
        var next = list
        while let entry = next {
            let bytes = UnsafeRawBufferPointer(start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            addresses.append(Address(family: entry.pointee.ai_family, bytes: Array(bytes)))
            next = entry.pointee.ai_next
        }
        return .success(addresses)
    }

    // MARK: Who holds a port

    /// The process that listens on a port: its socket's inode stands in the kernel's table of connections, and the
    /// process has that inode open.
    private static func holder(of port: Int) -> Machine.Process? {
        let inodes = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeningInodes(table: $0, port: port) })
        guard !inodes.isEmpty, case .success(let names) = MachineFiles.names("/proc") else { return nil }
        for identifier in names.compactMap({ Int32($0) }) {
            guard case .success(let descriptors) = MachineFiles.names("/proc/\(identifier)/fd") else { continue }
            let holds = descriptors.contains { descriptor in
                let target = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(identifier)/fd/\(descriptor)")
                return target.map { inodes.contains($0) } ?? false
            }
            guard holds else { continue }
            let name = try? String(contentsOfFile: "/proc/\(identifier)/comm", encoding: .utf8)
            return Machine.Process(
                identifier: identifier, name: name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "?")
        }
        return nil
    }

    /// `socket:[12345]` for each listening socket of the port. The columns are those of proc_net_tcp: local address as
    /// hexadecimal `address:port`, state `0A` for listening, inode in the tenth.
    private static func listeningInodes(table: String, port: Int) -> [String] {
        guard let text = try? String(contentsOfFile: table, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A",
                let local = fields[1].split(separator: ":").last.flatMap({ Int($0, radix: 16) }), local == port
            else { return nil }
            return "socket:[\(fields[9])]"
        }
    }
}
