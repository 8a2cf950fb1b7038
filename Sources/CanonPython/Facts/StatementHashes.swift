internal import CanonFacts

/// Hashes of statements, for finding code that was copied. ``CloneFingerprint`` says how and why.
///
/// Each logical line gets one hash of its tokens' kinds and one with their texts; the end of a block counts as a line without
/// tokens. A prefix hash over the lines of the file gives that of any body or window in a multiplication, so that nested
/// functions cost no more than flat ones.
struct StatementHashes: ~Copyable {
    /// Where each kept line starts and ends.
    private var starts = GrowingBuffer<UInt32>(capacity: 1 << 10)
    private var ends = GrowingBuffer<UInt32>(capacity: 1 << 10)
    /// Before each line, and behind the last one: how many tokens there were, and the prefix hashes.
    private var tokenCounts = GrowingBuffer<UInt32>(capacity: 1 << 10)
    private var shapes = GrowingBuffer<UInt64>(capacity: 1 << 10)
    private var exacts = GrowingBuffer<UInt64>(capacity: 1 << 10)
    /// Powers of the multiplier.
    private var powers = GrowingBuffer<UInt64>(capacity: 1 << 10)
    private var windows = GrowingBuffer<Window>(capacity: 1 << 10)
    /// What a kind of token adds. Small numbers would make sums that meet by chance.
    private let weights: UnsafeMutablePointer<UInt64>

    /// An odd constant: the hash of a sequence is the sum of `element * multiplier^position`.
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    init() {
        weights = .allocate(capacity: 256)
        for kind in 0..<256 { weights[kind] = ContentHash.mix(UInt64(kind) + 1) }
    }

    deinit { weights.deallocate() }

    /// Reads the tokens of a file.
    mutating func run(over tree: PythonTree) {
        starts.count = 0
        ends.count = 0
        tokenCounts.count = 0
        shapes.count = 0
        exacts.count = 0
        var line = Line()
        var total: UInt32 = 0
        var shape: UInt64 = 0
        var exact: UInt64 = 0
        tokenCounts.append(0)
        shapes.append(0)
        exacts.append(0)
        let tokens = tree.tokens
        guard let base = tree.text.baseAddress else { return }
        let text = UnsafeRawPointer(base)
        var index = 0
        while index < tokens.count {
            let first = index
            var token = tokens[index]
            // The tokens of one line. There is always an end behind them.
            while token.kind.rawValue > TokenKind.error.rawValue {
                line.add(token, weight: weights[Int(token.kind.rawValue)], text)
                index += 1
                token = tokens[index]
            }
            index += 1
            if token.kind == .newline {
                // A text that is a statement of its own documents or comments.
                if index - first == 2, tokens[first].kind == .string {
                    line = Line()
                    continue
                }
                total += UInt32(truncatingIfNeeded: index - first)
                starts.append(tokens[first].start)
                ends.append(token.start)
                shape = shape &* Self.multiplier &+ ContentHash.mix(line.shape)
                exact = exact &* Self.multiplier &+ ContentHash.mix(line.exact)
                line = Line()
            } else if token.kind == .dedent {
                starts.append(token.start)
                ends.append(token.start)
                shape = shape &* Self.multiplier &+ weights[Int(TokenKind.dedent.rawValue)]
                exact = exact &* Self.multiplier &+ weights[Int(TokenKind.dedent.rawValue)]
            } else {
                // An indent always follows the colon and the newline of its statement; the end ends.
                continue
            }
            tokenCounts.append(total)
            shapes.append(shape)
            exacts.append(exact)
        }
        if powers.count == 0 { powers.append(1) }
        while powers.count <= starts.count { powers.append(powers[powers.count - 1] &* Self.multiplier) }
    }

    /// The hashes of a line so far.
    private struct Line {
        var shape: UInt64 = 0
        var exact: UInt64 = 0

        /// - Parameter text: of the file; behind it there is padding to read.
        @inline(__always)
        mutating func add(_ token: Token, weight: UInt64, _ text: UnsafeRawPointer) {
            shape = shape &* multiplier &+ weight
            var value = weight
            // Names, numbers and the parts of strings have a text; the other kinds are their text.
            if token.kind.rawValue <= TokenKind.fstringEnd.rawValue {
                let length = Int(truncatingIfNeeded: token.end &- token.start)
                let start = text + Int(token.start)
                if length <= 8 {
                    // Most names are short: their bytes are their number.
                    value ^= Self.word(start) & (UInt64.max >> UInt64(truncatingIfNeeded: 64 - length * 8))
                } else if length <= 16 {
                    value ^= Self.word(start) &* multiplier ^ Self.word(start + (length - 8))
                } else {
                    value ^= ContentHash.of(UnsafeRawBufferPointer(start: start, count: length))
                }
                value = (value &+ UInt64(truncatingIfNeeded: length)) &* multiplier
                value ^= value >> 32
            }
            exact = exact &* multiplier &+ value
        }

        @inline(__always)
        private static func word(_ place: UnsafeRawPointer) -> UInt64 {
            place.loadUnaligned(as: UInt64.self).littleEndian
        }
    }

    // MARK: Windows

    /// Whole lines from `begin` up to `end`.
    struct Window: BitwiseCopyable {
        var begin: UInt32
        var end: UInt32
        var hash: UInt64
    }

    /// Appends the fingerprints of the file's windows.
    mutating func appendFingerprints(of tree: PythonTree, to fingerprints: inout GrowingBuffer<CloneFingerprint>) {
        collectWindows()
        let keep = CloneFingerprint.keepOneOf
        var lowest = 0
        var kept = -1
        for position in 0..<windows.count {
            // The lowest of the last `keep`; the last of equals, so that runs move on.
            if lowest <= position - keep {
                lowest = position - keep + 1
                for candidate in lowest...position where windows[candidate].hash <= windows[lowest].hash {
                    lowest = candidate
                }
            } else if windows[position].hash <= windows[lowest].hash {
                lowest = position
            }
            // A file of few windows has one fingerprint all the same.
            guard lowest != kept, position >= keep - 1 || position == windows.count - 1 else { continue }
            kept = lowest
            let window = windows[lowest]
            fingerprints.append(
                CloneFingerprint(
                    hash: window.hash, line: tree.position(of: starts[Int(window.begin)]).line,
                    endLine: tree.position(of: ends[Int(window.end) - 1]).line))
        }
    }

    /// The windows that begin at each line with tokens, as far as there are enough behind it.
    private mutating func collectWindows() {
        windows.count = 0
        var end = 0
        for begin in 0..<starts.count where tokenCounts[begin + 1] != tokenCounts[begin] {
            end = max(end, begin + 1)
            while tokenCounts[end] - tokenCounts[begin] < UInt32(CloneFingerprint.windowTokens) {
                guard end < starts.count else { return }
                end += 1
            }
            windows.append(
                Window(
                    begin: UInt32(begin), end: UInt32(end),
                    hash: ContentHash.mix(shapes[end] &- shapes[begin] &* powers[end - begin])))
        }
    }

    // MARK: Bodies

    /// The hashes of a body: the lines that start in a range, or the rest of the line when it stands behind the colon.
    func ofBody(from start: UInt32, to end: UInt32, in tree: PythonTree) -> (
        shape: UInt64, exact: UInt64, count: UInt32
    ) {
        let first = index(of: start)
        if first > 0, ends[first - 1] > start { return ofTokens(from: start, to: end, in: tree) }
        let last = index(of: end)
        guard first < last else { return (0, 0, 0) }
        let power = powers[last - first]
        return (
            ContentHash.mix(shapes[last] &- shapes[first] &* power),
            ContentHash.mix(exacts[last] &- exacts[first] &* power), tokenCounts[last] - tokenCounts[first]
        )
    }

    /// As if the tokens were a line of their own.
    private func ofTokens(
        from start: UInt32, to end: UInt32, in tree: PythonTree
    ) -> (shape: UInt64, exact: UInt64, count: UInt32) {
        let tokens = tree.tokens
        guard let base = tree.text.baseAddress else { return (0, 0, 0) }
        var low = 0
        var high = tokens.count
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].start < start { low = middle + 1 } else { high = middle }
        }
        var line = Line()
        var count: UInt32 = 0
        while low < tokens.count, tokens[low].start < end {
            line.add(tokens[low], weight: weights[Int(tokens[low].kind.rawValue)], UnsafeRawPointer(base))
            low += 1
            count += 1
        }
        // A text alone documents.
        if count == 1, tokens[low - 1].kind == .string { return (0, 0, 0) }
        // And the end of the line, which lies behind the range.
        return (
            ContentHash.mix(ContentHash.mix(line.shape)), ContentHash.mix(ContentHash.mix(line.exact)), count + 1
        )
    }

    /// The first line that does not start before an offset.
    private func index(of offset: UInt32) -> Int {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
