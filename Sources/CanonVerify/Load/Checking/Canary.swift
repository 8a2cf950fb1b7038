import NIOCore

/// A word in every message of a user, by which the message is known wherever it turns up.
struct Canary: Sendable, Equatable {
    private static let prefix = Array("canary-".utf8)
    private static let digits = 16

    private let bytes: [UInt8]

    init() {
        let number = String(UInt64.random(in: .min ... .max), radix: 16)
        bytes = Array((String(repeating: "0", count: Self.digits - number.utf8.count) + number).utf8)
    }

    var text: String { String(decoding: Self.prefix + bytes, as: UTF8.self) }

    /// Whether another canary stands in the message.
    func isForeign(to message: ByteBuffer) -> Bool {
        message.withUnsafeReadableBytes { message in
            var rest = message[...]
            while let start = rest.firstIndex(of: Self.prefix[0]) {
                let found = rest[start...]
                let end = start + Self.prefix.count + Self.digits
                guard end <= rest.endIndex else { return false }
                if found.starts(with: Self.prefix) {
                    let number = message[(start + Self.prefix.count)..<end]
                    if number.allSatisfy(Self.isDigit), !number.elementsEqual(bytes) { return true }
                }
                rest = rest[(start + 1)...]
            }
            return false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
