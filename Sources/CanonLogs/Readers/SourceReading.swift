/// One source being read: the window that slides over it, the lists and objects that are open around the entries, and what is
/// to be reported.
final class SourceReading {
    private enum Frame {
        /// A list of entries, by the name it has in the export.
        case list(String?)
        /// An object around lists of entries; with `byName` each of its members is such a list.
        case wrapper(byName: Bool)
    }

    let window: Window
    let map: FieldMap
    let values: FieldValues
    let arena: TextArena
    let isGrowing: Bool
    private let source: any ByteSource
    private let progress: ((Int) -> Void)?
    private var frames: [Frame] = []
    /// Entries are single lines, as far as this source has shown.
    private var isLineByLine = false
    private var isFirstValue = true
    var layout: PlainTextLayout?
    private var binary = BinaryStretch()
    /// Only more of the source can tell whether a line goes on.
    var asksForMore = false
    var report: SourceReport

    init(
        _ source: any ByteSource, map: FieldMap, values: FieldValues, arena: TextArena, isGrowing: Bool,
        continuation: LogReader.Continuation, progress: ((Int) -> Void)?
    ) {
        var head = [UInt8](repeating: 0, count: 2)
        var failure: SourceError?
        let count = Self.read(source, into: &head, failure: &failure)
        let start = MemorySource(Array(head.prefix(count)), name: source.name)
        self.source = source
        let input: any ByteSource =
            GzipSource.isGzip(head) ? GzipSource(source, head: head) : JoinedSource(start, source)
        window = Window(input, start: continuation.end)
        layout = continuation.layout
        isLineByLine = continuation.isLineByLine
        isFirstValue = continuation.end == 0
        self.map = map
        self.values = values
        self.arena = arena
        self.isGrowing = isGrowing
        self.progress = progress
        report = SourceReport(name: source.name)
        report.isCompressed = GzipSource.isGzip(head)
        if let failure { report.report(failure.message, at: failure.offset) }
    }

    private static func read(_ source: any ByteSource, into head: inout [UInt8], failure: inout SourceError?) -> Int {
        var count = 0
        head.withUnsafeMutableBytes { bytes in
            do throws(SourceError) {
                while count < bytes.count {
                    let read = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
                    if read == 0 { return }
                    count += read
                }
            } catch {
                failure = error
            }
        }
        return count
    }

    /// Where to go on when there is more.
    var continuation: LogReader.Continuation {
        var continuation = LogReader.Continuation()
        continuation.end = window.offset
        continuation.layout = layout
        continuation.isLineByLine = isLineByLine
        return continuation
    }

    func run(_ each: (borrowing LogRecord) -> Void) {
        _ = window.grow()
        skipByteOrderMark()
        while step(each) {}
        if let failure = window.failure {
            report.report(failure.message, at: failure.offset)
            report.isCutOff = true
        } else if !frames.isEmpty, !isGrowing {
            report.report("the file ends inside of a list of entries; more was to come", at: window.offset)
            report.isCutOff = true
        }
        report.bytes = window.offset
    }

    private func skipByteOrderMark() {
        let bytes = window.bytes
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            window.at = 3
        } else if bytes.count >= 2, bytes[0] == 0xFF && bytes[1] == 0xFE || bytes[0] == 0xFE && bytes[1] == 0xFF {
            report.report("is UTF-16; convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)", at: 0)
            report.isCutOff = true
            discardEverything()
        }
    }

    private func discardEverything() {
        repeat { window.skipAll() } while window.grow() == .more
    }

    /// More bytes, or the news that there are none.
    func grow() -> Window.Growth {
        progress?(source.consumed)
        return window.grow()
    }

    // MARK: Steps

    /// Reads what begins at the window's place; false at the end of the source.
    private func step(_ each: (borrowing LogRecord) -> Void) -> Bool {
        skipBlanks()
        guard window.at < window.count else { return grow() == .more }
        let byte = window[window.at]
        switch frames.last {
        case nil: return passedBinary() || topLevel(byte, each)
        case .list(let name): return inList(byte, name, each)
        case .wrapper(let byName): return inWrapper(byte, byName: byName)
        }
    }

    /// Goes past a stretch of binary data; false when there is none at the window's place.
    private func passedBinary() -> Bool {
        while binary.wants(window.offset), window.count - window.at < BinaryStretch.sampleBytes, grow() == .more {}
        switch binary.judge(window.bytes.part(window.at..<window.count), at: window.offset) {
        case .text: return false
        case .binary(let length, let isFirst):
            if isFirst {
                report.reportForeign("binary data begins here and is skipped: it is no log", at: window.offset)
            }
            isFirstValue = false
            window.at += length
            return true
        case .textAgain:
            // The rest of the line in which the data ended.
            return resynchronizeAtLine()
        }
    }

    private func resynchronizeAtLine() -> Bool {
        while true {
            if let end = window.bytes.find(0x0A, from: window.at) {
                window.at = end + 1
                return true
            }
            window.skipAll()
            guard grow() == .more else { return true }
        }
    }

    private func skipBlanks() {
        let isInside = !frames.isEmpty
        while window.at < window.count {
            let byte = window[window.at]
            if byte == 0x20, !isInside {
                // An indented line of text is a line all the same; only what may be JSON is looked for behind blanks.
                var next = window.at
                while window[next] == 0x20 { next += 1 }
                guard window[next] == UInt8(ascii: "{") || window[next] == UInt8(ascii: "[") || next >= window.count
                else { return }
                window.at = next
                continue
            }
            guard byte == 0x0A || byte == 0x0D || isInside && (byte.isBlank || byte == UInt8(ascii: ",")) else {
                return
            }
            window.at += 1
        }
    }

    private func topLevel(_ byte: UInt8, _ each: (borrowing LogRecord) -> Void) -> Bool {
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
            guard let next = nextVisible(after: window.at) else {
                switch grow() {
                case .more: return true
                case .end, .full: return textLines(each)
                }
            }
            if byte == UInt8(ascii: "{"), next == UInt8(ascii: "\"") || next == UInt8(ascii: "}") {
                return entry(list: nil, each)
            }
            if byte == UInt8(ascii: "["), next == UInt8(ascii: "{") || next == UInt8(ascii: "]") && isFirstValue {
                isFirstValue = false
                window.at += 1
                frames.append(.list(nil))
                return true
            }
        }
        isFirstValue = false
        return textLines(each)
    }

    private func nextVisible(after place: Int) -> UInt8? {
        var at = place + 1
        while at < window.count, window[at].isBlank { at += 1 }
        return at < window.count ? window[at] : nil
    }

    private func inList(_ byte: UInt8, _ name: String?, _ each: (borrowing LogRecord) -> Void) -> Bool {
        switch byte {
        case UInt8(ascii: "]"):
            window.at += 1
            frames.removeLast()
            if let name { report.lists[name, default: 0] += 0 }
            return true
        case UInt8(ascii: "{"): return entry(list: name, each)
        case UInt8(ascii: "["):
            window.at += 1
            frames.append(.list(name))
            return true
        case UInt8(ascii: "\""): return textInList(name, each)
        default:
            return failing(with: "expected an entry of the list", at: window.at)
        }
    }

    private func inWrapper(_ byte: UInt8, byName: Bool) -> Bool {
        guard byte != UInt8(ascii: "}") else {
            window.at += 1
            frames.removeLast()
            return true
        }
        guard byte == UInt8(ascii: "\"") else { return failing(with: "expected a member's name", at: window.at) }
        var scanner = scanner(endsAtLine: false)
        do throws(ScanFailure) {
            let key = try scanner.member()
            let name = ByteSpan(rebasing: window.bytes[key])
            let first = window[scanner.at]
            let isCollection = map.slot(0, key: name.baseAddress!, length: name.count)?.isCollection ?? false
            if first == UInt8(ascii: "["), byName || isCollection {
                window.at = scanner.at + 1
                frames.append(.list(byName ? name.text : nil))
            } else if first == UInt8(ascii: "{"), isCollection {
                window.at = scanner.at + 1
                frames.append(.wrapper(byName: true))
            } else {
                try scanner.skip()
                window.at = scanner.at
            }
            return true
        } catch {
            return recover(from: error)
        }
    }

    // MARK: Entries

    private func scanner(endsAtLine: Bool) -> JSONEntryScanner {
        JSONEntryScanner(
            map: map, values: values, arena: arena, window: window.bytes, at: window.at, endsAtLine: endsAtLine,
            mayBeCollection: frames.isEmpty && isFirstValue)
    }

    private func entry(list: String?, _ each: (borrowing LogRecord) -> Void) -> Bool {
        values.clear()
        arena.clear()
        let isAlone = frames.isEmpty
        var scanner = scanner(endsAtLine: isAlone && isLineByLine)
        do throws(ScanFailure) {
            try scanner.scan()
        } catch {
            return recover(from: error)
        }
        let start = window.at
        let length = scanner.at - start
        if isAlone, isFirstValue {
            // What follows the first entry says whether entries are lines.
            if scanner.at >= window.count, !window.isAtEnd {
                _ = grow()
                return true
            }
            isFirstValue = false
            let isOneLine = window.bytes.part(start..<scanner.at).find(0x0A) == nil
            isLineByLine = isOneLine && (window[scanner.at] == 0x0A || window[scanner.at] == 0x0D)
        }
        if let list {
            report.lists[list, default: 0] += 1
            if !values.has(.severity) { values[.severity] = arena.joined([listName(list)]) }
        }
        emit(start: start, length: length, each)
        window.at = start + length
        return true
    }

    /// A list's name may be the only place that has the severity.
    private func listName(_ name: String) -> ByteSpan {
        var name = name
        return name.withUTF8 { arena.joined([$0]) }
    }

    private func textInList(_ name: String?, _ each: (borrowing LogRecord) -> Void) -> Bool {
        values.clear()
        arena.clear()
        var scanner = scanner(endsAtLine: false)
        do throws(ScanFailure) {
            let range = try scanner.text()
            let start = window.at
            values[.textPayload] = arena.unescaped(window.bytes.part(range))
            if let name {
                report.lists[name, default: 0] += 1
                values[.severity] = listName(name)
            }
            emit(start: start, length: scanner.at - start, each)
            window.at = scanner.at
            return true
        } catch {
            return recover(from: error)
        }
    }

    private func emit(start: Int, length: Int, _ each: (borrowing LogRecord) -> Void) {
        guard var record = EntryResolver(values: values, arena: arena).record() else {
            report.reportForeign(
                "the object has neither a message nor a time, a severity or an id: it is no log entry",
                at: window.start + start)
            return
        }
        record.offset = window.start + start
        record.length = length
        report.entries += 1
        if record.message.isEmpty && record.traceback.isEmpty { report.entriesWithoutMessage += 1 }
        each(record)
    }

    // MARK: Recovery

    /// Goes on behind what could not be read.
    private func recover(from failure: ScanFailure) -> Bool {
        switch failure {
        case .collection:
            isFirstValue = false
            window.at += 1
            frames.append(.wrapper(byName: false))
            return true
        case .malformed(let message, let place):
            return failing(with: message, at: place)
        case .incomplete:
            switch grow() {
            case .more: return true
            case .full:
                report.report(
                    "an entry is longer than \(Window.maximumBytes >> 20) MiB; it is skipped", at: window.offset)
                return resynchronize(from: window.at + 1)
            case .end:
                // An unfinished line of a file that grows is not yet a line.
                if isGrowing { return false }
                report.report("the file ends inside of this entry", at: window.offset)
                let hasMore = resynchronize(from: window.at + 1)
                if !hasMore || window.at >= window.count { report.isCutOff = true }
                return hasMore
            }
        }
    }

    private func failing(with message: String, at place: Int) -> Bool {
        isFirstValue = false
        let detail = place > window.at ? " (at byte \(window.start + place))" : ""
        report.report("\(message)\(detail); the entry is skipped", at: window.offset)
        return resynchronize(from: frames.isEmpty ? window.at + 1 : max(window.at + 1, place))
    }

    /// Finds the next place where an entry may begin: outside of a list, the next line; inside, an object after a comma or
    /// at the start of a line.
    private func resynchronize(from place: Int) -> Bool {
        window.at = place
        while true {
            if let next = frames.isEmpty ? nextLine() : nextObject() {
                window.at = next
                return true
            }
            // What has been looked through is not needed any more, but for the comma that may stand at its end.
            window.at = max(window.at, window.count - 64)
            if frames.isEmpty { window.at = window.count }
            guard grow() == .more else {
                window.skipAll()
                return false
            }
        }
    }

    private func nextLine() -> Int? {
        var at = window.at
        while let end = window.bytes.find(0x0A, from: at) {
            at = end + 1
            // The inside of an object that spans lines is not to be read as lines of text.
            if isLineByLine || layout != nil || window[at] == UInt8(ascii: "{") { return at }
        }
        return nil
    }

    private func nextObject() -> Int? {
        var at = window.at
        while let brace = window.bytes.find(UInt8(ascii: "{"), from: at) {
            var before = brace - 1
            while before >= window.at, window[before] == 0x20 || window[before] == 0x09 { before -= 1 }
            let opens = before >= window.at && (window[before] == UInt8(ascii: ",") || window[before] == 0x0A)
            if opens, nextVisible(after: brace) == UInt8(ascii: "\"") { return brace }
            at = brace + 1
        }
        return nil
    }
}

/// Two sources, one after the other: what was looked at to know the form, and the rest.
private final class JoinedSource: ByteSource {
    private let head: MemorySource
    private let rest: any ByteSource

    init(_ head: MemorySource, _ rest: any ByteSource) {
        self.head = head
        self.rest = rest
    }

    var name: String { rest.name }
    var size: Int? { rest.size }
    var consumed: Int { rest.consumed }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int {
        let count = head.read(into: buffer)
        return count > 0 ? count : try rest.read(into: buffer)
    }
}
