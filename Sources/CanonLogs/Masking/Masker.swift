/// Takes out of a text what belongs to a person or opens a door: e-mail addresses, IP addresses, tokens, keys and passwords. It
/// is applied before anything is kept, so that neither the memory nor any output holds them.
public enum Masker {
    public static func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        return bytes.withUnsafeMutableBufferPointer { bytes in
            var pass = Pass(UnsafeBufferPointer(bytes))
            pass.run()
            return pass.changed ? String(decoding: pass.output, as: UTF8.self) : text
        }
    }

    /// One walk over a text.
    private struct Pass {
        let text: ByteSpan
        var output: [UInt8] = []
        /// Before this place everything is in the output.
        var copied = 0
        var changed: Bool { copied > 0 }

        init(_ text: ByteSpan) { self.text = text }

        mutating func run() {
            var at = 0
            while at < text.count {
                let byte = text[at]
                let startsWord = at == 0 || !text[at - 1].isWord
                var next: Int?
                if byte == UInt8(ascii: "@") {
                    next = email(at)
                } else if byte == UInt8(ascii: ":"), at + 2 < text.count, text[at + 1] == UInt8(ascii: "/") {
                    next = userInformation(at)
                } else if byte == UInt8(ascii: "-"), text.part(at..<text.count).starts(with: "-----BEGIN ") {
                    next = privateKey(at)
                } else if startsWord, byte.isWord || byte == UInt8(ascii: ":") {
                    next = word(at)
                }
                if let next { at = next } else { at += 1 }
            }
            if changed { output += text[copied...] }
        }

        private mutating func replace(_ range: Range<Int>, with mask: StaticString) -> Int {
            // An address may reach back behind a word that was looked at already, never behind one that was replaced.
            let start = max(range.lowerBound, copied)
            output += text[copied..<start]
            mask.withUTF8Buffer { output += $0 }
            copied = range.upperBound
            return range.upperBound
        }

        private mutating func word(_ at: Int) -> Int? {
            let byte = text[at]
            if byte.isDigit, let end = Self.ipv4(text, at) { return replace(at..<end, with: "<ip>") }
            if let end = Self.ipv6(text, at) { return replace(at..<end, with: "<ip>") }
            guard byte.isWord else { return nil }
            if let end = Self.token(text, at) { return replace(at..<end, with: "<token>") }
            if let value = Self.namedSecret(text, at) { return replace(value, with: "<secret>") }
            return nil
        }

        // MARK: Addresses

        private mutating func email(_ at: Int) -> Int? {
            var start = at
            while start > copied, Self.isLocal(text[start - 1]) { start -= 1 }
            var end = at + 1
            var lastPoint: Int?
            while end < text.count, text[end].isWord || text[end] == UInt8(ascii: "-") || text[end] == UInt8(ascii: ".")
            {
                if text[end] == UInt8(ascii: ".") { lastPoint = end }
                end += 1
            }
            if let point = lastPoint, point == end - 1 { end = point }
            guard start < at, end > at + 3, text.part(at..<end).find(UInt8(ascii: ".")) != nil else { return nil }
            return replace(start..<end, with: "<email>")
        }

        private static func isLocal(_ byte: UInt8) -> Bool {
            byte.isWord || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "%") || byte >= 0x80
        }

        /// `//name:password@` of a URL.
        private mutating func userInformation(_ at: Int) -> Int? {
            guard text[at + 2] == UInt8(ascii: "/") else { return nil }
            var end = at + 3
            while end < text.count, !text[end].isBlank, text[end] != UInt8(ascii: "/"), text[end] != UInt8(ascii: "@") {
                end += 1
            }
            guard end < text.count, text[end] == UInt8(ascii: "@"), end > at + 3 else { return nil }
            return replace(at + 3..<end, with: "<secret>")
        }

        private mutating func privateKey(_ at: Int) -> Int? {
            let end = text.find("-----END ", from: at).flatMap { text.find("-----", from: $0 + 9) }.map { $0 + 5 }
            return replace(at..<(end ?? text.count), with: "<key>")
        }

        static func ipv4(_ text: ByteSpan, _ at: Int) -> Int? {
            var end = at
            for part in 0..<4 {
                let start = end
                var value = 0
                while end < text.count, text[end].isDigit, end - start < 3 {
                    value = value * 10 + Int(text[end] - 0x30)
                    end += 1
                }
                guard end > start, value <= 255 else { return nil }
                if part < 3 {
                    guard end < text.count, text[end] == UInt8(ascii: ".") else { return nil }
                    end += 1
                }
            }
            if end < text.count, text[end].isWord { return nil }
            return end
        }

        /// Groups of hexadecimal digits with `::` among them, or eight (RFC 4291 section 2.2).
        static func ipv6(_ text: ByteSpan, _ at: Int) -> Int? {
            var end = at
            var colons = 0
            var isShort = false
            var digits = 0
            while end < text.count {
                let byte = text[end]
                if byte == UInt8(ascii: ":") {
                    colons += 1
                    digits = 0
                    if end + 1 < text.count, text[end + 1] == UInt8(ascii: ":") { isShort = true }
                } else if byte.isDigit || (byte | 0x20) &- 0x61 < 6 {
                    digits += 1
                    guard digits <= 4 else { return nil }
                } else {
                    break
                }
                end += 1
            }
            // `std::map` begins with letters that are no digits of an address, and `::` alone is none either.
            guard end - at > 3, colons == 7 || isShort && colons >= 2, colons <= 7 else { return nil }
            if end < text.count, text[end].isWord { return nil }
            return text[end - 1] == UInt8(ascii: ":") && !isShort ? nil : end
        }

        // MARK: Tokens

        private static func isToken(_ byte: UInt8) -> Bool {
            byte.isWord || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~")
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "=")
        }

        private static let prefixes: [StaticString] = [
            "eyJ", "sk-", "sk_", "pk_", "rk_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-",
            "xoxp-", "xoxa-",
            "xoxs-", "AKIA", "ASIA", "AIza", "ya29.", "SG.", "npm_", "pypi-", "hf_", "whsec_",
        ]

        /// A secret that is known by its looks.
        static func token(_ text: ByteSpan, _ at: Int) -> Int? {
            var end = at
            var digits = 0
            var upper = 0
            var lower = 0
            var others = 0
            while end < text.count, isToken(text[end]) {
                let byte = text[end]
                if byte.isDigit {
                    digits += 1
                } else if byte &- 0x41 < 26 {
                    upper += 1
                } else if byte &- 0x61 < 26 {
                    lower += 1
                } else {
                    others += 1
                }
                end += 1
            }
            while end > at, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
            let length = end - at
            guard length >= 16 else { return nil }
            let rest = text.part(at..<end)
            if prefixes.contains(where: { rest.starts(with: $0) }), digits > 0 { return end }
            // Random letters and digits: long, mixed, and without the points and hyphens of a name.
            if length >= 32, others * 8 <= length, digits * 8 >= length, rest.find(UInt8(ascii: ".")) == nil {
                return isUUID(rest) ? nil : end
            }
            if length >= 40, digits * 12 >= length, upper * 8 >= length, lower * 8 >= length, others * 8 <= length {
                return end
            }
            return nil
        }

        private static func isUUID(_ text: ByteSpan) -> Bool {
            text.count == 36 && [8, 13, 18, 23].allSatisfy { text[$0] == UInt8(ascii: "-") }
        }

        private static let names: [StaticString] = [
            "password", "passwd", "pwd", "secret", "token", "apikey", "api_key", "api-key", "access_key", "accesskey",
            "private_key", "authorization", "credential", "credentials", "cookie", "set-cookie", "sessionid",
            "session_id",
            "bearer", "basic",
        ]

        /// The value behind the name of a secret: `password=…`, `"api_key": "…"`, `Authorization: Bearer …`.
        static func namedSecret(_ text: ByteSpan, _ at: Int) -> Range<Int>? {
            var end = at
            while end < text.count, text[end].isWord || text[end] == UInt8(ascii: "-") { end += 1 }
            guard end - at <= 40 else { return nil }
            let name = text.part(at..<end)
            guard let suffix = names.first(where: { endsWith(name, $0) }) else { return nil }
            var next = end
            if suffix.utf8CodeUnitCount == 6 || suffix.utf8CodeUnitCount == 5, isScheme(name) {
                // `Bearer abc…`: a word follows at once, and only one that looks like a secret counts.
                while next < text.count, text[next] == 0x20 { next += 1 }
                return value(text, next, mustLook: true)
            }
            while next < text.count,
                text[next] == UInt8(ascii: "\"") || text[next] == UInt8(ascii: "'") || text[next] == UInt8(ascii: "\\")
            { next += 1 }
            while next < text.count, text[next] == 0x20 { next += 1 }
            guard next < text.count, text[next] == UInt8(ascii: "=") || text[next] == UInt8(ascii: ":") else {
                return nil
            }
            let isAssigned = text[next] == UInt8(ascii: "=")
            next += 1
            while next < text.count, text[next] == 0x20 { next += 1 }
            return value(text, next, mustLook: !isAssigned)
        }

        private static func isScheme(_ name: ByteSpan) -> Bool {
            endsWith(name, "bearer") && name.count == 6 || endsWith(name, "basic") && name.count == 5
        }

        /// - Parameter mustLook: prose may follow; only what is quoted, long or has a digit is taken for a secret.
        private static func value(_ text: ByteSpan, _ at: Int, mustLook: Bool) -> Range<Int>? {
            var start = at
            var quote: UInt8 = 0
            while start < text.count,
                text[start] == UInt8(ascii: "\"") || text[start] == UInt8(ascii: "'")
                    || text[start] == UInt8(ascii: "\\")
            {
                quote = text[start]
                start += 1
            }
            for scheme: StaticString in ["Bearer ", "bearer ", "Basic ", "basic "]
            where text.part(start..<text.count).starts(with: scheme) {
                start += scheme.utf8CodeUnitCount
            }
            var end = start
            var hasDigit = false
            while end < text.count {
                let byte = text[end]
                if quote != 0
                    ? byte == quote || byte == 0x0A
                    : byte.isBlank || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";")
                        || byte == UInt8(ascii: ")")
                        || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
                        || byte == UInt8(ascii: "\"")
                {
                    break
                }
                if byte.isDigit { hasDigit = true }
                end += 1
            }
            guard end > start, text[start] != UInt8(ascii: "<") else { return nil }
            if mustLook, quote == 0, !hasDigit, end - start < 16 { return nil }
            return start..<end
        }

        private static func endsWith(_ name: ByteSpan, _ suffix: StaticString) -> Bool {
            let length = suffix.utf8CodeUnitCount
            guard name.count >= length else { return false }
            let start = name.count - length
            for index in 0..<length where name[start + index].lowered != suffix.utf8Start[index] { return false }
            return true
        }
    }
}
