/// What a token that starts with a byte can be.
enum ByteClass: UInt8, BitwiseCopyable {
    case name, space, digit, newline, comment, quote, opening, closing, single, punctuation, backslash, wide, end, blank
    case dot, equal, invalid

    static func makeTable() -> UnsafeMutablePointer<ByteClass> {
        let table = UnsafeMutablePointer<ByteClass>.allocate(capacity: 256)
        table.initialize(repeating: .invalid, count: 256)
        func set(_ characters: StaticString, _ value: ByteClass) {
            for index in 0..<characters.utf8CodeUnitCount { table[Int(characters.utf8Start[index])] = value }
        }
        set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", .name)
        set("0123456789", .digit)
        set(" ", .space)
        set("\t\u{0C}", .blank)
        set("\n", .newline)
        set("#", .comment)
        set("'\"", .quote)
        set("([{", .opening)
        set(")]}", .closing)
        set(",;~", .single)
        set(".", .dot)
        set("=", .equal)
        set(":!<>+-*/%&|^@", .punctuation)
        set("\\", .backslash)
        table[0] = .end
        for byte in 0x80...0xFF { table[byte] = .wide }
        return table
    }

    /// The token of a byte that stands alone.
    static func makeTokenTable() -> UnsafeMutablePointer<TokenKind> {
        let table = UnsafeMutablePointer<TokenKind>.allocate(capacity: 256)
        table.initialize(repeating: .error, count: 256)
        let kinds: [(StaticString, TokenKind)] = [
            ("(", .leftParen), (")", .rightParen), ("[", .leftBracket), ("]", .rightBracket), ("{", .leftBrace),
            ("}", .rightBrace), (",", .comma), (";", .semicolon), ("~", .tilde), (".", .dot), ("=", .equal),
            (":", .colon), ("!", .exclamation), ("<", .less), (">", .greater), ("+", .plus), ("-", .minus),
            ("*", .star), ("/", .slash), ("%", .percent), ("&", .ampersand), ("|", .bar), ("^", .caret), ("@", .at),
        ]
        for (character, kind) in kinds { table[Int(character.utf8Start[0])] = kind }
        return table
    }
}
