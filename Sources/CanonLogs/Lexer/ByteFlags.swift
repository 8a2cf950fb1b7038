/// What a byte of a message can be part of: one table look-up a byte decides where a token ends.
struct ByteFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    /// A letter, an underscore, or a byte beyond ASCII.
    static let letter = ByteFlags(rawValue: 1)
    static let digit = ByteFlags(rawValue: 2)
    static let hexadecimal = ByteFlags(rawValue: 4)
    /// A space or a control character: binary input becomes gaps, not tokens.
    static let space = ByteFlags(rawValue: 8)
    /// What may stand in a component of a path.
    static let path = ByteFlags(rawValue: 16)
    /// What ends a URL or a Windows path.
    static let stop = ByteFlags(rawValue: 32)
    /// Runs of it are decoration: `....`, `****`, `----`.
    static let leader = ByteFlags(rawValue: 64)
    /// Joins two values into one where no space stands between them: `10.0.0.1:80`.
    static let joint = ByteFlags(rawValue: 128)

    static let name: ByteFlags = [.letter, .digit]

    /// The flags of each byte.
    nonisolated(unsafe) static let table: UnsafePointer<ByteFlags> = {
        let table = UnsafeMutablePointer<ByteFlags>.allocate(capacity: 256)
        table.initialize(repeating: [], count: 256)
        func add(_ characters: StaticString, _ flags: ByteFlags) {
            for index in 0..<characters.utf8CodeUnitCount { table[Int(characters.utf8Start[index])].formUnion(flags) }
        }
        add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", [.letter, .path])
        add("0123456789", [.digit, .hexadecimal, .path])
        add("abcdefABCDEF", .hexadecimal)
        add(".+@~%$-", .path)
        add("\"'<>])[,;|{}", .stop)
        add(".*-=#", .leader)
        add(".:-/@#+~\\%$&*", .joint)
        for byte in 0...0x20 { table[byte] = [.space, .stop] }
        table[0x7F] = [.space, .stop]
        for byte in 0x80...0xFF { table[byte] = [.letter, .path] }
        return UnsafePointer(table)
    }()
}
