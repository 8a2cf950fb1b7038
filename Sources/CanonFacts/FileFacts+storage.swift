/// Facts as bytes: a header, the arrays as they lie in memory, and a checksum.
///
/// The records are plain integers without padding, so that storing and reading are copies. The bytes are for the machine
/// that wrote them (a cache); the marker differs when the byte order does.
extension FileFacts {
    private static let marker: UInt32 = 0x4643_4E43  // "CNCF"
    private static let headerWords = 19

    /// Appends the stored form.
    public func encode(into bytes: inout [UInt8]) {
        let start = bytes.count
        let message = Array((error?.message ?? "").utf8)
        let flags: UInt32 =
            (error == nil ? 0 : 1) | (hasDocstring ? 2 : 0) | (events.isWide ? 4 : 0)
            | UInt32(language.rawValue) << 8
        let header: [UInt32] = [
            Self.marker, Self.formatVersion, flags, UInt32(names.bytes.count), UInt32(names.narrowEnds.count),
            UInt32(names.wideEnds.count), UInt32(declarations.count), UInt32(parameters.count),
            UInt32(events.words.count), UInt32(events.sorts.count), UInt32(events.extras.count), UInt32(state.count),
            UInt32(fingerprints.count), UInt32(lists.count), UInt32(message.count), error?.line ?? 0,
            error?.column ?? 0, lineCount, byteCount,
        ]
        assert(header.count == Self.headerWords)
        let stored = EncodedSize(of: self, message: message.count)
        bytes.reserveCapacity(start + Self.headerWords * 4 + stored.bytes + 8)
        Self.append(header, to: &bytes)
        Self.append(declarations, to: &bytes)
        Self.append(fingerprints, to: &bytes)
        Self.append(events.words, to: &bytes)
        Self.append(events.sorts, to: &bytes)
        Self.append(events.extras, to: &bytes)
        Self.append(events.lineBases, to: &bytes)
        Self.append(state, to: &bytes)
        Self.append(parameters, to: &bytes)
        Self.append(lists, to: &bytes)
        Self.append(names.wideEnds, to: &bytes)
        Self.append(names.narrowEnds, to: &bytes)
        bytes.append(contentsOf: names.bytes)
        bytes.append(contentsOf: message)
        let checksum = bytes.withUnsafeBytes {
            ContentHash.checksum(of: UnsafeRawBufferPointer(rebasing: $0[start...]))
        }
        withUnsafeBytes(of: checksum) { bytes.append(contentsOf: $0) }
    }

    private static func append(_ records: [some BitwiseCopyable], to bytes: inout [UInt8]) {
        records.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// How many bytes of memory the arrays of these facts take, headers of arrays and unused capacity left out.
    public var memoryBytes: Int { EncodedSize(of: self, message: error?.message.utf8.count ?? 0).bytes }

    private struct EncodedSize {
        var bytes: Int

        init(of facts: FileFacts, message: Int) {
            bytes =
                Self.size(facts.declarations) + Self.size(facts.fingerprints) + Self.size(facts.events.words)
                + Self.size(facts.events.sorts) + Self.size(facts.events.extras) + Self.size(facts.events.lineBases)
                + Self.size(facts.state) + Self.size(facts.parameters) + Self.size(facts.lists)
                + Self.size(facts.names.wideEnds) + Self.size(facts.names.narrowEnds) + facts.names.bytes.count
                + message
        }

        private static func size<Element>(_ records: [Element]) -> Int {
            records.count * MemoryLayout<Element>.stride
        }
    }

    /// Facts from their stored form; nil when the bytes are cut off, changed, or of another version.
    public init?(stored bytes: UnsafeRawBufferPointer) {
        var reader = StoredReader(bytes: bytes)
        guard reader.matchesChecksum, let header: [UInt32] = reader.array(Self.headerWords), header[0] == Self.marker,
            header[1] == Self.formatVersion,
            let language = SourceLanguage(rawValue: UInt8(truncatingIfNeeded: header[2] >> 8))
        else { return nil }
        var list = EventList()
        list.isWide = header[2] & 4 != 0
        let words = Int(header[8])
        let blocks = list.isWide ? 0 : (words + EventList.blockSize - 1) >> EventList.blockShift
        guard let declarations: [Declaration] = reader.array(Int(header[6])),
            let fingerprints: [CloneFingerprint] = reader.array(Int(header[12])),
            let eventWords: [UInt64] = reader.array(words),
            let sorts: [UInt64] = reader.array(Int(header[9])),
            let extras: [EventList.Extra] = reader.array(Int(header[10])),
            let lineBases: [UInt32] = reader.array(blocks),
            let state: [StateFact] = reader.array(Int(header[11])),
            let parameters: [Parameter] = reader.array(Int(header[7])),
            let lists: [UInt32] = reader.array(Int(header[13])),
            let wideEnds: [UInt32] = reader.array(Int(header[5])),
            let narrowEnds: [UInt16] = reader.array(Int(header[4])),
            let texts: [UInt8] = reader.array(Int(header[3])),
            let message: [UInt8] = reader.array(Int(header[14])),
            reader.isAtEnd, !list.isWide || words.isMultiple(of: EventList.wideStride),
            Self.areEnds(wideEnds, of: texts.count) != Self.areEnds(narrowEnds, of: texts.count)
        else { return nil }
        list.words = eventWords
        list.sorts = sorts
        list.extras = extras
        list.lineBases = lineBases
        var records = Records()
        records.names = NameTable(bytes: texts, narrowEnds: narrowEnds, wideEnds: wideEnds)
        records.declarations = declarations
        records.fingerprints = fingerprints
        records.events = list
        records.state = state
        records.parameters = parameters
        records.lists = lists
        if header[2] & 1 != 0 {
            records.error = FactError(
                line: header[15], column: header[16], message: String(decoding: message, as: UTF8.self))
        }
        records.lineCount = header[17]
        records.byteCount = header[18]
        records.hasDocstring = header[2] & 2 != 0
        records.language = language
        self.init(records)
    }

    /// Whether these are the ends of texts that follow each other, the first of them empty.
    private static func areEnds<Offset: FixedWidthInteger>(_ ends: [Offset], of count: Int) -> Bool {
        guard ends.first == 0, Int(ends[ends.count - 1]) == count else { return false }
        var isSorted = true
        for index in 1..<ends.count { isSorted = isSorted && ends[index - 1] <= ends[index] }
        return isSorted
    }
}

/// Takes arrays off the front of bytes whose last eight are a checksum of all before.
private struct StoredReader {
    let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var payload: Int { bytes.count - MemoryLayout<UInt64>.size }

    var isAtEnd: Bool { offset == payload }

    var matchesChecksum: Bool {
        guard payload >= 0 else { return false }
        let expected = bytes.loadUnaligned(fromByteOffset: payload, as: UInt64.self)
        return ContentHash.checksum(of: UnsafeRawBufferPointer(rebasing: bytes[..<payload])) == expected
    }

    mutating func array<Element: BitwiseCopyable>(_ count: Int) -> [Element]? {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, size <= payload - offset else { return nil }
        guard size > 0 else { return [] }
        defer { offset += size }
        return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size]))
            initialized = count
        }
    }
}
