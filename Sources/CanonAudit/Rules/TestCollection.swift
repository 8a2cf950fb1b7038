import CanonCodeModel
import CanonFacts

/// What pytest would collect, by its own rules and the committed configuration.
struct TestCollection {
    /// Patterns for names of files.
    private let filePatterns: [Glob]
    /// Modules are named by their path instead of by the first folder that is no package, so that equal names do not clash.
    let importsByPath: Bool

    init(_ context: borrowing RuleContext) {
        var patterns: [String] = []
        var importsByPath = false
        for (path, section) in Self.sections {
            guard let bytes = context.tree.bytes(of: path) else { continue }
            let entries = SettingsText.entries(of: bytes, isTOML: path.hasSuffix(".toml")).filter {
                $0.section == section
            }
            // pytest reads the first file that has its section.
            guard !entries.isEmpty else { continue }
            for entry in entries {
                if entry.key == "python_files" { patterns = entry.words }
                if entry.key == "addopts", entry.words.contains(where: { $0.hasSuffix("importlib") }) {
                    importsByPath = true
                }
            }
            break
        }
        filePatterns = (patterns.isEmpty ? ["test_*.py", "*_test.py"] : patterns).map { Glob($0) }
        self.importsByPath = importsByPath
    }

    private static let sections = [
        ("pytest.ini", "pytest"), ("pyproject.toml", "tool.pytest.ini_options"), ("tox.ini", "pytest"),
        ("setup.cfg", "tool:pytest"),
    ]

    /// Whether a file of this name holds tests.
    func collects(_ path: String) -> Bool {
        let bytes = Array(path.utf8)
        let name = bytes[(bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...]
        return filePatterns.contains { $0.matches(name) }
    }

    static func isConftest(_ path: String) -> Bool { path == "conftest.py" || path.hasSuffix("/conftest.py") }

    /// Classes that pytest collects by its own convention (`Test…`).
    static func isTestClass(_ declaration: Declaration, _ facts: FileFacts) -> Bool {
        declaration.kind == .class && facts.names.withUTF8(of: declaration.name) { $0.starts(with: "Test".utf8) }
    }

    /// Whether a class derives, by its own statement, from one for tests of `unittest`.
    static func isUnittestClass(_ declaration: Declaration, _ facts: FileFacts) -> Bool {
        facts.lists[declaration.bases.indices].contains { base in
            facts.names.withUTF8(of: Name(rawValue: base)) { text in
                text.count >= 8 && text.suffix(8).elementsEqual("TestCase".utf8)
            }
        }
    }

    static func isTestFunction(_ declaration: Declaration, _ facts: FileFacts) -> Bool {
        guard declaration.kind != .class, facts.names.withUTF8(of: declaration.name, { $0.starts(with: "test".utf8) })
        else {
            return false
        }
        // `@pytest.fixture def test_client()` is no test.
        return !hasDecorator(declaration, facts) { $0.elementsEqual("fixture".utf8) }
    }

    /// Whether the last part of a decorator's name fits.
    static func hasDecorator(
        _ declaration: Declaration, _ facts: FileFacts, where fits: (Slice<UnsafeBufferPointer<UInt8>>) -> Bool
    ) -> Bool {
        let list = facts.lists[declaration.decorators.indices]
        return stride(from: list.startIndex, to: list.endIndex, by: 2).contains { place in
            facts.names.withUTF8(of: Name(rawValue: list[place])) { text in
                fits(text[(text.lastIndex(of: 0x2E).map { $0 + 1 } ?? 0)...])
            }
        }
    }
}
