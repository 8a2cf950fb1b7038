/// Why bytes are not a JSON text, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Reason: Equatable, Sendable {
        case unexpectedEnd
        case unexpectedByte(UInt8, expected: String)
        case notANumber(String)
        case numberOutOfRange
        case invalidEscape
        case unpairedSurrogate
        case controlCharacter(UInt8)
        case invalidUTF8
        case tooDeep(limit: Int)
        case trailingBytes
    }

    public let reason: Reason
    /// Bytes from the start of the text.
    public let offset: Int

    public init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String {
        "\(explanation) at byte \(offset)"
    }

    private var explanation: String {
        switch reason {
        case .unexpectedEnd: "the text ends too early"
        case .unexpectedByte(let byte, let expected):
            "expected \(expected), found \(Self.name(of: byte))"
        case .notANumber(let word): "\(word) is not a JSON value"
        case .numberOutOfRange: "the number is too large"
        case .invalidEscape: "an escape that JSON does not have"
        case .unpairedSurrogate: "half of a surrogate pair"
        case .controlCharacter(let byte): "an unescaped control character (\(Self.name(of: byte)))"
        case .invalidUTF8: "bytes that are not UTF-8"
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .trailingBytes: "something follows the JSON value"
        }
    }

    private static func name(of byte: UInt8) -> String {
        guard byte > 0x20, byte < 0x7F else {
            let hex = String(byte, radix: 16, uppercase: true)
            return "byte 0x" + (hex.count < 2 ? "0" : "") + hex
        }
        return "'\(Character(UnicodeScalar(byte)))'"
    }
}

extension JSONValue {
    /// How deep arrays and objects may nest in what a client sends.
    public static let defaultDepthLimit = 64

    /// Parses one JSON text (RFC 8259), strictly: no comments, no NaN, no trailing comma, valid UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: the whole text.
    ///   - depthLimit: how many arrays and objects may stand inside each other.
    /// - Throws: `JSONError` with the byte where the text stops being JSON.
    public static func parse(
        _ bytes: some Collection<UInt8>,
        depthLimit: Int = defaultDepthLimit
    ) throws(JSONError) -> JSONValue {
        // The closure's result carries the error, because `withContiguousStorageIfAvailable` rethrows untyped.
        let parsed = bytes.withContiguousStorageIfAvailable { buffer -> Result<JSONValue, JSONError> in
            var parser = JSONParser(buffer, depthLimit: depthLimit)
            return parser.parse()
        }
        if let parsed { return try parsed.get() }
        return try parse(Array(bytes), depthLimit: depthLimit)
    }
}

/// A recursive-descent parser over one contiguous buffer; it looks at each byte once.
private struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let depthLimit: Int
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    mutating func parse() -> Result<JSONValue, JSONError> {
        do throws(JSONError) {
            let value = try value(depth: 0)
            skipWhitespace()
            guard position == bytes.count else { throw error(.trailingBytes) }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private func error(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: position)
    }

    private func unexpected(_ expected: String) -> JSONError {
        position < bytes.count
            ? error(.unexpectedByte(bytes[position], expected: expected)) : error(.unexpectedEnd)
    }

    private mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipWhitespace()
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "N"): throw error(.notANumber("NaN"))
        case UInt8(ascii: "I"): throw error(.notANumber("Infinity"))
        default: throw unexpected("a value")
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        guard position + word.utf8CodeUnitCount <= bytes.count else { throw error(.unexpectedEnd) }
        for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] {
            throw error(.unexpectedByte(bytes[position + index], expected: "'\(word)'"))
        }
        position += word.utf8CodeUnitCount
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= depthLimit else { throw error(.tooDeep(limit: depthLimit)) }
        position += 1
        var members: [(key: String, value: JSONValue)] = []
        skipWhitespace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
            position += 1
            return JSONObject()
        }
        while true {
            skipWhitespace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw unexpected("a member name in quotes")
            }
            let key = try string()
            skipWhitespace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { throw unexpected("':'") }
            position += 1
            members.append((key, try value(depth: depth)))
            skipWhitespace()
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            if bytes[position] == UInt8(ascii: ",") {
                position += 1
            } else if bytes[position] == UInt8(ascii: "}") {
                position += 1
                return JSONObject(members)
            } else {
                throw unexpected("',' or '}'")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= depthLimit else { throw error(.tooDeep(limit: depthLimit)) }
        position += 1
        var elements: [JSONValue] = []
        skipWhitespace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth))
            skipWhitespace()
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            if bytes[position] == UInt8(ascii: ",") {
                position += 1
            } else if bytes[position] == UInt8(ascii: "]") {
                position += 1
                return elements
            } else {
                throw unexpected("',' or ']'")
            }
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        var isWhole = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        if bytes[position] == UInt8(ascii: "I") { throw error(.notANumber("-Infinity")) }
        if bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let whole = Int64(text) { return .int(whole) }
        guard let double = Double(text), double.isFinite else {
            position = start
            throw error(.numberOutOfRange)
        }
        return .double(double)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        if position == start { throw unexpected("a digit") }
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        var seen: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = try text(start..<position, isASCII: seen < 0x80)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if byte < 0x20 { throw error(.controlCharacter(byte)) }
            seen |= byte
            position += 1
        }
        throw error(.unexpectedEnd)
    }

    /// - Parameter isASCII: every byte is known to be, so there is nothing to validate: most strings are names.
    private func text(_ range: Range<Int>, isASCII: Bool) throws(JSONError) -> String {
        let bytes = UnsafeBufferPointer(rebasing: bytes[range])
        if isASCII { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSONError(reason: .invalidUTF8, offset: range.lowerBound)
        }
        return text
    }

    /// The rest of a string in which `position` stands at the first backslash.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var unescaped = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: unescaped, as: UTF8.self) else {
                    throw JSONError(reason: .invalidUTF8, offset: start)
                }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &unescaped)
            case 0..<0x20:
                throw error(.controlCharacter(byte))
            default:
                unescaped.append(byte)
                position += 1
            }
        }
        throw error(.unexpectedEnd)
    }

    private mutating func escape(into unescaped: inout [UInt8]) throws(JSONError) {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try unicodeEscape()
            unescaped.append(contentsOf: String(scalar).utf8)
        default:
            position -= 1
            throw error(.invalidEscape)
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> UnicodeScalar {
        let start = position
        var code = UInt32(try hexadecimalUnit())
        if code & 0xFC00 == 0xD800 {
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw JSONError(reason: .unpairedSurrogate, offset: start) }
            position += 2
            let low = UInt32(try hexadecimalUnit())
            guard low & 0xFC00 == 0xDC00 else { throw JSONError(reason: .unpairedSurrogate, offset: start) }
            code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
        }
        guard let scalar = UnicodeScalar(code) else { throw JSONError(reason: .unpairedSurrogate, offset: start) }
        return scalar
    }

    private mutating func hexadecimalUnit() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw error(.unexpectedEnd) }
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw error(.invalidEscape)
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
