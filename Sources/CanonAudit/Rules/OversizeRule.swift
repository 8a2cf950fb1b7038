import CanonCodeModel
import CanonFacts

/// Files and functions that are longer than the one limit of the manifest.
enum OversizeRule: Rule {
    static let identity = RuleIdentity(
        "oversize", severity: .low,
        summary: "A file or function has more lines than `audit.limits` allows.",
        exceptions: "Generated and vendored files, fixtures and backups.")

    static let rationale = """
        A file of thousands of lines is where the second implementation hides: nobody reads it to the end before writing their \
        own. The limit stands in one place, the manifest, so that no script measures by another one.
        """
    static let remedy = "Split it where it changes its subject, or raise `audit.limits` for everybody."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A file over the limit",
                RuleExample.File("canon.yaml", "audit:\n  limits: {file_lines: 3}\n"),
                RuleExample.File(
                    "app/prices.py",
                    """
                    ↓
                    TAX = 0.19
                    REDUCED = 0.07
                    NONE = 0
                    KINDS = (TAX, REDUCED, NONE)
                    """)),
            RuleExample(
                "A function and a method over the limit, the decorators not counted",
                RuleExample.File("canon.yaml", "audit:\n  limits: {function_lines: 2}\n"),
                RuleExample.File(
                    "app/prices.py",
                    """
                    ↓
                    def gross(net):
                        tax = net * 0.19
                        return net + tax


                    class Bill:
                        @property
                        def total(self):
                            return 0

                        ↓
                        async def send(self):
                            await self.mail()
                            return True
                    """)),
        ],
        clean: [
            RuleExample(
                "At the limit",
                RuleExample.File("canon.yaml", "audit:\n  limits: {file_lines: 3, function_lines: 2}\n"),
                RuleExample.File("app/prices.py", "def gross(net):\n    return net * 1.19\n# the end\n")),
            RuleExample(
                "Written by a program",
                RuleExample.File("canon.yaml", "audit:\n  limits: {file_lines: 1}\n"),
                RuleExample.File("app/prices_pb2.py", "A = 1\nB = 2\n")),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        let limits = context.manifest.limits
        let source = limits.line > 0 ? "audit.limits" : "the default of audit.limits"
        for scope in [SourceScope.live, .test, .tool] {
            for file in context.files(in: scope) {
                let facts = context.model.facts(of: file)
                findings.examined += 1 + facts.declarations.count
                if Int(facts.lineCount) > limits.fileLines {
                    findings.add(
                        [context.moduleName(of: file)], at: context.path(of: file), line: 1, scope: scope,
                        message: "has \(facts.lineCount) lines; \(source) is \(limits.fileLines)")
                }
                for (index, declaration) in facts.declarations.enumerated() where declaration.kind != .class {
                    let lines = Int(declaration.endLine) - Int(declaration.line) + 1
                    guard lines > limits.functionLines else { continue }
                    let object = ObjectID(file: file, index: UInt32(index))
                    findings.add(
                        [context.model.symbol(of: object)], at: context.path(of: file), line: Int(declaration.line),
                        scope: scope,
                        message: "\(context.model.qualifiedName(of: object)) has \(lines) lines; \(source) is "
                            + "\(limits.functionLines)")
                }
            }
        }
    }
}
