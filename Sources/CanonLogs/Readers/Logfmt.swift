/// Lines of `key=value` words, as Go services write them (logfmt).
enum Logfmt {
    /// Reads the line if it is one: it begins with a key, and has a message or an error beside a level or a time. False
    /// leaves the record as it was.
    static func read(_ line: ByteSpan, into record: inout LogRecord, arena: TextArena, values: FieldValues) -> Bool {
        guard let first = line.first, first.isWord, let sign = line.find(UInt8(ascii: "=")), sign < 40,
            line.part(0..<sign).allSatisfy({ isKey($0) }),
            line.find("msg=") ?? line.find("message=") ?? line.find("err=") ?? line.find("error=") != nil
        else { return false }
        values.clear()
        var at = 0
        while at < line.count {
            while at < line.count, line[at].isBlank { at += 1 }
            let start = at
            while at < line.count, isKey(line[at]) { at += 1 }
            let key = line.part(start..<at)
            guard at < line.count, line[at] == UInt8(ascii: "=") else {
                while at < line.count, !line[at].isBlank { at += 1 }
                continue
            }
            at += 1
            take(key, value(line, &at, arena: arena), into: values)
        }
        guard values.has(.message) || values.has(.errorMessage), values.has(.severity) || values.has(.time),
            let resolved = EntryResolver(values: values, arena: arena).record()
        else { return false }
        record = resolved
        return true
    }

    private static func isKey(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "@")
    }

    private static func value(_ line: ByteSpan, _ at: inout Int, arena: TextArena) -> ByteSpan {
        let start = at
        guard at < line.count, line[at] == UInt8(ascii: "\"") else {
            while at < line.count, !line[at].isBlank { at += 1 }
            return line.part(start..<at)
        }
        at += 1
        var hasEscape = false
        while at < line.count, line[at] != UInt8(ascii: "\"") {
            if line[at] == UInt8(ascii: "\\") {
                hasEscape = true
                at += 1
            }
            at += 1
        }
        let inside = line.part(start + 1..<min(at, line.count))
        at = min(at + 1, line.count)
        return hasEscape ? arena.unescaped(inside) : inside
    }

    private static func take(_ key: ByteSpan, _ value: ByteSpan, into values: FieldValues) {
        let fields: [(StaticString, Field)] = [
            ("msg", .message), ("message", .message), ("level", .severity), ("lvl", .severity), ("severity", .severity),
            ("time", .time), ("ts", .time), ("t", .time), ("timestamp", .time), ("logger", .logger),
            ("component", .logger),
            ("module", .logger), ("service", .service), ("app", .service), ("caller", .codeFile),
            ("err", .errorMessage),
            ("error", .errorMessage), ("host", .host), ("instance", .instance), ("version", .revision),
            ("revision", .revision), ("stack", .traceback), ("stacktrace", .traceback),
        ]
        for (name, field) in fields where key.equals(name) {
            if !values.has(field) { values[field] = value }
            return
        }
    }
}
