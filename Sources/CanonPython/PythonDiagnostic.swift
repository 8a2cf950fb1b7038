/// Why a file does not parse: the one root cause, as CPython's `SyntaxError` would say it.
public struct PythonDiagnostic: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line of the error, from 1.
    public var line: Int
    /// The column of the error in characters (Unicode scalars), from 1, as CPython's `SyntaxError.offset`.
    public var column: Int
    /// What is wrong, without the place.
    public var message: String

    public init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    public var description: String { "\(line):\(column): \(message)" }
}
