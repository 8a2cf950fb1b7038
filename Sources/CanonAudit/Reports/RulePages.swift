/// The pages of docs/rules, made from the rules.
public enum RulePages {
    /// File names and texts; `README.md` is the index.
    public static var all: [(name: String, text: String)] {
        [(name: "README.md", text: index)] + RuleList.all.map { (name: "\($0.name).md", text: page(of: $0)) }
            + ComparisonPage.all.map { (name: "\($0.identity.name).md", text: text(of: $0)) }
    }

    private static var index: String {
        var text = """
            # Rules of canon audit

            Written by `canon audit rules --write docs/rules`; the examples are the tests of the rules.

            | Rule | Severity | What counts |
            |---|---|---|

            """
        for rule in RuleList.all {
            text +=
                "| [\(rule.name)](\(rule.name).md) | \(rule.identity.severity.rawValue) | \(rule.identity.summary) |\n"
        }
        text += """

            ## What says that a measurement cannot be relied upon

            No waiver covers these, no baseline hides them, and they fail a run whatever `--fail-on` says.

            | Finding | What it says | What to do |
            |---|---|---|

            """
        for rule in IntegrityRules.all {
            let hasPage = ComparisonPage.all.contains { $0.identity.name == rule.name }
            let name = hasPage ? "[\(rule.name)](\(rule.name).md)" : rule.name
            text += "| \(name) | \(rule.summary) | \(IntegrityRules.remedy(of: rule.name)) |\n"
        }
        return text
    }

    static func page(of rule: any Rule.Type) -> String {
        let identity = rule.identity
        var text = "# \(identity.name)\n\n\(identity.summary)\n\n"
        text += "- Severity: \(identity.severity.rawValue)" + (identity.isIntegrity ? "; fails every run\n" : "\n")
        text += "- Rule version: \(identity.version)\n"
        if !identity.exceptions.isEmpty { text += "- Not counted: \(identity.exceptions)\n" }
        text += "\n## Why\n\n\(rule.rationale)\n\n## What to do\n\n\(rule.remedy)\n"
        text += "\n## Wrong\n\nA line of `↓` stands above each place that is reported.\n"
        for example in rule.examples.violating { text += section(example) }
        text += "\n## Right\n"
        for example in rule.examples.clean { text += section(example) }
        return text
    }

    private static func text(of page: ComparisonPage) -> String {
        var text = "# \(page.identity.name)\n\n\(page.identity.summary)\n\n"
        text +=
            "- Severity: \(page.identity.severity.rawValue)"
            + (page.identity.isIntegrity ? "; fails every run\n" : "\n")
        text += "- Rule version: \(page.identity.version)\n"
        text += "\n## Why\n\n\(page.rationale)\n\n## What to do\n\n\(IntegrityRules.remedy(of: page.identity.name))\n"
        text += "\n## Wrong\n"
        for example in page.violating { text += section(example) }
        text += "\n## Right\n"
        for example in page.clean { text += section(example) }
        return text
    }

    /// The base, and then only what the change made other.
    private static func section(_ example: ComparisonPage.Example) -> String {
        let before = Dictionary(example.before.map { ($0.path, $0.text) }) { first, _ in first }
        let gone = Set(before.keys).subtracting(example.after.map(\.path)).sorted()
        let changed = example.after.filter { before[$0.path] != $0.text }
        var text = "\n### \(example.title)\n\nBefore:\n" + files(example.before) + "\nAfter:\n" + files(changed)
        if !gone.isEmpty { text += "\nGone: \(gone.map { "`\($0)`" }.joined(separator: ", ")).\n" }
        return text
    }

    private static func section(_ example: RuleExample) -> String {
        "\n### \(example.title)\n" + files(example.files)
    }

    private static func files(_ files: [RuleExample.File]) -> String {
        var text = ""
        let empty = files.filter { $0.text.isEmpty }
        for file in files where !file.text.isEmpty {
            text += "\n`\(file.path)`\n\n```\(language(of: file.path))\n\(file.text)```\n"
        }
        if !empty.isEmpty { text += "\nEmpty: \(empty.map { "`\($0.path)`" }.joined(separator: ", ")).\n" }
        return text
    }

    private static func language(of path: String) -> String {
        switch path.split(separator: ".").last {
        case "py": "python"
        case "yaml", "yml": "yaml"
        case "md": "markdown"
        case "toml": "toml"
        default: "text"
        }
    }
}
