private import CCanonBytes

extension Lexer {
    /// A name with characters beyond ASCII (PEP 3131).
    mutating func scanWideName(from start: Int) throws(Stop) {
        var end = start
        while text[end] >= 0x80 || canon_name_length(UnsafePointer(text + end)) > 0 {
            end += text[end] >= 0x80 ? 1 : canon_name_length(UnsafePointer(text + end))
        }
        var at = start
        while at < end {
            let length = UTF8Scan.length(UnsafePointer(text + at), limit: end - at)
            guard length > 0 else {
                throw fail(
                    at: at,
                    "(unicode error) 'utf-8' codec can't decode byte 0x\(String(text[at], radix: 16)) "
                        + "in position \(at - start)")
            }
            let scalar = UTF8Scan.scalar(UnsafePointer(text + at), length: length)
            guard Identifiers.accepts(scalar, asStart: at == start, version: version) else {
                throw invalidCharacter(scalar, at: at)
            }
            at += length
        }
        emit(.name, start, end, flags: NameFlags.notASCII)
        position = end
    }

    private mutating func invalidCharacter(_ scalar: UInt32, at: Int) -> Stop {
        let code = "U+\(hexadecimal(scalar))"
        guard let character = Unicode.Scalar(scalar), Identifiers.isPrintable(character, version: version) else {
            return fail(at: at, "invalid non-printable character \(code)")
        }
        return fail(at: at, "invalid character '\(character)' (\(code))")
    }
}

/// Which characters may stand in a name, by the Unicode version of a Python version.
enum Identifiers {
    static func accepts(_ value: UInt32, asStart: Bool, version: PythonVersion) -> Bool {
        if value < 0x80 {
            let byte = UInt8(value)
            return byte == UInt8(ascii: "_") || (byte | 0x20) &- 0x61 < 26 || (!asStart && byte &- 0x30 < 10)
        }
        guard let scalar = Unicode.Scalar(value), exists(scalar, version: version) else { return false }
        return asStart ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue
    }

    /// The character was assigned in the version of Unicode that the Python version knows.
    static func exists(_ scalar: Unicode.Scalar, version: PythonVersion) -> Bool {
        guard let age = scalar.properties.age else { return false }
        let known = version.unicode
        return (age.major, age.minor) <= (known.major, known.minor)
    }

    static func isPrintable(_ scalar: Unicode.Scalar, version: PythonVersion) -> Bool {
        guard exists(scalar, version: version) else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
