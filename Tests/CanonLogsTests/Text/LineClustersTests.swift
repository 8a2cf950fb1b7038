import CanonTestSupport
import Testing

@testable import CanonLogs

@Suite("Clusters of lines")
struct LineClustersTests {
    @Test("have one row for each physical line, blank and unreadable ones included")
    func countsLines() throws {
        #expect(try Self.rows(of: Array("a 1\r\n\n\nb\0c\n\u{1B}[1m\na 2".utf8)).map(\.line) == [1, 2, 3, 4, 5, 6])
        #expect(try Self.rows(of: []).isEmpty)
        #expect(try Self.rows(of: [0x0A]).map(\.template) == [""])
        #expect(try Self.rows(of: [0xFF, 0xFE, 0x0A, 0x80]).map(\.line) == [1, 2])
    }

    @Test("are the same with either line end, and without one at the end")
    func acceptsLineEnds() throws {
        let templates = try Self.rows(of: Array("read 1\r\nread 2\nread 3".utf8)).map(\.template)
        #expect(templates == ["read <*>", "read <*>", "read <*>"])
    }

    @Test("are the same in whatever pieces the source comes")
    func acceptsPieces() throws {
        var log = GeneratedLog(seed: 5)
        let text = Array(log.lines(300).map(\.line).joined(separator: "\n").utf8)
        let whole = try Self.rows(of: text)
        for step in [1, 7, 4_096] {
            #expect(try Self.rows(of: text, step: step).map(\.template) == whole.map(\.template))
        }
    }

    @Test("number a line behind one of many megabytes correctly")
    func skipsLongLines() throws {
        for length in [1 << 20, (1 << 20) - 1, 3 << 20] {
            let text = Array("first 1\n".utf8) + [UInt8](repeating: 0x28, count: length) + Array("\nlast 2\n".utf8)
            let rows = try Self.rows(of: text)
            #expect(rows.map(\.line) == [1, 2, 3], "\(length)")
            #expect(rows.last?.template == "last <*>", "\(length)")
        }
    }

    @Test("keep the lines that stand before the place where a source breaks off")
    func keepsLinesBeforeFailure() throws {
        var clusters = LineClusters()
        #expect(throws: SourceError.self) { try clusters.add(BrokenSource(Array("a 1\nb 2\nc".utf8))) }
        var rows: [String] = []
        clusters.forEachLine(of: clusters.templates()) { rows.append($2.text) }
        #expect(rows == ["a <*>", "b <*>", "c"])
    }

    @Test("exist for any bytes", arguments: 1...30 as ClosedRange<UInt64>)
    func acceptsGarbage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var log = GeneratedLog(seed: seed)
        let pieces: [[UInt8]] = [
            Array("[[[[((({{{<<<".utf8), Array("\\\\".utf8), Array("\\0".utf8), [0], [0xFF, 0xC0, 0x80],
            Array("\u{1B}[".utf8),
            Array("=\"".utf8), Array("'".utf8), Array("://".utf8), Array("a@b.".utf8), Array("::".utf8),
            Array("/".utf8),
            Array("....".utf8), Array("2025-03-04T".utf8), Array("Mar  4 10:".utf8), Array("<13".utf8), Array("|".utf8),
            [0x0A],
            Array("\r".utf8), Array("1, 2, ".utf8), Array("é".utf8),
        ]
        var text: [UInt8] = []
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: text += Array(log.next().line.utf8).prefix(Int.random(in: 0..<80, using: &generator))
            case 1: text.append(UInt8.random(in: 0...255, using: &generator))
            default: text += pieces.randomElement(using: &generator)!
            }
        }
        let rows = try Self.rows(of: text)
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).count - (text.last == 0x0A ? 1 : 0)
        #expect(rows.count == lines, "seed \(seed)")
        #expect(try Self.rows(of: text).map(\.template) == rows.map(\.template), "seed \(seed)")
    }

    static func rows(of text: [UInt8], step: Int = .max) throws -> [(line: Int, template: String)] {
        var clusters = LineClusters()
        try clusters.add(MemorySource(text, step: step))
        var rows: [(line: Int, template: String)] = []
        clusters.forEachLine(of: clusters.templates()) { rows.append(($1, $2.text)) }
        return rows
    }
}

/// A source that fails behind its bytes.
private final class BrokenSource: ByteSource {
    let name = "broken"
    var size: Int? { nil }
    var consumed: Int { inner.consumed }
    private let inner: MemorySource

    init(_ bytes: [UInt8]) { inner = MemorySource(bytes) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int {
        let count = inner.read(into: buffer)
        if count == 0 { throw SourceError(message: "breaks off", offset: inner.consumed) }
        return count
    }
}
