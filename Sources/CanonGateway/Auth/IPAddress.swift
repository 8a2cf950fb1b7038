#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IPv4 or IPv6 address. An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes, the most significant first.
    public let bytes: [UInt8]

    init(bytes: [UInt8]) {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]
        self.bytes = bytes.count == 16 && bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes
    }

    /// Reads `192.0.2.1`, `2001:db8::1`, and an IPv6 address with a zone (`fe80::1%eth0`), whose zone is dropped.
    public init?(_ text: some StringProtocol) {
        let address = String(text.prefix { $0 != "%" })
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &bytes) == 1 {
            self.init(bytes: Array(bytes[..<4]))
        } else if inet_pton(AF_INET6, address, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }

    /// Reads an entry of `X-Forwarded-For`, which may carry a port: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    init?(forwarded entry: some StringProtocol) {
        let text = String(entry.filter { $0 != " " && $0 != "\t" && $0 != "\"" })
        if text.first == "[", let end = text.firstIndex(of: "]") {
            self.init(text[text.index(after: text.startIndex)..<end])
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            self.init(text[..<colon])
        } else {
            self.init(text)
        }
    }

    public var description: String {
        var text = [CChar](repeating: 0, count: 64)
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    public var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// What attempts are counted under: an IPv4 address, or the /64 of an IPv6 one, which is what one subscriber has.
    var throttleKey: String {
        bytes.count == 4 ? description : "\(IPAddress(bytes: bytes[..<8] + [UInt8](repeating: 0, count: 8)))/64"
    }
}

/// A block that cannot be read.
public struct AddressBlockError: Error, Equatable, Sendable, CustomStringConvertible {
    public let text: String
    public let problem: String

    public var description: String {
        "'\(text)' is no address block: \(problem). Write an address or a CIDR block, such as 10.0.0.0/8 or fd00::/8."
    }
}

/// A block of addresses in CIDR notation (RFC 4632).
public struct AddressBlock: Hashable, Sendable {
    public let address: IPAddress
    /// In bits.
    public let prefix: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or one address.
    public init(_ text: String) throws(AddressBlockError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(parts[0]), !text.contains("%") else {
            throw AddressBlockError(text: text, problem: "'\(parts[0])' is no IP address")
        }
        let width = address.bytes.count * 8
        guard parts.count == 2 else {
            self.address = address
            prefix = width
            return
        }
        guard let prefix = Int(parts[1]), (0...width).contains(prefix), parts[1].allSatisfy(\.isNumber) else {
            throw AddressBlockError(text: text, problem: "the prefix must be a number from 0 to \(width)")
        }
        self.address = address
        self.prefix = prefix
        guard Self.masked(address, prefix) == address.bytes else {
            let network = IPAddress(bytes: Self.masked(address, prefix))
            throw AddressBlockError(
                text: text, problem: "it has bits set beyond its prefix; \(network)/\(prefix) has not")
        }
    }

    public func contains(_ other: IPAddress) -> Bool {
        other.bytes.count == address.bytes.count && Self.masked(other, prefix) == address.bytes
    }

    private static func masked(_ address: IPAddress, _ prefix: Int) -> [UInt8] {
        address.bytes.enumerated().map { index, byte in
            let bits = min(8, max(0, prefix - index * 8))
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> bits)
        }
    }
}
