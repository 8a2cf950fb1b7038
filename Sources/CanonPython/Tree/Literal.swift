/// The values of literals, read from the text.
struct LiteralReader {
    let tree: PythonTree

    private var text: UnsafeBufferPointer<UInt8> { tree.text }

    /// The characters of a string constant, or the bytes of a bytes constant. Surrogates may be among the characters.
    func characters(of constant: Node) -> [UInt32] {
        var result: [UInt32] = []
        if constant.a == 0 {
            appendLiteral(constant.start, constant.end, isBytes: constant.constant == .bytes, to: &result)
        }
        for id in tree.list(constant.a) {
            let part = tree[id]
            if part.flags.contains(.bare) {
                append(part.start, part.end, isBytes: false, isRaw: !part.flags.contains(.escaped), to: &result)
            } else {
                appendLiteral(part.start, part.end, isBytes: constant.constant == .bytes, to: &result)
            }
        }
        return result
    }

    /// Whether the first literal of a string constant has the prefix `u`.
    func hasUnicodePrefix(_ constant: Node) -> Bool {
        let start = constant.a == 0 ? constant.start : tree[constant.a].start
        if constant.a != 0 && tree[constant.a].flags.contains(.bare) { return false }
        return text[Int(start)] | 0x20 == UInt8(ascii: "u")
    }

    private func appendLiteral(_ start: UInt32, _ end: UInt32, isBytes: Bool, to result: inout [UInt32]) {
        var at = Int(start)
        var isRaw = false
        while text[at] != 0x22 && text[at] != 0x27 {
            if text[at] | 0x20 == UInt8(ascii: "r") { isRaw = true }
            at += 1
        }
        let isTriple = end - UInt32(at) >= 6 && text[at + 1] == text[at] && text[at + 2] == text[at]
        let quotes = isTriple ? 3 : 1
        append(UInt32(at + quotes), end - UInt32(quotes), isBytes: isBytes, isRaw: isRaw, to: &result)
    }

    private func append(_ start: UInt32, _ end: UInt32, isBytes: Bool, isRaw: Bool, to result: inout [UInt32]) {
        var at = Int(start)
        let end = Int(end)
        guard let base = text.baseAddress else { return }
        while at < end {
            let byte = text[at]
            if byte == 0x5C && !isRaw && at + 1 < end {
                appendEscape(&at, end, isBytes: isBytes, to: &result)
            } else if byte < 0x80 || isBytes {
                result.append(UInt32(byte))
                at += 1
            } else {
                let length = max(1, UTF8Scan.length(base + at, limit: end - at))
                result.append(UTF8Scan.scalar(base + at, length: length))
                at += length
            }
        }
    }

    private func appendEscape(_ at: inout Int, _ end: Int, isBytes: Bool, to result: inout [UInt32]) {
        let letter = text[at + 1]
        let simple: [UInt8: UInt32] = [
            0x5C: 0x5C, 0x27: 0x27, 0x22: 0x22, 0x61: 7, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11,
        ]
        if let value = simple[letter] {
            result.append(value)
            at += 2
            return
        }
        switch letter {
        case 0x0A:
            at += 2
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value: UInt32 = 0
            var digits = 0
            while digits < 3, at + 1 + digits < end, text[at + 1 + digits] &- 0x30 < 8 {
                value = value << 3 | UInt32(text[at + 1 + digits] - 0x30)
                digits += 1
            }
            result.append(isBytes ? value & 0xFF : value)
            at += 1 + digits
        case UInt8(ascii: "x"): appendNumber(&at, 2, end, to: &result)
        case UInt8(ascii: "u") where !isBytes: appendNumber(&at, 4, end, to: &result)
        case UInt8(ascii: "U") where !isBytes: appendNumber(&at, 8, end, to: &result)
        case UInt8(ascii: "N") where !isBytes:
            var close = at + 3
            while close < end && text[close] != UInt8(ascii: "}") { close += 1 }
            let name = UnsafeBufferPointer(rebasing: text[min(at + 3, close)..<close])
            if let scalar = CharacterNames.scalar(named: name, version: tree.version) { result.append(scalar) }
            at = close + 1
        default:
            // Unknown escapes stay as they are.
            result.append(0x5C)
            at += 1
        }
    }

    private func appendNumber(_ at: inout Int, _ digits: Int, _ end: Int, to result: inout [UInt32]) {
        var value: UInt32 = 0
        for offset in 0..<digits where at + 2 + offset < end {
            value = value << 4 | UInt32(hexadecimalValue(text[at + 2 + offset]))
        }
        result.append(value)
        at += 2 + digits
    }

    // MARK: Numbers

    /// An integer, float or complex constant as Python's `repr` writes it.
    func number(_ node: Node) -> String {
        let digits = tree.bytes(node.start, node.end).filter { $0 != UInt8(ascii: "_") }
        let spelled = String(decoding: digits, as: UTF8.self).lowercased()
        switch node.constant {
        case .complex: return Self.float(Double(spelled.dropLast()) ?? .infinity, forComplex: true) + "j"
        case .float: return Self.float(Self.double(spelled))
        default: return integer(spelled)
        }
    }

    private static func double(_ text: String) -> Double { Double(text) ?? .infinity }

    private func integer(_ spelled: String) -> String {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where spelled.hasPrefix(prefix) {
            let digits = spelled.dropFirst(2)
            if let small = UInt64(digits, radix: radix) { return String(small) }
            return Self.decimal(digits.compactMap { $0.hexDigitValue }, radix: UInt64(radix))
        }
        let significant = spelled.drop { $0 == "0" }
        return significant.isEmpty ? "0" : String(significant)
    }

    /// A large number in decimal: limbs of nine digits.
    private static func decimal(_ digits: [Int], radix: UInt64) -> String {
        var limbs: [UInt64] = [0]
        for digit in digits {
            var carry = UInt64(digit)
            for index in limbs.indices {
                let value = limbs[index] * radix + carry
                limbs[index] = value % 1_000_000_000
                carry = value / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        var result = String(limbs[limbs.count - 1])
        for limb in limbs.dropLast().reversed() {
            let part = String(limb)
            result += String(repeating: "0", count: 9 - part.count) + part
        }
        return result
    }

    /// `repr` of a float; a complex number writes whole parts without a fraction.
    static func float(_ value: Double, forComplex: Bool = false) -> String {
        guard value.isFinite else { return "inf" }
        if value == 0 { return forComplex ? "0" : "0.0" }
        // Swift's shortest digits, laid out as Python does.
        let (digits, exponent) = shortest(value)
        if exponent < -3 || exponent > 16 {
            let fraction = digits.dropFirst()
            let power = exponent - 1
            let mantissa = fraction.isEmpty ? String(digits) : "\(digits.prefix(1)).\(fraction)"
            let magnitude = String(abs(power))
            return "\(mantissa)e\(power < 0 ? "-" : "+")\(magnitude.count < 2 ? "0" : "")\(magnitude)"
        }
        if exponent <= 0 { return "0." + String(repeating: "0", count: -exponent) + digits }
        if digits.count <= exponent {
            return digits + String(repeating: "0", count: exponent - digits.count) + (forComplex ? "" : ".0")
        }
        return "\(digits.prefix(exponent)).\(digits.dropFirst(exponent))"
    }

    /// The shortest digits d1d2... and the exponent e of 0.d1d2... x 10^e.
    private static func shortest(_ value: Double) -> (digits: String, exponent: Int) {
        var text = "\(value)"
        var exponent = 0
        if let mark = text.firstIndex(of: "e") {
            exponent = Int(text[text.index(after: mark)...]) ?? 0
            text = String(text[..<mark])
        }
        let point = text.firstIndex(of: ".") ?? text.endIndex
        exponent += text.distance(from: text.startIndex, to: point)
        var digits = text.filter { $0 != "." }
        let zeros = digits.prefix { $0 == "0" }.count
        digits.removeFirst(zeros)
        exponent -= zeros
        while digits.hasSuffix("0") && digits.count > 1 { digits.removeLast() }
        return (digits, exponent)
    }

    // MARK: repr

    /// `repr` of a string.
    func repr(_ characters: [UInt32]) -> String {
        let quote: UInt32 = characters.contains(0x27) && !characters.contains(0x22) ? 0x22 : 0x27
        var result = String(UnicodeScalar(UInt8(quote)))
        for character in characters {
            switch character {
            case quote, 0x5C: result += "\\" + String(UnicodeScalar(UInt8(character)))
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x20..<0x7F: result.unicodeScalars.append(UnicodeScalar(UInt8(character)))
            default:
                if let scalar = Unicode.Scalar(character), character > 0x7F,
                    Identifiers.isPrintable(scalar, version: tree.version)
                {
                    result.unicodeScalars.append(scalar)
                } else if character < 0x100 {
                    result += "\\x" + padded(character, 2)
                } else if character < 0x10000 {
                    result += "\\u" + padded(character, 4)
                } else {
                    result += "\\U" + padded(character, 8)
                }
            }
        }
        return result + String(UnicodeScalar(UInt8(quote)))
    }

    /// `repr` of bytes.
    func reprBytes(_ bytes: [UInt32]) -> String {
        let quote: UInt32 = bytes.contains(0x27) && !bytes.contains(0x22) ? 0x22 : 0x27
        var result = "b" + String(UnicodeScalar(UInt8(quote)))
        for byte in bytes {
            switch byte {
            case quote, 0x5C: result += "\\" + String(UnicodeScalar(UInt8(byte)))
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x20..<0x7F: result.unicodeScalars.append(UnicodeScalar(UInt8(byte)))
            default: result += "\\x" + padded(byte, 2)
            }
        }
        return result + String(UnicodeScalar(UInt8(quote)))
    }

    private func padded(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
