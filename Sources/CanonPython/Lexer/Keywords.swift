private import CCanonBytes

/// Keywords by their bytes: a name of up to eight bytes is one number, and a multiplication gives each keyword a place of
/// its own in a table of 128.
struct KeywordTable: ~Copyable {
    struct Entry: BitwiseCopyable {
        var word: UInt64
        var kind: TokenKind
        var flags: UInt8
    }

    private let entries: UnsafeMutablePointer<Entry>

    private static let multiplier: UInt64 = 0x44cc_02d3_0951_571b

    init() {
        entries = .allocate(capacity: 128)
        entries.initialize(repeating: Entry(word: 0, kind: .name, flags: 0), count: 128)
        for (spelling, kind) in Self.keywords { insert(spelling, kind, flags: 0) }
        for (spelling, flag) in Self.softKeywords { insert(spelling, .name, flags: flag) }
    }

    deinit { entries.deallocate() }

    private func insert(_ spelling: StaticString, _ kind: TokenKind, flags: UInt8) {
        var word: UInt64 = 0
        for index in (0..<spelling.utf8CodeUnitCount).reversed() {
            word = word << 8 | UInt64(spelling.utf8Start[index])
        }
        let place = Int(truncatingIfNeeded: (word &* Self.multiplier) >> 57)
        precondition(entries[place].word == 0, "two keywords share a place: choose another multiplier")
        entries[place] = Entry(word: word, kind: kind, flags: flags)
    }

    /// The keyword of `length` bytes at `text`, or a plain name.
    @inline(__always)
    func classify(_ text: UnsafePointer<UInt8>, length: Int) -> (kind: TokenKind, flags: UInt8) {
        guard length <= 8 else { return (.name, 0) }
        // A name has one byte at least.
        let word = canon_load8(text) & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- length &* 8))
        let entry = entries[Int(truncatingIfNeeded: (word &* Self.multiplier) >> 57)]
        return entry.word == word ? (entry.kind, entry.flags) : (.name, 0)
    }

    private static let keywords: [(StaticString, TokenKind)] = [
        ("False", .false), ("None", .none), ("True", .true), ("and", .and), ("as", .as), ("assert", .assert),
        ("async", .async), ("await", .await), ("break", .break), ("class", .class), ("continue", .continue),
        ("def", .def), ("del", .del), ("elif", .elif), ("else", .else), ("except", .except), ("finally", .finally),
        ("for", .for), ("from", .from), ("global", .global), ("if", .if), ("import", .import), ("in", .in), ("is", .is),
        ("lambda", .lambda), ("nonlocal", .nonlocal), ("not", .not), ("or", .or), ("pass", .pass), ("raise", .raise),
        ("return", .return), ("try", .try), ("while", .while), ("with", .with), ("yield", .yield),
    ]

    private static let softKeywords: [(StaticString, UInt8)] = [
        ("match", NameFlags.match), ("case", NameFlags.case), ("type", NameFlags.type), ("_", NameFlags.wildcard),
        ("print", NameFlags.statementOnce), ("exec", NameFlags.statementOnce),
    ]
}

/// What ``Token/flags`` says of a name.
enum NameFlags {
    static let notASCII: UInt8 = 1
    static let match: UInt8 = 2
    static let `case`: UInt8 = 4
    static let type: UInt8 = 8
    static let wildcard: UInt8 = 16
    /// `print` and `exec`, which were statements in Python 2.
    static let statementOnce: UInt8 = 32
}

/// What ``Token/flags`` says of a string, and of the parts of an f-string.
enum StringFlags {
    static let bytes: UInt8 = 1
    static let raw: UInt8 = 2
    static let unicodePrefix: UInt8 = 4
    static let escaped: UInt8 = 8
    static let triple: UInt8 = 16
}
