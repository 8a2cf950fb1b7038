import CanonFacts

/// What a command of a hook or workflow says about its own failure.
enum ShellGate {
    /// Why a script cannot fail although a command of it checks something; nil when it can.
    ///
    /// - Parameter isHook: it is all that a hook does.
    static func cannotFail(_ script: String, isHook: Bool = false) -> String? {
        if isHook, ["true", ":", "exit 0"].contains(script.split(separator: " ").joined(separator: " ")) {
            return "it does nothing"
        }
        // Most scripts have none of it, and are long.
        let bytes = Array(script.utf8)
        guard
            bytes.indices.contains(where: { index in
                (bytes[index] == UInt8(ascii: "|") && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "|"))
                    || (bytes[index] == UInt8(ascii: "-") && bytes[index...].starts(with: "-zero".utf8))
                    || (bytes[index] == UInt8(ascii: "=") && index + 1 < bytes.count
                        && bytes[index + 1] == UInt8(ascii: "0"))
            })
        else { return nil }
        let text = joined(script)
        for line in text.parts(at: "\n") {
            let line = String(line)
            if line.hasPrefix("#") { continue }
            if let reason = swallowed(line) { return reason }
            for word in line.parts(at: " ") where isExitZero(String(word)) {
                if checksSomething(line) { return String(word) }
            }
        }
        return nil
    }

    /// Options by which a checker ends well whatever it found.
    static func isExitZero(_ word: String) -> Bool {
        ["--exit-zero", "--cov-fail-under=0", "--fail-under=0", "--exit-zero-even-if-changed"].contains(word)
    }

    /// `pytest || true`: the part in front checks something.
    private static func swallowed(_ line: String) -> String? {
        guard line.utf8.contains(UInt8(ascii: "|")) else { return nil }
        for ending in ["|| true", "|| :", "|| exit 0", "|| echo"] {
            guard let place = line.range(ofText: ending) else { continue }
            let command = line[..<place.lowerBound]
            // The last of several commands is what the ending belongs to.
            let last = command.split { ";&".contains($0) }.last.map(String.init) ?? ""
            if checksSomething(last) { return String(line[place.lowerBound...].prefix(40)) }
        }
        return nil
    }

    /// Whether a script runs tests or a checker: by the names of its commands, which are a hint, no proof.
    static func checksSomething(_ script: String) -> Bool {
        for line in joined(script).parts(at: "\n") where !line.hasPrefix("#") {
            let words = line.split { " ;&|()'\"`=".contains($0) }
            // `pip install pytest`, `echo pytest` run nothing.
            guard let first = words.first,
                !["echo", "printf", "cat", "rm", "mkdir", "cp", "mv", "export"].contains(first)
            else {
                continue
            }
            if words.contains("install") || words.contains("upload") { continue }
            for word in words {
                let parts = word.lowercased().split { !$0.isLetter && !$0.isNumber }
                if parts.contains(where: { checkers.contains(String($0)) }) { return true }
            }
        }
        return false
    }

    private static let checkers: Set<String> = [
        "pytest", "unittest", "tox", "nox", "mypy", "pyright", "ruff", "flake8", "pylint", "black", "isort", "bandit",
        "canon",
        "test", "tests", "lint", "check", "checks", "verify", "validate", "audit", "compliance", "validator", "safety",
        "eslint",
        "semgrep", "typecheck", "coverage",
    ]

    /// Without continued lines and blanks around.
    private static func joined(_ script: String) -> String {
        script.parts(at: "\n").map { line in
            let words = line.utf8.split { $0 == 0x20 || $0 == 0x09 }.map { Substring($0) }
            return words.last == "\\"
                ? words.dropLast().joined(separator: " ") + " " : words.joined(separator: " ") + "\n"
        }.joined()
    }
}

extension String {
    /// Where a text stands first.
    func range(ofText text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
