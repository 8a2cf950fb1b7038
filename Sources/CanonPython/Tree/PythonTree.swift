/// A view of what ``PythonParser`` read last: the text, its tokens and its tree.
///
/// It borrows the parser's buffers: it is valid until the parser parses again or ends.
public struct PythonTree {
    public let version: PythonVersion
    /// The source as UTF-8, without byte order mark, with every newline as a line feed; ends with a line feed.
    public let text: UnsafeBufferPointer<UInt8>
    /// Every node; the one at 0 is a placeholder.
    public let nodes: UnsafeBufferPointer<Node>
    public let tokens: UnsafeBufferPointer<Token>
    /// The offset at which each line starts. In memory, numbers beyond every offset follow: see `SourceText.lineMargin`.
    public let lineStarts: UnsafeBufferPointer<UInt32>
    /// What the lexer noted of the logical lines.
    let hashedLines: UnsafeBufferPointer<HashedLine>
    /// The `Module`.
    public let root: NodeID

    @inlinable
    public subscript(id: NodeID) -> Node { nodes[Int(id.index)] }

    @inlinable
    public subscript(slot: UInt32) -> Node { nodes[Int(slot)] }

    /// The elements of the list that starts in `slot`.
    @inlinable
    public func list(_ slot: UInt32) -> NodeList { NodeList(nodes: nodes, first: NodeID(slot)) }

    /// The bytes of the text from `start` up to `end`.
    @inlinable
    public func bytes(_ start: UInt32, _ end: UInt32) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text[Int(start)..<Int(end)])
    }

    /// The text from `start` up to `end`.
    public func string(_ start: UInt32, _ end: UInt32) -> String { String(decoding: bytes(start, end), as: UTF8.self) }

    /// The line (from 1) and the column (from 0, in bytes of UTF-8) of an offset: `lineno` and `col_offset` of CPython's `ast`.
    public func position(of offset: UInt32) -> (line: Int, column: Int) {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, Int(offset - lineStarts[low]))
    }
}

/// The nodes of one list, in the order of the source.
public struct NodeList: Sequence, IteratorProtocol {
    @usableFromInline let nodes: UnsafeBufferPointer<Node>
    @usableFromInline var following: NodeID

    @inlinable
    init(nodes: UnsafeBufferPointer<Node>, first: NodeID) {
        self.nodes = nodes
        self.following = first
    }

    @inlinable
    public mutating func next() -> NodeID? {
        guard following.exists else { return nil }
        defer { following = nodes[Int(following.index)].next }
        return following
    }
}
