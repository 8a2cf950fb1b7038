/// The words of the wire as one fingerprint: two programs with the same hash speak the same language.
public enum Vocabulary {
    /// 16 hexadecimal digits of FNV-1a over every type, code and close reason. Stable across machines and runs.
    public static let hash: String = {
        let words: [String] =
            MessageType.allCases.map(\.rawValue)
            + MessageType.aliases.map { "\($0.key)>\($0.value.rawValue)" }.sorted()
            + EventType.known.map(\.rawValue)
            + EventDraft.envelopeMembers.sorted()
            + WireError.Code.allCases.map(\.rawValue)
            + CloseReason.known.map { "\($0.code) \($0.text)" }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in words.joined(separator: "\n").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }()
}
