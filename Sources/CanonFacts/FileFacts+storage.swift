/// Facts as bytes: a header, the arrays as they lie in memory, and a checksum.
///
/// The records are plain integers without padding, so that storing and reading are copies. The bytes are for the machine
/// that wrote them (a cache); the marker differs when the byte order does.
extension FileFacts {
    private static let marker: UInt64 = 0x3153_5443_4146_4E43  // "CNFACTS1"
    private static let headerWords = 16

    /// Appends the stored form.
    public func encode(into bytes: inout [UInt8]) {
        let start = bytes.count
        let message = Array((error?.message ?? "").utf8)
        var header: [UInt32] = [
            Self.formatVersion, UInt32(names.bytes.count), UInt32(names.ends.count), UInt32(declarations.count),
            UInt32(parameters.count), UInt32(events.count), UInt32(state.count), UInt32(fingerprints.count),
            UInt32(lists.count), UInt32(message.count), error == nil ? 0 : 1, error?.line ?? 0, error?.column ?? 0,
            lineCount, byteCount, hasDocstring ? 1 : 0,
        ]
        assert(header.count == Self.headerWords)
        withUnsafeBytes(of: Self.marker) { bytes.append(contentsOf: $0) }
        header.withUnsafeMutableBytes { bytes.append(contentsOf: $0) }
        // Records of eight-byte words first, the texts last: every array starts where its alignment allows.
        declarations.withUnsafeBytes { bytes.append(contentsOf: $0) }
        fingerprints.withUnsafeBytes { bytes.append(contentsOf: $0) }
        events.withUnsafeBytes { bytes.append(contentsOf: $0) }
        state.withUnsafeBytes { bytes.append(contentsOf: $0) }
        parameters.withUnsafeBytes { bytes.append(contentsOf: $0) }
        lists.withUnsafeBytes { bytes.append(contentsOf: $0) }
        names.ends.withUnsafeBytes { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: names.bytes)
        bytes.append(contentsOf: message)
        let checksum = bytes[start...].withUnsafeBytes { ContentHash.of($0) }
        withUnsafeBytes(of: checksum) { bytes.append(contentsOf: $0) }
    }

    /// Facts from their stored form; nil when the bytes are cut off, changed, or of another version.
    public init?(stored bytes: UnsafeRawBufferPointer) {
        var reader = StoredReader(bytes: bytes)
        guard reader.matchesChecksum, reader.word() == Self.marker,
            let header: [UInt32] = reader.array(Self.headerWords), header[0] == Self.formatVersion
        else { return nil }
        guard let declarations: [Declaration] = reader.array(Int(header[3])),
            let fingerprints: [CloneFingerprint] = reader.array(Int(header[7])),
            let events: [Event] = reader.array(Int(header[5])),
            let state: [StateFact] = reader.array(Int(header[6])),
            let parameters: [Parameter] = reader.array(Int(header[4])),
            let lists: [UInt32] = reader.array(Int(header[8])),
            let ends: [UInt32] = reader.array(Int(header[2])),
            let texts: [UInt8] = reader.array(Int(header[1])),
            let message: [UInt8] = reader.array(Int(header[9])),
            reader.isAtEnd, ends.first == 0, Int(ends[ends.count - 1]) == texts.count,
            zip(ends, ends.dropFirst()).allSatisfy(<=)
        else { return nil }
        names = NameTable(bytes: texts, ends: ends)
        self.declarations = declarations
        self.fingerprints = fingerprints
        self.events = events
        self.state = state
        self.parameters = parameters
        self.lists = lists
        if header[10] != 0 {
            error = FactError(line: header[11], column: header[12], message: String(decoding: message, as: UTF8.self))
        }
        lineCount = header[13]
        byteCount = header[14]
        hasDocstring = header[15] != 0
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
        return ContentHash.of(UnsafeRawBufferPointer(rebasing: bytes[..<payload])) == expected
    }

    mutating func word() -> UInt64? {
        guard payload - offset >= MemoryLayout<UInt64>.size else { return nil }
        defer { offset += MemoryLayout<UInt64>.size }
        return bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    mutating func array<Element: BitwiseCopyable>(_ count: Int) -> [Element]? {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, size <= payload - offset else { return nil }
        defer { offset += size }
        return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            if size > 0 {
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size]))
            }
            initialized = count
        }
    }
}
