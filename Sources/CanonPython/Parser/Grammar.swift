struct Grammar: ~Copyable {
    let version: PythonVersion
    var nodes = GrowingBuffer<Node>(capacity: 1 << 12)
    var root = NodeID.none
    init(version: PythonVersion) { self.version = version }
    mutating func reset() { nodes.count = 0 }
    mutating func run(over lexer: inout Lexer, text: UnsafePointer<UInt8>) -> SyntaxProblem? { nil }
}
