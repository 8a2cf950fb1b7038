/// Statements of reports that nobody can reproduce.
enum UnverifiableClaimRule: Rule {
    static let identity = RuleIdentity(
        "unverifiable-claim", severity: .medium,
        summary: """
            A number, path, command, commit or log line in a document below `audit.claims` that cannot be reproduced at its commit; a \
            figure that is the length of a list of patterns.
            """,
        exceptions:
            "Plans, goals and examples; what is not about the repository; documents that `audit.claims` does not name.")

    static let rationale = """
        A report is believed when it has numbers in it. One that was typed rather than measured is believed as well, and so is the \
        number of patterns that a script looks for when it stands where the number of findings should. The next decision is made on \
        it, and nobody can tell later what was counted. So what a report says must be there to be seen: the path, the script, the \
        commit, and for a number what was counted and how.
        """
    static let remedy = """
        Write what is right, which the finding tells where it is known; for a number say what was counted, by which command, at which \
        commit. `canon verify claims FILE` judges the document by itself.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A path, a script and numbers that nobody can find again",
                RuleExample.File("canon.yaml", "audit:\n  claims: [docs/reports/*.md]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File(
                    "docs/reports/carts.md",
                    """
                    # Carts

                    ## Results

                    ↓
                    - The check stands in `shop/checks.py`.
                    ↓
                    - Run it: `python shop/check_carts.py --strict`
                    ↓
                    - 188 potential violations were found.
                    """)),
            RuleExample(
                "The figure is the length of the list of patterns",
                RuleExample.File("canon.yaml", "audit:\n  claims: [docs/reports/*.md]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/check.py",
                    """
                    FORBIDDEN_PATTERNS = [
                        r"class .*Cart\\(",
                        r"import old_cart",
                        r"from shop\\.legacy",
                        r"Cart\\.instance",
                    ]
                    """),
                RuleExample.File(
                    "docs/reports/carts.md", "# Carts\n\n## Results\n\n↓\n- 4 potential violations were found.\n")),
        ],
        clean: [
            RuleExample(
                "What is there, and what is planned",
                RuleExample.File("canon.yaml", "audit:\n  claims: [docs/reports/*.md]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File(
                    "docs/reports/carts.md",
                    """
                    # Carts

                    ## Results

                    - The one cart stands in `shop/cart.py`.

                    ## Next steps

                    - Remove `shop/old_cart.py`.
                    """)),
            RuleExample(
                "A document that the manifest does not name",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("docs/reports/carts.md", "# Carts\n\n## Results\n\n- 188 violations.\n")),
        ])

    static func isConfigured(by manifest: Manifest) -> Bool { !manifest.claims.isEmpty }

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        let patterns = context.manifest.claims.map { GlobPattern($0.value, separator: UInt8(ascii: "/")) }
        guard !patterns.isEmpty else { return }
        var documents: [(path: String, bytes: [UInt8])] = []
        for path in context.tree.paths {
            let parts = Array(path.utf8).split(separator: UInt8(ascii: "/"))
            guard patterns.contains(where: { $0.matches(parts) }) else { continue }
            findings.examined += 1
            guard let bytes = context.tree.bytes(of: path) else {
                findings.isIncomplete(at: path, because: "it cannot be read")
                continue
            }
            documents.append((path, bytes))
        }
        guard let first = documents.first else { return }
        guard let judging = context.claims else {
            findings.isIncomplete(at: first.path, because: "nobody is here who could judge what it says")
            return
        }
        var lists: PatternLists?
        for claim in judging.reader.openClaims(
            in: documents, of: context, python: judging.python, commit: judging.commit)
        {
            var message = "\u{201C}\(claim.quote)\u{201D} "
            message += claim.isContradicted ? "is not so: \(claim.reason)" : "cannot be reproduced: \(claim.reason)"
            var evidence = [Evidence(path: claim.path, line: claim.line, text: claim.quote)]
            if let number = claim.number, number >= PatternLists.shortest {
                if lists == nil { lists = PatternLists(context) }
                if let list = lists?.list(ofLength: number) {
                    message +=
                        "; \(list.text) at \(list.path):\(list.line) has \(number) patterns: that is what was looked for, not found"
                    evidence.append(list)
                }
            }
            if let remedy = claim.remedy { message += "; to make it so: \(remedy)" }
            findings.add(
                [claim.path, claim.quote], at: claim.path, line: claim.line, message: message, evidence: evidence)
        }
    }
}
