/// The comments by which the lines of a tracking file are found again, whatever people write around them.
enum TrackingMarkers {
    static let headerStart = "<!-- canon garden/"
    static let start = "<!-- canon: "
    static let state = "<!-- canon: state -->"
    static let next = "<!-- canon: next -->"
    static let figures = "<!-- canon: figures -->"
    static let stateLabel = "**State:** "
    static let nextLabel = "**Next action:** "

    static func header(_ kind: GardenKind, _ concept: String) -> String {
        "\(headerStart)1 kind=\(kind.rawValue) concept=\(encoded(concept)) -->"
    }

    /// Letters, digits and `-._` as they are, everything else as `%` and two hexadecimal digits (RFC 3986), so that no name ends a
    /// comment or holds a blank.
    static func encoded(_ name: String) -> String {
        var result = ""
        for byte in name.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
            if isPlain || "-._".utf8.contains(byte) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    /// Nil when it is no such text.
    static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A text that ends neither its line nor its place.
    static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 }).replacing("<!--", with: "<! --")
    }
}

extension String {
    /// Without blanks at its end.
    func trimmingTail() -> String {
        var text = self[...]
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}

extension GardenBox {
    /// Whether a file cannot be without it. There is a box for the plan where there was one to make.
    var isRequired: Bool { self != .planned }
}
