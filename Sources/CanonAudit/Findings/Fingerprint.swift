private import Crypto

/// The identity of a finding: the same on every machine, in every run, after every move of the code within its module, and
/// whatever the message says.
public struct Fingerprint: Hashable, Codable, Sendable, CustomStringConvertible, Comparable {
    /// 16 hexadecimal digits.
    public let text: String

    static let none = Fingerprint(text: "")

    /// The first 64 bits of SHA-256 over the rule, the scope unless it is live, and the symbols in the rule's order, each
    /// ended by a zero byte. The scope is part of it so that tests are told apart from what ships.
    public init(rule: String, symbols: [String], scope: SourceScope = .live) {
        var bytes: [UInt8] = []
        func add(_ part: String) {
            bytes += part.utf8
            bytes.append(0)
        }
        add(rule)
        if scope != .live { add(scope.rawValue) }
        for symbol in symbols { add(symbol) }
        let digest = Array(SHA256.hash(data: bytes).prefix(8))
        let digits: StaticString = "0123456789abcdef"
        text = String(unsafeUninitializedCapacity: 16) { buffer in
            for (index, byte) in digest.enumerated() {
                buffer[2 * index] = digits.utf8Start[Int(byte >> 4)]
                buffer[2 * index + 1] = digits.utf8Start[Int(byte & 15)]
            }
            return 16
        }
    }

    private init(text: String) { self.text = text }

    /// - Returns: nil unless these are 16 hexadecimal digits.
    public init?(_ text: String) {
        guard text.utf8.count == 16, text.utf8.allSatisfy({ Self.digits.contains($0) }) else { return nil }
        self.text = text
    }

    private static let digits = Set("0123456789abcdef".utf8)

    public var description: String { text }

    public static func < (a: Fingerprint, b: Fingerprint) -> Bool { a.text < b.text }

    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
