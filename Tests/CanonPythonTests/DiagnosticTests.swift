import Testing

@testable import CanonPython

/// A broken source, and the `lineno`, `offset` and `msg` of the `SyntaxError` of CPython 3.12.1.
struct BrokenSource: Sendable, CustomTestStringConvertible {
    let source: String
    let line: Int
    let column: Int
    let message: String

    init(_ source: String, _ line: Int, _ column: Int, _ message: String) {
        self.source = source
        self.line = line
        self.column = column
        self.message = message
    }

    var testDescription: String { source }

    static let all: [BrokenSource] = [
        BrokenSource("x = (1,\ny = 2", 1, 5, "'(' was never closed"),
        BrokenSource("x = 'abc", 1, 5, "unterminated string literal (detected at line 1)"),
        BrokenSource("x = (1]", 1, 7, "closing parenthesis ']' does not match opening parenthesis '('"),
        BrokenSource("x = 1)", 1, 6, "unmatched ')'"),
        BrokenSource("if a\n  b", 1, 5, "expected ':'"),
        BrokenSource("if a:\nb", 2, 1, "expected an indented block after 'if' statement on line 1"),
        BrokenSource("  a", 1, 2, "unexpected indent"),
        BrokenSource("f() = 1", 1, 1, "cannot assign to function call here. Maybe you meant '==' instead of '='?"),
        BrokenSource("a + 1 = b", 1, 1, "cannot assign to expression here. Maybe you meant '==' instead of '='?"),
        BrokenSource("None = 1", 1, 1, "cannot assign to None"),
        BrokenSource("f(a b)", 1, 3, "invalid syntax. Perhaps you forgot a comma?"),
        BrokenSource("f(**a, *b)", 1, 8, "iterable argument unpacking follows keyword argument unpacking"),
        BrokenSource("f(a.b=1)", 1, 3, "expression cannot contain assignment, perhaps you meant \"==\"?"),
        BrokenSource("def f(a=1, b): pass", 1, 12, "parameter without a default follows parameter with a default"),
        BrokenSource("def f(*): pass", 1, 7, "named arguments must follow bare *"),
        BrokenSource("print 'a'", 1, 1, "Missing parentheses in call to 'print'. Did you mean print(...)?"),
        BrokenSource("(a b)", 1, 2, "invalid syntax. Perhaps you forgot a comma?"),
        BrokenSource(
            "x = 0777", 1, 5,
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"),
        BrokenSource("x = 1_", 1, 6, "invalid decimal literal"),
        BrokenSource("x = 0b2", 1, 7, "invalid digit '2' in binary literal"),
        BrokenSource("f'{}'", 1, 4, "f-string: valid expression required before '}'"),
        BrokenSource(
            "'\\x1'", 1, 1,
            "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-2: truncated \\xXX escape"),
        BrokenSource(
            "'\\N{no such}'", 1, 1,
            "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-10: unknown Unicode character name"),
        BrokenSource("b'é'", 1, 1, "bytes can only contain ASCII literal characters"),
        BrokenSource("x = €", 1, 5, "invalid character '€' (U+20AC)"),
        BrokenSource("(a, b): int", 1, 1, "only single target (not tuple) can be annotated"),
        BrokenSource("try:\n  a\nb", 3, 1, "expected 'except' or 'finally' block"),
        BrokenSource("with a\n  b", 1, 7, "expected ':'"),
        BrokenSource("else: a", 1, 1, "invalid syntax"),
        BrokenSource("a = yield = b", 1, 5, "assignment to yield expression not possible"),
        BrokenSource("del f()", 1, 5, "cannot delete function call"),
        BrokenSource("{**a for a in b}", 1, 2, "dict unpacking cannot be used in dict comprehension"),
        BrokenSource("(*a)", 1, 2, "cannot use starred expression here"),
        BrokenSource("a\\b", 1, 3, "unexpected character after line continuation character"),
        BrokenSource("class A\n  b", 1, 8, "expected ':'"),
        BrokenSource("é = f() = 1", 1, 5, "cannot assign to function call"),
        BrokenSource("x = 'é' y", 1, 9, "invalid syntax"),
        BrokenSource("\"\"\"a\n", 1, 1, "unterminated triple-quoted string literal (detected at line 1)"),
        BrokenSource("match a:\n  case 1j + 1: b", 2, 8, "real number required in complex literal"),
        BrokenSource("import a as b.c", 1, 14, "invalid syntax"),
        BrokenSource("try: a\nexcept a, b: c", 2, 8, "multiple exception types must be parenthesized"),
        BrokenSource("a, b += 1", 1, 1, "'tuple' is an illegal expression for augmented assignment"),
        BrokenSource("x = {1: 2, 3}", 1, 12, "':' expected after dictionary key"),
    ]
}

@Test("a diagnostic names line, column and cause as CPython does", arguments: BrokenSource.all)
func diagnostics(_ example: BrokenSource) {
    #expect(
        diagnostic(example.source, .v3_12)
            == PythonDiagnostic(line: example.line, column: example.column, message: example.message))
}

@Test("a column counts characters, not bytes") func columns() {
    #expect(diagnostic("é = f() = 1", .v3_12)?.column == 5)
    #expect(diagnostic("x = '\u{1F600}' y", .v3_12)?.column == 9)
}
