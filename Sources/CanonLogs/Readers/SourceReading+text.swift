import CCanonBytes

extension SourceReading {
    /// What belongs to one record at most: a traceback has its end somewhere.
    private static let maximumLines = 2000
    private static let maximumRecordBytes = 1 << 18
    private static let layoutBytes = 1 << 17

    /// Reads the line at the window's place with the lines that belong to it; false at the end of the source.
    func textLines(_ each: (borrowing LogRecord) -> Void) -> Bool {
        if layout == nil {
            // A pipe may have brought a line only, by which no layout is known.
            while window.count - window.at < Self.layoutBytes, grow() == .more {}
            layout = PlainTextLayout.detect(window.bytes.part(window.at..<window.count))
        }
        guard let end = endOfLine(from: window.at) else { return unfinishedLine(each) }
        var reach = end
        if let more = continuation(after: end) {
            reach = more
        } else if needsMore {
            return grow() == .more || textLines(each)
        }
        emitText(window.at..<reach, each)
        return true
    }

    private func endOfLine(from place: Int) -> Int? { window.bytes.find(0x0A, from: place) }

    /// The window ends inside of the line.
    private func unfinishedLine(_ each: (borrowing LogRecord) -> Void) -> Bool {
        switch grow() {
        case .more: return true
        case .full:
            report.report("a line is longer than \(Window.maximumBytes >> 20) MiB; it is skipped", at: window.offset)
            while true {
                if let end = endOfLine(from: window.at) {
                    window.at = end + 1
                    return true
                }
                window.skipAll()
                guard grow() == .more else { return false }
            }
        case .end:
            guard !isGrowing, window.at < window.count else { return false }
            emitText(window.at..<window.count, each)
            return false
        }
    }

    // MARK: Several lines

    /// Whether the question what belongs to the record can be answered only with more of the source.
    private var needsMore: Bool { !window.isAtEnd && window.count - window.at < Self.maximumRecordBytes && asksForMore }

    /// Where the record ends when lines behind `end` belong to it; nil when none does.
    private func continuation(after end: Int) -> Int? {
        asksForMore = false
        var reach = end
        var lines = 1
        var inTraceback = Traceback.opens(window.bytes.part(window.at..<end))
        var lastWasIndented = false
        var grew = false
        while lines < Self.maximumLines, reach - window.at < Self.maximumRecordBytes {
            let start = reach + 1
            guard start < window.count, let next = endOfLine(from: start) ?? (window.isAtEnd ? window.count : nil)
            else {
                asksForMore = !window.isAtEnd
                return asksForMore ? nil : grew ? reach : nil
            }
            let line = window.bytes.part(start..<next)
            guard belongs(line, inTraceback: &inTraceback, lastWasIndented: &lastWasIndented) else { break }
            reach = next
            grew = true
            lines += 1
        }
        return grew ? reach : nil
    }

    /// Whether a line continues the record before it: it is indented, or a part of a traceback.
    private func belongs(_ line: ByteSpan, inTraceback: inout Bool, lastWasIndented: inout Bool) -> Bool {
        guard let first = line.first else { return false }
        if first == 0x20 || first == 0x09 {
            // A line of an indented listing that has a header of its own begins anew.
            guard !line.trimmed.isEmpty, layout?.split(line).time == nil else { return false }
            lastWasIndented = true
            if Traceback.opens(line) { inTraceback = true }
            return true
        }
        if Traceback.opens(line) {
            inTraceback = true
            lastWasIndented = false
            return true
        }
        if first == 0x0D || Traceback.joins(line) { return inTraceback }
        if inTraceback, lastWasIndented, Traceback.isExceptionLine(line) {
            lastWasIndented = false
            return true
        }
        return false
    }

    // MARK: One record

    private func emitText(_ range: Range<Int>, _ each: (borrowing LogRecord) -> Void) {
        let start = range.lowerBound
        var text = window.bytes.part(range)
        while let last = text.last, last == 0x0D || last == 0x0A { text = text.part(0..<text.count - 1) }
        defer { window.at = min(range.upperBound + 1, window.count) }
        guard !text.trimmed.isEmpty else { return }
        if text.find(0) != nil {
            report.report("the line is binary data; it is skipped", at: window.start + start)
            return
        }
        arena.clear()
        text = arena.withoutTerminalCodes(text)
        var record = LogRecord()
        if !Logfmt.read(text, into: &record, arena: arena, values: values) { plain(text, into: &record) }
        if Traceback.looksLike(record.message) { record.traceback = record.message }
        record.offset = window.start + start
        record.length = range.count
        report.entries += 1
        if record.message.isEmpty { report.entriesWithoutMessage += 1 }
        each(record)
    }

    private func plain(_ text: ByteSpan, into record: inout LogRecord) {
        let head = text.part(0..<(text.find(0x0A) ?? text.count))
        let line = layout?.split(head) ?? PlainTextLine(message: 0..<head.count)
        record.time = line.time
        record.severity = line.severity ?? .unspecified
        record.logger = line.component.map { text.part($0) } ?? LogRecord.nothing
        record.host = line.host.map { text.part($0) } ?? LogRecord.nothing
        record.message = text.part(line.message.lowerBound..<text.count).trimmed
    }
}
