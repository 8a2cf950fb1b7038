struct Lexer: ~Copyable {
    let version: PythonVersion
    var tokens = GrowingBuffer<Token>(capacity: 1 << 12)
    init(version: PythonVersion) { self.version = version }
    mutating func reset() { tokens.count = 0 }
    mutating func run(over source: inout SourceText) {}
}
