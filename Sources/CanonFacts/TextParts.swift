// Names with dots and paths are cut a hundred thousand times in an audit. By bytes: `split(separator:)` of a `String` looks for
// the end of each character first, which takes ten times as long.

extension String {
    /// What stands between the signs of a text, as `split(separator:)` gives it.
    ///
    /// - Parameter sign: of ASCII.
    package func parts(at sign: Unicode.Scalar, omittingEmpty: Bool = true) -> [Substring] {
        utf8.split(separator: UInt8(ascii: sign), omittingEmptySubsequences: omittingEmpty).map { Substring($0) }
    }

    /// The last of the parts that are not empty; nil when there is none.
    ///
    /// - Parameter sign: of ASCII.
    package func lastPart(at sign: Unicode.Scalar) -> Substring? {
        let sign = UInt8(ascii: sign)
        var end = utf8.endIndex
        while end > utf8.startIndex, utf8[utf8.index(before: end)] == sign { end = utf8.index(before: end) }
        guard end > utf8.startIndex else { return nil }
        let start = utf8[..<end].lastIndex(of: sign).map { utf8.index(after: $0) } ?? utf8.startIndex
        return self[start..<end]
    }

    /// What stands in front of the first sign; all of it when there is none.
    ///
    /// - Parameter sign: of ASCII.
    package func firstPart(before sign: Unicode.Scalar) -> Substring {
        self[..<(utf8.firstIndex(of: UInt8(ascii: sign)) ?? utf8.endIndex)]
    }
}
