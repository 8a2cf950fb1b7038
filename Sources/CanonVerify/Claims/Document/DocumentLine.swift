/// A line of a document, its text repaired, with the place of each character in the file as it is.
struct DocumentLine {
    /// From 1.
    let number: Int
    let scalars: [Unicode.Scalar]
    /// For each of `scalars` the column in the file, from 1, in Unicode scalars.
    let columns: [Int]

    func text(_ range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        return String(text)
    }

    var text: String { text(0..<scalars.count) }

    /// Splits a text at LF, CR LF and CR. Bytes that are no UTF-8 become U+FFFD.
    static func lines(of bytes: [UInt8]) -> (lines: [DocumentLine], repairs: Int) {
        var decoded = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        // A byte order mark is no part of the first line.
        if decoded.first?.value == 0xFEFF { decoded[0] = " " }
        let repaired = DoubleDecoding.repaired(decoded)
        // Where each line of the original begins.
        var starts = [0]
        for (index, scalar) in decoded.enumerated()
        where scalar == "\n" || scalar == "\r" && !(index + 1 < decoded.count && decoded[index + 1] == "\n") {
            starts.append(index + 1)
        }
        var lines: [DocumentLine] = []
        var next = 0
        for (number, start) in starts.enumerated() {
            let end = number + 1 < starts.count ? starts[number + 1] : decoded.count
            var scalars: [Unicode.Scalar] = []
            var columns: [Int] = []
            while next < repaired.scalars.count, repaired.origins[next] < end {
                let scalar = repaired.scalars[next]
                if scalar != "\n", scalar != "\r" {
                    scalars.append(scalar)
                    columns.append(repaired.origins[next] - start + 1)
                }
                next += 1
            }
            lines.append(DocumentLine(number: number + 1, scalars: scalars, columns: columns))
        }
        return (lines, repaired.repairs)
    }
}
