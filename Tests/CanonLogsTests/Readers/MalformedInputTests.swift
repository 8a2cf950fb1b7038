import CanonLogs
import CanonTestSupport
import Testing

@Suite("Malformed input")
struct MalformedInputTests {
    private let good = (0..<4).map { InventedLog.Entry(id: "id\($0)", Double($0), text: "words \($0)") }
    private var lines: [String] { good.map { InventedLog.json($0) } }

    @Test(
        "half a JSON line is reported with its place, and the lines around it are read", arguments: [1, 100, 1 << 20])
    func halfLine(step: Int) {
        for cut in [1, 2, 10, 40, 150] {
            let half = String(lines[1].dropLast(cut))
            let text = lines[0] + "\n" + half + "\n" + lines[2] + "\n" + lines[3] + "\n"
            let (entries, report, _) = readAll(Array(text.utf8), step: step)
            #expect(entries.map(\.id) == ["id0", "id2", "id3"], "cut \(cut)")
            #expect(report.problemCount == 1)
            #expect(report.problems.first?.offset == lines[0].utf8.count + 1)
            #expect(!report.isCutOff)
        }
    }

    @Test("the first line may be the broken one")
    func halfFirstLine() {
        for cut in [1, 2, 10, 40, 150] {
            let text = lines[0].dropLast(cut) + "\n" + lines[1] + "\n" + lines[2]
            let (entries, report, _) = readAll(String(text))
            #expect(entries.map(\.id) == ["id1", "id2"], "cut \(cut)")
            #expect(report.problemCount == 1)
        }
    }

    @Test("an export that was cut off says so, and gives what it has")
    func cutOff() {
        let list = InventedLog.list(good)
        for cut in [1, 5, 60, 300] {
            let (entries, report, _) = readAll(Array(list.dropLast(cut)))
            #expect(entries.count >= 2)
            #expect(report.isCutOff, "cut \(cut)")
            #expect(report.problemCount >= 1)
        }
        let (entries, report, _) = readAll(Array(InventedLog.lines(good).dropLast(30)))
        #expect(entries.count == 3)
        #expect(report.isCutOff)
    }

    @Test("a broken entry of a list does not take the others with it")
    func brokenInList() {
        let text = "[" + lines[0] + ",\n{\"insertId\": \"x\" \"severity\"},\n" + lines[2] + ",\n" + lines[3] + "]"
        let (entries, report, _) = readAll(text)
        #expect(entries.map(\.id) == ["id0", "id2", "id3"])
        #expect(report.problemCount == 1)
        #expect(report.problems.first?.message.contains("expected a comma") == true)
        #expect(!report.isCutOff)
    }

    @Test("a line of 100 MB is skipped, whatever it holds", arguments: ["x", "{\"message\":\"", "["])
    func longLine(start: String) {
        var bytes = Array((lines[0] + "\n" + start).utf8)
        bytes += [UInt8](repeating: UInt8(ascii: "x"), count: 100_000_000)
        bytes += Array(("\n" + lines[1] + "\n").utf8)
        let (entries, report, _) = readAll(bytes, step: 1 << 20)
        #expect(entries.map(\.id) == ["id0", "id1"])
        #expect(report.problemCount == 1)
        #expect(report.problems.first?.offset == lines[0].utf8.count + 1)
    }

    @Test("deep nesting is refused, not followed")
    func nesting() {
        let deep = String(repeating: "[", count: 100_000)
        let text =
            "{\"message\":\"x\",\"a\":\(deep)\n" + lines[1]
            + "\n{\"jsonPayload\":\(String(repeating: "{\"jsonPayload\":", count: 5000))\n" + lines[2]
        let (entries, report, _) = readAll(text)
        #expect(entries.map(\.id) == ["id1", "id2"])
        #expect(report.problemCount == 2)
        #expect(report.problems.first?.message.contains("nested deeper") == true)
    }

    @Test("binary data and UTF-16 are reported")
    func binary() {
        let (entries, report, _) = readAll(Array("\u{1}\u{0}\u{2}abc\n".utf8) + Array((lines[0] + "\n").utf8))
        #expect(entries.map(\.id) == ["id0"])
        #expect(report.problems.map(\.offset) == [0])
        let wide = readAll([0xFF, 0xFE, 0x41, 0x00]).report
        #expect(wide.problemCount == 1)
        #expect(wide.problems.first?.message.contains("UTF-16") == true)
    }

    @Test("damaged and cut gzip is reported, what it held before is read")
    func gzip() {
        let whole = gzipped(
            InventedLog.lines((0..<5000).map { .init(id: "\($0)", Double($0), text: "words \($0 * 7919 % 5000)") }))
        let (cutEntries, cutReport, _) = readAll(Array(whole.dropLast(whole.count / 2)))
        #expect(cutEntries.count > 100)
        #expect(cutReport.isCutOff)
        var damaged = whole
        for index in damaged.count / 2..<damaged.count / 2 + 40 { damaged[index] ^= 0x5A }
        let (entries, report, _) = readAll(damaged)
        #expect(entries.count > 100 && entries.count < 5000)
        #expect(report.problems.last?.message.contains("damaged") == true || report.isCutOff)
        #expect((report.problems.last?.offset ?? 0) > 0)
        #expect(readAll([0x1F, 0x8B, 0x08]).report.isCutOff)
        #expect(readAll([0x1F, 0x8B] + Array("this is no gzip at all".utf8)).report.problemCount == 1)
    }

    @Test("random damage never crashes, and every entry outside of it is read")
    func damage() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let whole = InventedLog.lines((0..<40).map { .init(id: "id\($0)", Double($0), text: "words \($0)") })
        let array = InventedLog.list((0..<40).map { .init(id: "id\($0)", Double($0), text: "words \($0)") })
        for _ in 0..<400 {
            for original in [whole, array] {
                var bytes = original
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                    }
                }
                let (entries, _, _) = readAll(bytes, step: Int.random(in: 1...9000, using: &random))
                #expect(entries.count >= 30, "seed \(seed)")
            }
        }
    }

    @Test("an unfinished last line of a growing file waits")
    func growing() {
        let text = lines[0] + "\n" + lines[1].dropLast(3)
        let (entries, report, end) = readAll(Array(text.utf8), isGrowing: true)
        #expect(entries.map(\.id) == ["id0"])
        #expect(report.problemCount == 0)
        #expect(end == lines[0].utf8.count + 1)
        let words = readAll(Array("first line\nsecond li".utf8), isGrowing: true)
        #expect(words.entries.map(\.message) == ["first line"])
        #expect(words.end == 11)
    }

    @Test("binary data is passed over by the stretch, said once with its place, and the text around it is read")
    func binaryStretches() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let data = random.bytes(2_000_000)
        let alone = readAll(data)
        #expect(alone.entries.isEmpty && alone.report.isNoLog, "seed \(seed)")
        #expect(alone.report.problemCount == 1 && alone.report.problems.first?.offset == 0, "seed \(seed)")
        #expect(alone.report.bytes == data.count, "seed \(seed)")

        let text = lines.joined(separator: "\n") + "\n"
        let between = readAll(Array(text.utf8) + data + Array(("\n" + text).utf8))
        #expect(between.entries.map(\.id).prefix(4) == ["id0", "id1", "id2", "id3"], "seed \(seed)")
        #expect(!between.report.isNoLog)
        #expect(between.report.problemCount >= 1, "seed \(seed)")
    }

    @Test("a hole of zeros, colours, and the letters of other encodings are no binary data")
    func almostBinary() {
        let words = (0..<200).map { "2025-09-16T00:00:0\($0 % 10) ERROR disk \($0) is full\n" }.joined()
        // A file that was emptied while somebody wrote it: all but the line with the hole is read.
        let hole = readAll([UInt8](repeating: 0, count: 300_000) + Array(words.utf8))
        #expect(hole.entries.count == 199)
        let coloured = readAll("\u{1B}[31mERROR\u{1B}[0m kettle is \u{1B}[1mhot\u{1B}[0m\r\n".repeated(100))
        #expect(coloured.entries.count == 100 && coloured.report.problemCount == 0)
        let cyrillic = "ERROR диск переполнен\n".unicodeScalars.map {
            $0.value < 128 ? UInt8($0.value) : UInt8(0xC0 + $0.value % 64)
        }
        let other = readAll((0..<100).flatMap { _ in cyrillic })
        #expect(other.entries.count == 100 && other.report.problemCount == 0)
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
