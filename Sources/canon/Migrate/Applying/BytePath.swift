/// A path as a file system has it: bytes, which need not be UTF-8.
struct BytePath: Hashable {
    /// Without a zero.
    private let bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
    init(_ text: String) { bytes = Array(text.utf8) }

    /// As system calls take it.
    var c: [CChar] { bytes.map(CChar.init(bitPattern:)) + [0] }

    /// Nil when it is not UTF-8.
    var text: String? { String(validating: bytes, as: UTF8.self) }

    /// For messages: what is not UTF-8 is told by its bytes, such as `\xE9`.
    var shown: String {
        if let text { return text.escapingControls }
        let digits = Array("0123456789ABCDEF")
        return bytes.reduce(into: "") { shown, byte in
            if byte < 0x80 {
                shown += String(UnicodeScalar(byte)).escapingControls
            } else {
                shown += "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 0xF)])"
            }
        }
    }

    func appending(_ other: BytePath) -> BytePath {
        bytes.isEmpty ? other : BytePath(bytes + [UInt8(ascii: "/")] + other.bytes)
    }

    /// The folder that it lies in; nil without a slash.
    var parent: BytePath? { bytes.lastIndex(of: UInt8(ascii: "/")).map { BytePath(bytes[..<$0]) } }

    /// The same below another folder, when it lies in one or is it.
    func moved(from folder: BytePath, to other: BytePath) -> BytePath? {
        let rest = bytes.dropFirst(folder.bytes.count)
        guard bytes.starts(with: folder.bytes), rest.isEmpty || rest.first == UInt8(ascii: "/") else { return nil }
        return BytePath(other.bytes + rest)
    }
}

extension BytePath: Comparable {
    static func < (first: BytePath, second: BytePath) -> Bool {
        first.bytes.lexicographicallyPrecedes(second.bytes)
    }
}
