import CanonCodeModel
import CanonFacts
internal import Yams

/// Looks through one file of configuration for checks that cannot fail.
struct GateReader {
    let path: String
    let code: CoveredCode
    var findings: FindingCollector

    /// `ci.yml`: by what findings name the file, so that moving it makes no new ones.
    private var file: String { path.lastPart(at: "/").map(String.init) ?? path }

    private mutating func add(
        _ subject: [String], line: Int, _ message: String, severity: Severity? = nil,
        confidence: Confidence = .confirmed,
        evidence: String? = nil
    ) {
        findings.add(
            [file] + subject, at: path, line: line, severity: severity, confidence: confidence, message: message,
            evidence: evidence.map { [Evidence(path: path, line: line, text: $0)] } ?? [])
    }

    private mutating func document(_ bytes: [UInt8]) -> Node? {
        switch CommittedConfiguration.yaml(bytes) {
        case .success(let node): return node
        case .failure(let problem):
            add(["syntax"], line: problem.line, "is no YAML, so nothing of it runs: \(problem.text)")
            return nil
        }
    }

    // MARK: pre-commit

    mutating func preCommit(_ bytes: [UInt8]) {
        commentedHooks(bytes)
        guard let root = document(bytes) else { return }
        if let (line, stages) = root.member("default_stages"), Self.isManualOnly(stages) {
            add(["default_stages"], line: line, "every hook runs only when somebody asks for it (stage manual)")
        }
        if let (line, pattern) = root.member("exclude"), let text = pattern.words {
            exclusion(text, line, ["exclude"], isRegex: true)
        }
        if let (line, skip) = root.member("ci")?.value.member("skip"), case .sequence(let hooks) = skip, !hooks.isEmpty
        {
            let names = hooks.compactMap(\.words)
            add(
                ["ci.skip"] + names, line: line, "pre-commit.ci skips \(names.joined(separator: ", "))",
                severity: .medium,
                confidence: .review)
        }
        guard let repositories = root.member("repos")?.value.sequence else { return }
        for repository in repositories {
            for hook in repository.member("hooks")?.value.sequence ?? [] { self.hook(hook) }
        }
    }

    private mutating func hook(_ hook: Node) {
        guard let (line, id) = hook.member("id"), let name = id.words else { return }
        findings.examined += 1
        if let (_, stages) = hook.member("stages"), Self.isManualOnly(stages) {
            add([name, "stages"], line: line, "hook \(name) runs only when somebody asks for it (stage manual)")
        }
        if let entry = hook.member("entry")?.value.words, let reason = ShellGate.cannotFail(entry, isHook: true) {
            add([name, "entry"], line: line, "hook \(name) cannot fail: \(reason)", evidence: entry)
        }
        for argument in hook.member("args")?.value.sequence ?? [] where argument.words.map(ShellGate.isExitZero) == true
        {
            add([name, "args"], line: line, "hook \(name) cannot fail: \(argument.words ?? "")")
        }
        if let pattern = hook.member("exclude")?.value.words {
            exclusion(pattern, line, [name, "exclude"], isRegex: true)
        }
    }

    private static func isManualOnly(_ stages: Node) -> Bool {
        let names = stages.sequence.map { $0.compactMap(\.words) } ?? []
        return !names.isEmpty && names.allSatisfy { $0 == "manual" }
    }

    /// `# - id: name`
    private mutating func commentedHooks(_ bytes: [UInt8]) {
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let content = line.drop { $0 == 0x20 || $0 == 0x09 }
            guard content.first == UInt8(ascii: "#") else { continue }
            let comment = content.drop { $0 == UInt8(ascii: "#") || $0 == 0x20 || $0 == 0x09 }
            guard comment.starts(with: "- id:".utf8) else { continue }
            let name =
                String(decoding: comment.dropFirst(5).prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
                .split(separator: " ").first.map(String.init) ?? ""
            guard !name.isEmpty else { continue }
            add([name, "comment"], line: index + 1, "hook \(name) is commented out", confidence: .likely)
        }
    }

    // MARK: Workflows

    mutating func workflow(_ bytes: [UInt8]) {
        guard let jobs = document(bytes)?.member("jobs")?.value.mapping else { return }
        for (key, job) in jobs {
            guard let name = key.words else { continue }
            findings.examined += 1
            let line = key.mark?.line ?? 1
            let steps = job.member("steps")?.value.sequence.map { Array($0) } ?? []
            func isGate() -> Bool { steps.contains { Self.command(of: $0).map(ShellGate.checksSomething) == true } }
            if let condition = job.member("if")?.value, Self.isNever(condition) {
                add(
                    [name, "if"], line: line, "job \(name) never runs: if is false", severity: isGate() ? nil : .medium)
            }
            if let (_, value) = job.member("continue-on-error") {
                tolerance(value, [name], line: line, what: "job \(name)", isGate: isGate())
            }
            for (index, step) in steps.enumerated() { self.step(step, index, of: name, steps) }
        }
    }

    private mutating func step(_ step: Node, _ index: Int, of job: String, _ steps: [Node]) {
        findings.examined += 1
        let command = Self.command(of: step)
        func isGate() -> Bool { command.map(ShellGate.checksSomething) ?? false }
        let id = step.member("id")?.value.words
        let name = step.member("name")?.value.words ?? id ?? Self.title(of: command, step)
        let line = Self.line(of: step)
        if let condition = step.member("if")?.value, Self.isNever(condition) {
            add(
                [job, name, "if"], line: line, "step \"\(name)\" never runs: if is false",
                severity: isGate() ? nil : .medium)
        }
        if let (_, value) = step.member("continue-on-error") {
            // A later step may decide by how it ended.
            let isRead =
                id.map { id in steps[(index + 1)...].contains { Self.mentions($0, "steps.\(id).outcome") } } ?? false
            if isRead {
                findings.clear(
                    [file, job, name], at: path, line: line,
                    message: "step \"\(name)\" may fail; a later step reads steps.\(id ?? "").outcome")
            } else {
                tolerance(value, [job, name], line: line, what: "step \"\(name)\"", isGate: isGate())
            }
        }
        if let command, let reason = ShellGate.cannotFail(command) {
            add([job, name, "run"], line: line, "step \"\(name)\" cannot fail: \(reason)", confidence: .likely)
        }
    }

    private mutating func tolerance(_ value: Node, _ subject: [String], line: Int, what: String, isGate: Bool) {
        if value.isTrue {
            guard isGate else { return }
            add(subject + ["continue-on-error"], line: line, "\(what) may fail unnoticed: continue-on-error")
        } else if value.words?.contains("${{") == true, isGate {
            add(
                subject + ["continue-on-error"], line: line,
                "\(what) may fail unnoticed, depending on \(value.words ?? "")", severity: .medium, confidence: .review)
        }
    }

    /// What a step runs: its script, or the action with what it is given.
    private static func command(of step: Node) -> String? {
        step.member("run")?.value.words ?? step.member("uses")?.value.words
    }

    private static func title(of command: String?, _ step: Node) -> String {
        let line = command?.split(separator: "\n").first.map(String.init) ?? "step"
        return line.count <= 60 ? line : String(line.prefix(59)) + "…"
    }

    private static func line(of node: Node) -> Int {
        if case .mapping(let mapping) = node, let first = mapping.first?.key.mark?.line { return first }
        return node.mark?.line ?? 1
    }

    private static func isNever(_ condition: Node) -> Bool {
        let text = (condition.words ?? "").filter { !" ${}".contains($0) }
        return text == "false"
    }

    private static func mentions(_ node: Node, _ text: String) -> Bool {
        switch node {
        case .scalar(let scalar): scalar.string.contains(text)
        case .sequence(let sequence): sequence.contains { mentions($0, text) }
        case .mapping(let mapping): mapping.contains { mentions($0.value, text) }
        case .alias: false
        }
    }

    // MARK: GitLab

    mutating func gitlab(_ bytes: [UInt8]) {
        guard let jobs = document(bytes)?.mapping else { return }
        for (key, job) in jobs {
            guard let name = key.words, let script = job.member("script")?.value else { continue }
            findings.examined += 1
            let lines = script.sequence.map { $0.compactMap(\.words) } ?? [script.words ?? ""]
            let command = lines.joined(separator: "\n")
            let line = key.mark?.line ?? 1
            if let (_, value) = job.member("allow_failure"), value.isTrue, ShellGate.checksSomething(command) {
                add([name, "allow_failure"], line: line, "job \(name) may fail unnoticed: allow_failure")
            }
            if let reason = ShellGate.cannotFail(command) {
                add([name, "script"], line: line, "job \(name) cannot fail: \(reason)", confidence: .likely)
            }
        }
    }

    // MARK: Scripts

    mutating func hookScript(_ bytes: [UInt8]) {
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let text = String(decoding: line, as: UTF8.self).split(separator: " ").joined(separator: " ")
            if text.isEmpty || text.hasPrefix("#") || text.hasPrefix("set ") || text.hasPrefix(". ") { continue }
            if text == "exit 0" || text == "exit" || text == "true" || text == ":" {
                add(["exit"], line: index + 1, "the hook leaves before it checks anything")
            }
            return
        }
    }

    // MARK: Settings of tools

    mutating func settings(_ bytes: [UInt8]) {
        for entry in SettingsText.entries(of: bytes, isTOML: path.hasSuffix(".toml")) {
            findings.examined += 1
            let subject = [entry.section, entry.key].filter { !$0.isEmpty }
            // Overrides of one module are no gate of everything.
            let tool = entry.section.split { ".:".contains($0) }.map(String.init).first { $0 != "tool" } ?? toolOfFile
            switch entry.key {
            case "fail_under", "fail-under":
                if let number = Double(entry.text), number <= 0 {
                    add(
                        subject, line: entry.line, "the threshold is 0, so nothing falls below it",
                        evidence: written(entry))
                }
            case "ignore_errors" where entry.text.lowercased() == "true":
                guard ["mypy", "tool.mypy"].contains(entry.section) else { continue }
                add(subject, line: entry.line, "mypy reports no error at all", evidence: written(entry))
            case "exclude", "extend-exclude", "omit", "ignore-paths", "force-exclude":
                guard !entry.section.contains("setuptools"), !entry.section.contains("packages") else { continue }
                settingsExclusion(entry, tool: tool, subject)
            case "addopts":
                for option in entry.words {
                    if option == "--collect-only" || option == "--co" {
                        add(
                            subject, line: entry.line, "\(option): tests are collected and not run",
                            evidence: written(entry))
                    } else if option == "--cov-fail-under=0" {
                        add(
                            subject, line: entry.line, "the threshold is 0, so nothing falls below it",
                            evidence: written(entry))
                    }
                }
            case "ignore" where tool == "ruff" && entry.words.contains("ALL"),
                "exit-zero" where entry.text.lowercased() == "true":
                add(subject, line: entry.line, "it reports nothing that fails", evidence: written(entry))
            case "commands":
                if let reason = ShellGate.cannotFail(entry.value) {
                    add(subject, line: entry.line, "the commands cannot fail: \(reason)", evidence: written(entry))
                }
            default: break
            }
        }
    }

    /// `.coveragerc` gives coverage, `ruff.toml` ruff.
    private var toolOfFile: String { String(file.drop { $0 == "." }.prefix { $0 != "." }) }

    private func written(_ entry: SettingsText.Entry) -> String {
        "\(entry.key) = \(entry.value.split(separator: "\n").joined(separator: " "))"
    }

    private mutating func settingsExclusion(_ entry: SettingsText.Entry, tool: String, _ subject: [String]) {
        if tool == "mypy" || tool == "black" {
            // One or several regular expressions, in quotes when they are several.
            let patterns = entry.value.hasPrefix("[") ? entry.words : [entry.text]
            exclusion(patterns.joined(separator: "|"), entry.line, subject, isRegex: true)
        } else {
            exclusion(entry.words.joined(separator: "\n"), entry.line, subject, isRegex: false)
        }
    }

    private mutating func exclusion(_ pattern: String, _ line: Int, _ subject: [String], isRegex: Bool) {
        guard
            let share = isRegex
                ? code.share(matching: pattern) : code.share(of: pattern.split(separator: "\n").map(String.init))
        else { return }
        guard share >= CoveredCode.most else { return }
        add(subject, line: line, "leaves out \(Int((share * 100).rounded())) % of the live files", confidence: .likely)
    }
}

/// How much of the live code a pattern takes.
struct CoveredCode {
    /// Of many files some, spread evenly: an exclusion that takes most of them shows in these.
    private let sample: [String]
    static let most = 0.5
    private static let sampleSize = 256

    init(_ paths: [String]) {
        let step = max(1, paths.count / Self.sampleSize)
        sample = stride(from: 0, to: paths.count, by: step).map { paths[$0] }
    }

    /// - Returns: nil when there is no code, or the expression is none that is understood here.
    func share(matching expression: String) -> Double? {
        let text = expression.filter { $0 != "\n" && $0 != "\r" }
        guard !sample.isEmpty, text.utf8.count <= 4096, let regex = try? Regex(text.replacingVerbose) else {
            return nil
        }
        return Double(sample.count { $0.firstMatch(of: regex) != nil }) / Double(sample.count)
    }

    /// - Parameter patterns: globs, as flake8, ruff and coverage use them.
    func share(of patterns: [String]) -> Double? {
        guard !sample.isEmpty, !patterns.isEmpty else { return nil }
        let globs = patterns.map { pattern -> GlobPattern in
            var text = Substring(pattern)
            while text.hasPrefix("./") { text = text.dropFirst(2) }
            while text.hasSuffix("/") { text = text.dropLast() }
            // A name without a folder fits anywhere.
            let isEverywhere = !text.contains("/")
            return GlobPattern(
                (isEverywhere ? "**/" : "") + (text == "." ? "*" : String(text)), separator: UInt8(ascii: "/"))
        }
        let count = sample.count { path in
            let segments = path.utf8.split(separator: UInt8(ascii: "/")).map { Array($0)[...] }
            return globs.contains { $0.matchesBeginning(of: segments) }
        }
        return Double(count) / Double(sample.count)
    }
}

extension String {
    /// A verbose expression of Python, `(?x)`, without its blanks.
    fileprivate var replacingVerbose: String {
        guard hasPrefix("(?x)") else { return self }
        return String(dropFirst(4)).filter { $0 != " " && $0 != "\t" }
    }
}
