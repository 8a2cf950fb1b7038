/// Sources and what `ast.parse` of each version says of them, as measured with 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1 and
/// 3.13.0: six letters, `.` for "parses" and `E` for "does not", then the source.
///
/// `\n`, `\xNN` and `\\` are escapes for bytes. Whatever a comparison with an interpreter brings to light is added here.
enum VerdictTable {
    /// One a line.
    static let lines = [tokens, grammar].joined(separator: "\n")
}
