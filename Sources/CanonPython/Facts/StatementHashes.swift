internal import CanonFacts

/// Hashes of statements, for finding code that was copied. ``CloneFingerprint`` says how and why.
///
/// The lexer gives each logical line one hash of its tokens' kinds and one with their texts; the end of a block counts as a line
/// without tokens. A prefix hash over the lines of the file gives that of any body or window in a multiplication, so that nested
/// functions cost no more than flat ones.
struct StatementHashes: ~Copyable {
    /// The lines of the file, and one behind them.
    private var lines = UnsafeBufferPointer<HashedLine>(start: nil, count: 0)
    /// Powers of the multiplier.
    private var powers = GrowingBuffer<UInt64>(capacity: 1 << 10)
    private var windows = GrowingBuffer<Window>(capacity: 1 << 10)
    /// The first line of the last body that was asked for.
    private var lastFirst = 0

    init() { powers.append(1) }

    /// Takes the lines of a file.
    mutating func load(_ tree: PythonTree) {
        lines = tree.hashedLines
        lastFirst = 0
        while powers.count < lines.count { powers.append(powers[powers.count - 1] &* TokenHash.multiplier) }
    }

    /// The lines without the one behind them.
    private var count: Int {
        @inline(__always) mutating get { lines.count - 1 }
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
        guard count > 0 else { return }
        collectWindows()
        let keep = CloneFingerprint.keepOneOf
        // Windows come in the order of the source, so that their lines are found by going on.
        var first = LineCursor(tree.lineStarts)
        var last = LineCursor(tree.lineStarts)
        let windows = windows.view
        var lowest = 0
        var kept = -1
        for position in 0..<windows.count {
            // The lowest of the last `keep`; the last of equals, so that runs move on.
            if lowest <= position &- keep {
                lowest = position &- keep &+ 1
                var least = windows[lowest].hash
                for candidate in lowest...position where windows[candidate].hash <= least {
                    lowest = candidate
                    least = windows[candidate].hash
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
                    hash: window.hash, line: first.line(of: lines[Int(window.begin)].start),
                    endLine: last.line(of: lines[Int(window.end) - 1].end)))
        }
    }

    /// The windows that begin at each line with tokens, as far as there are enough behind it.
    private mutating func collectWindows() {
        windows.count = 0
        let lines = lines
        let count = lines.count - 1
        let powers = powers.view
        var end = 0
        for begin in 0..<count {
            let first = lines[begin]
            guard lines[begin &+ 1].tokensBefore != first.tokensBefore else { continue }
            let wanted = first.tokensBefore &+ UInt32(CloneFingerprint.windowTokens)
            // Mostly one line more or two: how many cannot be foreseen, so that these are no jumps.
            end = min(end &+ (lines[end].tokensBefore < wanted ? 1 : 0), count)
            end = min(end &+ (lines[end].tokensBefore < wanted ? 1 : 0), count)
            while lines[end].tokensBefore < wanted {
                guard end < count else { return }
                end &+= 1
            }
            let shape = lines[end].before.shape &- first.before.shape &* powers[end &- begin]
            windows.append(Window(begin: UInt32(begin), end: UInt32(end), hash: ContentHash.mix(shape)))
        }
    }

    /// Finds the lines of offsets that grow.
    private struct LineCursor {
        private let starts: UnsafeBufferPointer<UInt32>
        private var index = 0

        init(_ starts: UnsafeBufferPointer<UInt32>) { self.starts = starts }

        /// From 1.
        mutating func line(of offset: UInt32) -> Int {
            while index + 1 < starts.count, starts[index + 1] <= offset { index += 1 }
            return index + 1
        }
    }

    // MARK: Bodies

    /// The hashes of a body: the lines that start in a range, or the rest of the line when it stands behind the colon.
    mutating func ofBody(from start: UInt32, to end: UInt32, in tree: PythonTree) -> (hash: TokenHash, count: UInt32) {
        guard count > 0 else { return (TokenHash(), 0) }
        // Bodies come in the order of the source.
        let first = index(of: start, from: lastFirst)
        lastFirst = first
        if first > 0, lines[first - 1].end > start { return ofTokens(from: start, to: end, in: tree) }
        let last = index(of: end, from: first)
        guard first < last else { return (TokenHash(), 0) }
        return (hash(first, last), lines[last].tokensBefore - lines[first].tokensBefore)
    }

    /// The hash of the lines from `begin` up to `end`.
    @inline(__always)
    private mutating func hash(_ begin: Int, _ end: Int) -> TokenHash {
        let before = lines[begin].before
        let all = lines[end].before
        let power = powers[end - begin]
        return TokenHash(
            shape: ContentHash.mix(all.shape &- before.shape &* power),
            exact: ContentHash.mix(all.exact &- before.exact &* power))
    }

    /// As if the tokens were a line of their own.
    private mutating func ofTokens(
        from start: UInt32, to end: UInt32, in tree: PythonTree
    ) -> (hash: TokenHash, count: UInt32) {
        let tokens = tree.tokens
        guard let base = tree.text.baseAddress else { return (TokenHash(), 0) }
        var low = 0
        var high = tokens.count
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].start < start { low = middle + 1 } else { high = middle }
        }
        var line = TokenHash()
        var count: UInt32 = 0
        while low < tokens.count, tokens[low].start < end {
            let token = tokens[low]
            let weight = TokenHash.weights[Int(token.kind.rawValue)]
            let length = Int(token.end - token.start)
            line.add(
                weight,
                TokenHash.hasText(token.kind) ? TokenHash.value(weight, base + Int(token.start), length) : weight)
            low += 1
            count += 1
        }
        // A text alone documents.
        if count == 1, tokens[low - 1].kind == .string { return (TokenHash(), 0) }
        // And the end of the line, which lies behind the range.
        return (
            TokenHash(
                shape: ContentHash.mix(ContentHash.mix(line.shape)), exact: ContentHash.mix(ContentHash.mix(line.exact))
            ),
            count + 1
        )
    }

    /// The first line that does not start before an offset. It is mostly close behind `guess`.
    private mutating func index(of offset: UInt32, from guess: Int) -> Int {
        var low = guess
        if low > 0, lines[low - 1].start >= offset { low = 0 }
        var step = 1
        while low + step < count, lines[low + step].start < offset {
            low += step
            step *= 2
        }
        var high = min(low + step, count)
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].start < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
