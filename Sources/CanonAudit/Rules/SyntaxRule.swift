import CanonCodeModel
import CanonFacts

/// Files that the stated grammar does not parse.
enum SyntaxRule: Rule {
    static let identity = RuleIdentity(
        "syntax", severity: .critical,
        summary: "A file does not parse: Python with the grammar of the stated version, Swift with that of the newest.",
        exceptions: "Vendored files and fixtures.")

    static let languages: Set<SourceLanguage> = [.python, .swift]

    static let rationale = """
        A module that does not parse cannot be imported: whoever imports it fails, or goes on without it behind an \
        `except ImportError`. A test file that does not parse protects nothing, and its absence does not show in a count of \
        failures. Nothing else can be said of such a file, so it is the first thing to mend.
        """
    static let remedy = "Correct the error, or delete the file. `canon python check FILE` shows it with its line."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A bracket that is never closed",
                RuleExample.File("app/__init__.py", ""),
                RuleExample.File(
                    "app/prices.py",
                    """
                    TAX = 0.19

                    ↓
                    prices = [1, 2
                    """)),
            RuleExample(
                "A test file",
                RuleExample.File(
                    "tests/test_prices.py",
                    """
                    def test_tax():
                    ↓
                    assert True
                    """)),
            RuleExample(
                "A statement that the version does not know yet",
                RuleExample.File("canon.yaml", "audit:\n  python: \"3.9\"\n"),
                RuleExample.File(
                    "app/kinds.py",
                    """
                    def name(kind):
                        ↓
                        match kind:
                            case 1:
                                return "one"
                    """)),
        ],
        clean: [
            RuleExample(
                "The same statement, a later version",
                RuleExample.File("canon.yaml", "audit:\n  python: \"3.10\"\n"),
                RuleExample.File(
                    "app/kinds.py", "def name(kind):\n    match kind:\n        case 1:\n            return \"one\"\n")),
            RuleExample(
                "Input of a test that is broken on purpose",
                RuleExample.File("tests/testdata/broken.py", "def (:\n")),
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        for index in context.model.files.indices {
            let file = FileID(rawValue: UInt32(index))
            findings.examined += 1
            guard let error = context.model.files[index].facts.error else { continue }
            let scope = context.scope(of: file)
            let severity: Severity
            switch scope {
            case .live: severity = .critical
            case .test: severity = .high
            case .tool, .generated: severity = .medium
            case .backup: severity = .low
            case .vendored, .fixture: continue
            }
            findings.add(
                [context.unitName(of: file)], at: context.path(of: file), line: Int(error.line), severity: severity,
                scope: scope, message: "does not parse: \(error.message)")
        }
    }
}
