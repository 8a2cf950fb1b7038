/// Makes one record of the values that stood in an entry, and knows what in them must not be believed.
struct EntryResolver {
    let values: FieldValues
    let arena: TextArena

    /// Nil when the values are those of no log entry.
    func record() -> LogRecord? {
        var record = LogRecord()
        unpackRawPayload()
        record.severity = LogSeverity(level: values[.severity])
        record.time = LogTime.parse(values[.time]) ?? secondsAndNanos
        record.insertID = values[.insertID]
        message(&record)
        guard
            !record.message.isEmpty || record.time != nil || record.insertID.count > 0
                || record.severity != .unspecified || values.has(.traceback)
        else { return nil }
        record.service = values[.service]
        record.revision = values[.revision]
        record.instance = values[.instance]
        record.logger = values[.logger]
        record.project = values[.project]
        record.location = values[.location]
        record.environment = values[.environment]
        record.host = values[.host]
        traceback(&record)
        code(&record)
        return record
    }

    private var secondsAndNanos: Int64? {
        guard let seconds = LogTime.parse(values[.timeSeconds]) else { return nil }
        let nanos = values[.timeNanos].reduce(Int64(0)) {
            $1.isDigit ? min($0 * 10 + Int64($1 - 0x30), 999_999_999) : $0
        }
        return seconds + nanos
    }

    // MARK: Message

    private func message(_ record: inout LogRecord) {
        if values.has(.message) {
            record.form = .structured
            record.message = values[.message]
        } else if values.has(.textPayload) {
            record.form = .printed
            record.message = values[.textPayload]
        } else if values.has(.requestStatus) {
            record.form = .request
            record.message = request
        } else if values.has(.protoMessage) {
            record.form = .structured
            record.message = values[.protoMessage]
        } else if values.has(.errorMessage), values[.errorMessage].first != UInt8(ascii: "{") {
            record.form = .structured
            record.message = values[.errorMessage]
        }
        record.message = arena.withoutTerminalCodes(record.message.trimmed)
        if Self.isPlaceholder(record.message) { record.message = LogRecord.nothing }
    }

    /// What a request that has no words of its own is known by. What follows the `?` is the user's.
    private var request: ByteSpan {
        let url = values[.requestURL]
        var path = url
        if let scheme = url.find("://") {
            path = url.part((url.find(UInt8(ascii: "/"), from: scheme + 3) ?? url.count)..<url.count)
        }
        path = path.part(0..<(path.find(UInt8(ascii: "?")) ?? path.count))
        return arena.joined([
            values.has(.requestMethod) ? values[.requestMethod] : Self.span("request"), Self.span(" "), path,
            Self.span(": status "),
            values[.requestStatus],
        ])
    }

    private static func span(_ text: StaticString) -> ByteSpan {
        ByteSpan(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// What collectors write when they did not understand an entry: not a word of the service.
    private static func isPlaceholder(_ message: ByteSpan) -> Bool {
        guard message.count <= 24, let first = message.first,
            first == UInt8(ascii: "N") || first == UInt8(ascii: "(") || first == UInt8(ascii: "<")
        else { return false }
        return message.equals("No message content") || message.equals("No message") || message.equals("(no message)")
            || message.equals("<no message>") || message.equals("None")
    }

    /// The payload that a collector wrote as the `repr` of a Python dictionary, or as JSON in a text.
    private func unpackRawPayload() {
        guard values.has(.rawPayload), !values.has(.message), !values.has(.textPayload) else { return }
        let payload = values[.rawPayload].trimmed
        guard payload.first == UInt8(ascii: "{") else {
            values[.textPayload] = payload
            return
        }
        var literal = PythonLiteral(payload, arena: arena)
        guard literal.readDictionary(into: values) else {
            values[.textPayload] = payload
            return
        }
    }

    // MARK: Traceback

    private func traceback(_ record: inout LogRecord) {
        let own = values[.traceback]
        if !own.isEmpty, Traceback.looksLike(own) {
            record.traceback = arena.withoutTerminalCodes(own)
        } else if record.message.count > 40, Traceback.looksLike(record.message) {
            record.traceback = record.message
        }
        // A wrapper's `error` of type `str` on an entry that reports no error is noise: the envelope's severity counts.
        guard record.severity >= .error || record.severity == .unspecified else { return }
        let type = values[.exceptionType]
        if !type.isEmpty, !Self.isNoException(type) { record.exceptionType = type }
    }

    /// Types of values that a wrapper was handed in place of an exception.
    private static func isNoException(_ type: ByteSpan) -> Bool {
        type.equals("str") || type.equals("dict") || type.equals("NoneType") || type.equals("int")
            || type.equals("list")
            || type.equals("tuple") || type.equals("bool") || type.equals("string") || type.equals("object")
    }

    // MARK: Code

    private func code(_ record: inout LogRecord) {
        let file = values[.codeFile]
        let function = values[.codeFunction]
        guard !Self.isLoggingFrame(file: file, function: function) else { return }
        record.code.file = file
        record.code.function = function
        record.code.line = values[.codeLine]
    }

    /// The frame of a logging library, which handlers that look up the stack too shortly take for the caller.
    static func isLoggingFrame(file: ByteSpan, function: ByteSpan) -> Bool {
        if file.equals("logging") || file.starts(with: "logging.") || file.equals("structlog")
            || file.starts(with: "structlog.")
            || file.equals("loguru") || file.starts(with: "loguru.")
        {
            return true
        }
        if file.find("/logging/__init__.py") != nil || file.find("/structlog/") != nil || file.find("/loguru/") != nil {
            return true
        }
        return function.equals("callHandlers") || function.equals("_log")
            || function.equals("handle")
                && file.find("logging") != nil
    }
}
