import CanonCodeModel
import CanonFacts

/// Files and functions that are longer than the one limit of the manifest.
enum OversizeRule: Rule {
    static let identity = RuleIdentity(
        "oversize", version: 2, severity: .low,
        summary: "A file, or a function in it, has more lines than `audit.limits` allows: one finding for each file.",
        exceptions: "Generated and vendored files, fixtures and backups.")

    static let languages: Set<SourceLanguage> = [.python, .swift]

    static let rationale = """
        A file of thousands of lines is where the second implementation hides: nobody reads it to the end before writing their \
        own. The limit stands in one place, the manifest, so that no script measures by another one. Who has to split a file \
        splits its functions with it, so a file is one finding. In tests it is for information (severity info): a long test \
        tells one story from top to bottom, and nobody builds on it.
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
        for scope in [SourceScope.live, .test, .tool] {
            for file in context.files(in: scope) { check(file, scope, context, &findings) }
        }
    }

    private static func check(
        _ file: FileID, _ scope: SourceScope, _ context: borrowing RuleContext, _ findings: inout FindingCollector
    ) {
        let limits = context.manifest.limits
        let model = context.model
        let facts = model.facts(of: file)
        let declarations = facts.declarations
        findings.examined += 1 + declarations.count
        let isLong = Int(facts.lineCount) > limits.fileLines
        let functions = declarations.indices.filter { index in
            declarations[index].kind != .class && lines(of: declarations[index]) > limits.functionLines
        }
        guard isLong || !functions.isEmpty else { return }
        let path = context.path(of: file)
        let source = limits.line > 0 ? "audit.limits" : "the default of audit.limits"
        func name(_ index: Int) -> String { model.qualifiedName(of: ObjectID(file: file, index: UInt32(index))) }
        func word(_ index: Int) -> String {
            model.modifiers(of: ObjectID(file: file, index: UInt32(index))).first ?? "def"
        }
        var parts: [String] = []
        if isLong { parts.append("the file has \(facts.lineCount) lines (\(source) is \(limits.fileLines))") }
        // Of equally long ones the first.
        let longest = functions.reversed().max { lines(of: declarations[$0]) < lines(of: declarations[$1]) }
        if let longest {
            let size = "\(name(longest)) has \(lines(of: declarations[longest])) lines"
            let limit = " (\(source) is \(limits.functionLines))"
            parts.append(
                functions.count == 1
                    ? size + limit : "\(functions.count) functions are too long, at worst \(size)" + limit)
        }
        var places = functions.map { Finding.Place(path: path, line: Int(declarations[$0].line)) }
        if isLong { places.insert(Finding.Place(path: path, line: 1), at: 0) }
        findings.add(
            [context.unitName(of: file)], at: path, line: places[0].line, severity: scope == .test ? .info : nil,
            scope: scope, message: parts.joined(separator: "; "),
            evidence: functions.map { index in
                Evidence(
                    path: path, line: Int(declarations[index].line),
                    text: "\(word(index)) \(name(index)): \(lines(of: declarations[index])) lines")
            }, places: places)
    }

    private static func lines(of declaration: Declaration) -> Int {
        Int(declaration.endLine) - Int(declaration.line) + 1
    }
}
