/// A call as it is written: what a signature must take. Facts count arguments; this also has their names.
public struct CallShape: Sendable, Hashable {
    /// From 1.
    public var line: Int
    /// From 0, in bytes of UTF-8: where the call begins.
    public var column: Int
    /// Its dotted text, `super().send` too; empty for another expression.
    public var callee: String
    /// The number of positional arguments.
    public var positional: Int
    /// The names of keyword arguments.
    public var keywords: [String]
    /// It has `*args`.
    public var spreadsPositional: Bool
    /// It has `**kwargs`.
    public var spreadsKeywords: Bool
    public var isAwaited: Bool
    /// The dotted text of the first argument, and the text of a literal that is the second: `patch.object(Old, "send")`.
    public var firstReference: String?
    public var secondText: String?
    /// As it is written, in one line and shortened.
    public var text: String

    public init(line: Int, column: Int, callee: String) {
        self.line = line
        self.column = column
        self.callee = callee
        positional = 0
        keywords = []
        spreadsPositional = false
        spreadsKeywords = false
        isAwaited = false
        text = callee
    }
}
