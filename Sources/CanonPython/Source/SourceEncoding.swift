private import CCanonBytes

/// The encoding of a source file: its byte order mark, the cookie in a comment of its first two lines (PEP 263), UTF-8.
struct SourceEncoding {
    enum Codec {
        /// UTF-8 that the parser checks where it is read: in names and literals, not in comments, as CPython does.
        case utf8
        /// UTF-8 named by an alias: CPython then decodes the whole file.
        case checkedUTF8
        case utf7
        case ascii
        case latin1
        /// The characters of the bytes from 0x80.
        case page(UnsafePointer<UInt16>)
        /// An encoding of East Asia, under the name that `iconv` has for it.
        case multibyte(String)
    }

    var codec: Codec
    /// The bytes of the byte order mark.
    var markLength: Int

    static func detect(_ bytes: UnsafeRawBufferPointer) throws(PythonDiagnostic) -> SourceEncoding {
        let hasMark = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
        let markLength = hasMark ? 3 : 0
        var start = markLength
        for line in 1...2 {
            var end = start
            while end < bytes.count && bytes[end] != 0x0A && bytes[end] != 0x0D { end += 1 }
            // CPython counts the line feed to the line.
            switch cookie(in: UnsafeRawBufferPointer(rebasing: bytes[start..<end])) {
            case .named(let name):
                return SourceEncoding(codec: try codec(name, line: line, hasMark: hasMark), markLength: markLength)
            case .absent(blank: false):
                return SourceEncoding(codec: .utf8, markLength: markLength)
            case .absent(blank: true):
                start = end + 1
                if end + 1 < bytes.count && bytes[end] == 0x0D && bytes[end + 1] == 0x0A { start += 1 }
                if start > bytes.count { return SourceEncoding(codec: .utf8, markLength: markLength) }
            }
        }
        return SourceEncoding(codec: .utf8, markLength: markLength)
    }

    private enum Cookie {
        case named(String)
        /// `blank`: the line holds nothing but a comment, so that the next one may hold a cookie.
        case absent(blank: Bool)
    }

    private static func cookie(in line: UnsafeRawBufferPointer) -> Cookie {
        guard let first = line.firstIndex(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0C }) else {
            return .absent(blank: true)
        }
        guard line[first] == UInt8(ascii: "#") else { return .absent(blank: false) }
        let word = Array("coding".utf8)
        var index = first
        while index + word.count < line.count {
            if line[index] == word[0], line[index..<index + word.count].elementsEqual(word) {
                var at = index + word.count
                if line[at] == UInt8(ascii: ":") || line[at] == UInt8(ascii: "=") {
                    at += 1
                    while at < line.count && (line[at] == 0x20 || line[at] == 0x09) { at += 1 }
                    let name = line[at...].prefix { isNameByte($0) }
                    if !name.isEmpty { return .named(String(decoding: name, as: UTF8.self)) }
                }
            }
            index += 1
        }
        return .absent(blank: true)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }

    private static func codec(_ name: String, line: Int, hasMark: Bool) throws(PythonDiagnostic) -> Codec {
        // `get_normal_name` of CPython's tokenizer: the first twelve characters.
        let short = String(name.prefix(12)).lowercased().map { $0 == "_" ? "-" : $0 }
        let spelled = String(short)
        if spelled == "utf-8" || spelled.hasPrefix("utf-8-") { return .utf8 }
        if hasMark {
            throw PythonDiagnostic(line: line, column: 1, message: "encoding problem: \(name) with BOM")
        }
        for latin in ["latin-1", "iso-8859-1", "iso-latin-1"]
        where spelled == latin || spelled.hasPrefix(latin + "-") {
            return .latin1
        }
        // `encodings.search_function`: an alias may also be written with dots, the name of a codec may not.
        let key = normalized(name)
        if let codec = codec(named: key, aliasesOnly: key.contains(".")) { return codec }
        if key.contains("."), let codec = codec(named: key.replacing(".", with: "_"), aliasesOnly: true) {
            return codec
        }
        throw PythonDiagnostic(line: line, column: 1, message: "unknown encoding: \(name)")
    }

    private static func codec(named name: String, aliasesOnly: Bool) -> Codec? {
        if aliasesOnly && (codecNames.contains(name) || multibyteCodecs.contains(name)) { return nil }
        switch name {
        case "utf_8", "u8", "utf", "utf8", "utf8_ucs2", "utf8_ucs4", "cp65001", "utf_8_sig": return .checkedUTF8
        case "utf_7", "u7", "utf7", "unicode_1_1_utf_7": return .utf7
        case "ascii", "646", "ansi_x3.4_1968", "ansi_x3_4_1968", "ansi_x3.4_1986", "cp367", "csascii", "ibm367",
            "iso646_us", "iso_646.irv_1991", "iso_ir_6", "us", "us_ascii":
            return .ascii
        case "latin_1", "8859", "cp819", "csisolatin1", "ibm819", "iso8859", "iso8859_1", "iso_8859_1",
            "iso_8859_1_1987", "iso_ir_100", "l1", "latin", "latin1":
            return .latin1
        default:
            if let page = canon_code_page(name, aliasesOnly ? 1 : 0) { return .page(page) }
            return multibyteNames[name].map { .multibyte($0) }
        }
    }

    /// What is the name of a codec of CPython, not an alias.
    private static let codecNames: Set<String> = ["utf_8", "utf_8_sig", "utf_7", "ascii", "latin_1"]
    private static let multibyteCodecs: Set<String> = [
        "big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jis_2004", "euc_jisx0213", "euc_jp", "euc_kr", "gb18030",
        "gb2312", "gbk", "shift_jis", "shift_jis_2004", "shift_jisx0213",
    ]

    /// The multibyte codecs of CPython and their aliases.
    private static let multibyteNames: [String: String] = [
        "big5": "BIG5", "big5_tw": "BIG5", "csbig5": "BIG5", "big5hkscs": "BIG5-HKSCS", "big5_hkscs": "BIG5-HKSCS",
        "hkscs": "BIG5-HKSCS", "cp932": "CP932", "932": "CP932", "ms932": "CP932", "mskanji": "CP932",
        "ms_kanji": "CP932", "windows_31j": "CP932", "cp949": "CP949", "949": "CP949", "ms949": "CP949",
        "uhc": "CP949", "cp950": "CP950", "950": "CP950", "ms950": "CP950", "euc_jp": "EUC-JP", "eucjp": "EUC-JP",
        "ujis": "EUC-JP", "u_jis": "EUC-JP", "euc_jis_2004": "EUC-JISX0213", "jisx0213": "EUC-JISX0213",
        "eucjis2004": "EUC-JISX0213", "euc_jis2004": "EUC-JISX0213", "euc_jisx0213": "EUC-JISX0213",
        "eucjisx0213": "EUC-JISX0213", "euc_kr": "EUC-KR", "euckr": "EUC-KR", "korean": "EUC-KR", "ksc5601": "EUC-KR",
        "ks_c_5601": "EUC-KR", "ks_c_5601_1987": "EUC-KR", "ksx1001": "EUC-KR", "ks_x_1001": "EUC-KR",
        "gb18030": "GB18030", "gb18030_2000": "GB18030", "gb2312": "EUC-CN", "chinese": "EUC-CN",
        "csiso58gb231280": "EUC-CN", "euc_cn": "EUC-CN", "euccn": "EUC-CN", "eucgb2312_cn": "EUC-CN",
        "gb2312_1980": "EUC-CN", "gb2312_80": "EUC-CN", "iso_ir_58": "EUC-CN", "gbk": "GBK", "936": "GBK",
        "cp936": "GBK", "ms936": "GBK", "shift_jis": "SHIFT_JIS", "csshiftjis": "SHIFT_JIS", "shiftjis": "SHIFT_JIS",
        "sjis": "SHIFT_JIS", "s_jis": "SHIFT_JIS", "shift_jis_2004": "SHIFT_JISX0213", "shiftjis2004": "SHIFT_JISX0213",
        "sjis_2004": "SHIFT_JISX0213", "s_jis_2004": "SHIFT_JISX0213", "shift_jisx0213": "SHIFT_JISX0213",
        "shiftjisx0213": "SHIFT_JISX0213", "sjisx0213": "SHIFT_JISX0213", "s_jisx0213": "SHIFT_JISX0213",
    ]

    /// `encodings.normalize_encoding`: lower case, every run of other characters than letters, digits and dots is one `_`.
    private static func normalized(_ name: String) -> String {
        var result = ""
        var pending = false
        for character in name.lowercased() {
            if character == "." || character.isLetter || character.isNumber {
                if pending && !result.isEmpty { result.append("_") }
                result.append(character)
                pending = false
            } else {
                pending = true
            }
        }
        return result
    }
}

extension SourceEncoding.Codec {
    /// Decodes a file to UTF-8.
    func decode(_ bytes: UnsafeRawBufferPointer, into output: inout GrowingBuffer<UInt8>) throws(PythonDiagnostic) {
        output.count = 0
        output.reserve(bytes.count + bytes.count / 4 + 16)
        if case .utf7 = self { return try decodeUTF7(bytes, into: &output) }
        if case .multibyte(let name) = self { return try decodeMultibyte(name, bytes, into: &output) }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                output.append(byte)
                index += 1
                continue
            }
            switch self {
            case .utf8, .checkedUTF8:
                let length = UTF8Scan.length(
                    bytes.baseAddress!.assumingMemoryBound(to: UInt8.self) + index, limit: bytes.count - index)
                guard length > 0 else { throw undecodable(byte, at: index, in: bytes, codec: "utf-8") }
                for offset in 0..<length { output.append(bytes[index + offset]) }
                index += length
            case .ascii, .multibyte, .utf7:
                throw undecodable(byte, at: index, in: bytes, codec: "ascii")
            case .latin1:
                UTF8Scan.append(UInt32(byte), to: &output)
                index += 1
            case .page(let page):
                let scalar = page[Int(byte) - 128]
                guard scalar != 0xFFFF else { throw undecodable(byte, at: index, in: bytes, codec: "charmap") }
                UTF8Scan.append(UInt32(scalar), to: &output)
                index += 1
            }
        }
    }

    /// UTF-7 (RFC 2152) as CPython reads it: `+` starts UTF-16 in base 64, everything else is ASCII.
    private func decodeUTF7(
        _ bytes: UnsafeRawBufferPointer, into output: inout GrowingBuffer<UInt8>
    ) throws(PythonDiagnostic) {
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            guard byte < 0x80 else { throw undecodable(byte, at: at, in: bytes, codec: "utf7") }
            at += 1
            guard byte == UInt8(ascii: "+") else {
                output.append(byte)
                continue
            }
            if at < bytes.count && bytes[at] == UInt8(ascii: "-") {
                output.append(byte)
                at += 1
                continue
            }
            let start = at - 1
            var units: [UInt16] = []
            var buffer: UInt32 = 0
            var bits = 0
            while at < bytes.count, let digit = Self.base64(bytes[at]) {
                buffer = buffer << 6 | digit
                bits += 6
                at += 1
                if bits >= 16 {
                    bits -= 16
                    units.append(UInt16(truncatingIfNeeded: buffer >> UInt32(bits)))
                    buffer &= (1 << UInt32(bits)) - 1
                }
            }
            let text = String(decoding: units, as: UTF16.self)
            // A lone surrogate decodes in Python but has no UTF-8.
            guard at > start + 1, bits < 6, buffer == 0, text.utf16.elementsEqual(units) else {
                throw undecodable(byte, at: start, in: bytes, codec: "utf7")
            }
            for unit in text.utf8 { output.append(unit) }
            if at < bytes.count && bytes[at] == UInt8(ascii: "-") { at += 1 }
        }
    }

    private static func base64(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// ASCII stands for itself in these encodings (CPython's `shift_jis` too, unlike that of `iconv`); the rest is left to
    /// `iconv`.
    private func decodeMultibyte(
        _ name: String, _ bytes: UnsafeRawBufferPointer, into output: inout GrowingBuffer<UInt8>
    ) throws(PythonDiagnostic) {
        var at = 0
        // No byte becomes more than four, and each conversion finds room for sixteen.
        output.reserve(bytes.count * 4 + 32)
        while at < bytes.count {
            if bytes[at] < 0x80 {
                output.append(bytes[at])
                at += 1
                continue
            }
            // A character has two bytes, in some encodings three or four: the shortest that converts.
            var taken = 0
            for length in 1...4 where taken == 0 && at + length <= bytes.count {
                let written = canon_convert(
                    name, bytes.baseAddress! + at, Int32(length), output.base + output.count, 16)
                if written > 0 {
                    output.count += Int(written)
                    taken = length
                }
            }
            guard taken > 0 else { throw undecodable(bytes[at], at: at, in: bytes, codec: name.lowercased()) }
            at += taken
        }
    }

    private func undecodable(
        _ byte: UInt8, at index: Int, in bytes: UnsafeRawBufferPointer, codec: String
    ) -> PythonDiagnostic {
        let line = bytes[..<index].count { $0 == 0x0A } + 1
        return PythonDiagnostic(
            line: line, column: 1,
            message: "'\(codec)' codec can't decode byte 0x\(String(byte, radix: 16)) in position \(index)")
    }
}

/// Single characters of UTF-8.
enum UTF8Scan {
    /// The bytes of the well-formed character at `text`, of which `limit` bytes may be read; 0 when it is not well-formed.
    static func length(_ text: UnsafePointer<UInt8>, limit: Int) -> Int {
        let lead = text[0]
        func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            offset < limit && range.contains(text[offset])
        }
        switch lead {
        case 0..<0x80: return limit > 0 ? 1 : 0
        case 0xC2...0xDF: return continues(1) ? 2 : 0
        case 0xE0...0xEF:
            let second: ClosedRange<UInt8> = lead == 0xE0 ? 0xA0...0xBF : lead == 0xED ? 0x80...0x9F : 0x80...0xBF
            return continues(1, second) && continues(2) ? 3 : 0
        case 0xF0...0xF4:
            let second: ClosedRange<UInt8> = lead == 0xF0 ? 0x90...0xBF : lead == 0xF4 ? 0x80...0x8F : 0x80...0xBF
            return continues(1, second) && continues(2) && continues(3) ? 4 : 0
        default: return 0
        }
    }

    /// The character of `length` bytes at `text`, which is well-formed.
    static func scalar(_ text: UnsafePointer<UInt8>, length: Int) -> UInt32 {
        switch length {
        case 1: UInt32(text[0])
        case 2: UInt32(text[0] & 0x1F) << 6 | UInt32(text[1] & 0x3F)
        case 3: UInt32(text[0] & 0x0F) << 12 | UInt32(text[1] & 0x3F) << 6 | UInt32(text[2] & 0x3F)
        default:
            UInt32(text[0] & 0x07) << 18 | UInt32(text[1] & 0x3F) << 12 | UInt32(text[2] & 0x3F) << 6
                | UInt32(text[3] & 0x3F)
        }
    }

    /// Appends a character as UTF-8; surrogates too, as three bytes.
    static func append(_ scalar: UInt32, to output: inout GrowingBuffer<UInt8>) {
        switch scalar {
        case 0..<0x80: output.append(UInt8(scalar))
        case 0x80..<0x800:
            output.append(UInt8(0xC0 | scalar >> 6))
            output.append(UInt8(0x80 | scalar & 0x3F))
        case 0x800..<0x10000:
            output.append(UInt8(0xE0 | scalar >> 12))
            output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(0x80 | scalar & 0x3F))
        default:
            output.append(UInt8(0xF0 | scalar >> 18))
            output.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}
