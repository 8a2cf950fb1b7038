internal import CanonFacts

/// Hashes of runs of tokens, for finding code that was copied. ``CloneFingerprint`` says how and why.
///
/// A prefix hash of the whole file gives the hash of any body in a few multiplications, so that nested functions cost no more
/// than flat ones.
struct TokenHashes: ~Copyable {
    /// Where each kept token starts, and behind the last one the end of the text.
    private var starts = GrowingBuffer<UInt32>(capacity: 1 << 12)
    /// The hash of all kept tokens before: by their kinds alone, and with their texts.
    private var shapes = GrowingBuffer<UInt64>(capacity: 1 << 12)
    private var exacts = GrowingBuffer<UInt64>(capacity: 1 << 12)
    /// Powers of the multiplier.
    private var powers = GrowingBuffer<UInt64>(capacity: 1 << 12)

    /// Reads the tokens of a file and appends the fingerprints of their windows.
    mutating func run(over tree: PythonTree, facts: inout FileFacts) {
        keepTokens(of: tree)
        if powers.count == 0 { powers.append(1) }
        while powers.count <= starts.count { powers.append(powers[powers.count - 1] &* CloneFingerprint.multiplier) }
        winnow(tree, &facts.fingerprints)
    }

    private mutating func keepTokens(of tree: PythonTree) {
        starts.count = 0
        shapes.count = 0
        exacts.count = 0
        var shape: UInt64 = 0
        var exact: UInt64 = 0
        shapes.append(0)
        exacts.append(0)
        let tokens = tree.tokens
        var startsStatement = true
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            index += 1
            // A text that is a statement of its own documents or comments; its line end goes with it.
            if startsStatement, token.kind == .string, index < tokens.count, tokens[index].kind == .newline {
                index += 1
                continue
            }
            let value: UInt64
            var textHash: UInt64 = 0
            switch token.kind {
            case .end: continue
            case .newline, .indent, .dedent:
                value = Self.mixed(token.kind)
                startsStatement = true
            case .name, .number, .string, .fstringMiddle:
                value = Self.mixed(token.kind)
                textHash = Self.hash(token, in: tree)
                startsStatement = false
            default:
                value = Self.mixed(token.kind)
                startsStatement = false
            }
            starts.append(token.start)
            shape = shape &* CloneFingerprint.multiplier &+ value
            exact = exact &* CloneFingerprint.multiplier &+ (value ^ textHash)
            shapes.append(shape)
            exacts.append(exact)
        }
    }

    /// Most names are short: their bytes are their number.
    @inline(__always)
    private static func hash(_ token: Token, in tree: PythonTree) -> UInt64 {
        let raw = UnsafeRawBufferPointer(tree.text)
        let length = Int(token.end - token.start)
        let start = Int(token.start)
        guard length <= 8, start + 8 <= raw.count else {
            return ContentHash.of(UnsafeRawBufferPointer(tree.bytes(token.start, token.end)))
        }
        let word = raw.loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian
        let kept = length == 8 ? word : word & ((1 << UInt64(length * 8)) - 1)
        return spread(kept &+ 1)
    }

    /// A multiplication and a fold: enough where the input is a sum of mixed values already.
    @inline(__always)
    private static func spread(_ value: UInt64) -> UInt64 {
        let product = value &* CloneFingerprint.multiplier
        return product ^ (product >> 32)
    }

    /// Small numbers would make sums that meet by chance.
    @inline(__always)
    private static func mixed(_ kind: TokenKind) -> UInt64 { ContentHash.mix(UInt64(kind.rawValue) &+ 1) }

    private func winnow(_ tree: PythonTree, _ fingerprints: inout [CloneFingerprint]) {
        let window = CloneFingerprint.windowTokens
        let keep = CloneFingerprint.keepOneOf
        let count = starts.count - window + 1
        guard count > 0 else { return }
        var lowest = -1
        var lowestHash: UInt64 = 0
        var kept = -1
        var line = 0
        var endLine = 0
        for position in 0..<count {
            // The one that is the lowest of the last `keep` windows; the last of equals, so that runs move on.
            if lowest <= position - keep {
                lowest = -1
                for candidate in max(0, position - keep + 1)...position {
                    let value = hash(of: candidate)
                    if lowest < 0 || value <= lowestHash {
                        lowest = candidate
                        lowestHash = value
                    }
                }
            } else {
                let value = hash(of: position)
                if lowest < 0 || value <= lowestHash {
                    lowest = position
                    lowestHash = value
                }
            }
            guard lowest != kept, position >= keep - 1 || position == count - 1 else { continue }
            kept = lowest
            line = Self.line(of: starts[lowest], from: line, in: tree)
            endLine = Self.line(of: starts[lowest + window - 1], from: max(line, endLine), in: tree)
            fingerprints.append(
                CloneFingerprint(hash: lowestHash, line: UInt32(line + 1), endLine: UInt32(endLine + 1)))
        }
    }

    @inline(__always)
    private func hash(of position: Int) -> UInt64 {
        let window = CloneFingerprint.windowTokens
        return Self.spread(shapes[position + window] &- shapes[position] &* powers[window])
    }

    private static func line(of offset: UInt32, from line: Int, in tree: PythonTree) -> Int {
        var line = line
        while line + 1 < tree.lineStarts.count, tree.lineStarts[line + 1] <= offset { line += 1 }
        return line
    }

    /// The hashes of the tokens that start in a range.
    func ofBody(from start: UInt32, to end: UInt32) -> (shape: UInt64, exact: UInt64, count: UInt32) {
        let first = index(of: start)
        let last = index(of: end)
        guard first < last else { return (0, 0, 0) }
        let power = powers[last - first]
        return (
            ContentHash.mix(shapes[last] &- shapes[first] &* power),
            ContentHash.mix(exacts[last] &- exacts[first] &* power), UInt32(last - first)
        )
    }

    /// The first kept token that does not start before an offset.
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
