import CanonFacts
internal import Yams

/// Configuration of hooks, workflows and tools that is committed, found by where such files lie.
struct CommittedConfiguration {
    enum Kind {
        case preCommit
        case workflow
        case gitlab
        /// A script that git or a tool of its kind runs as a hook.
        case hookScript
        /// INI or TOML.
        case settings
    }

    struct File {
        var path: String
        var kind: Kind
    }

    let files: [File]
    /// Hooks and workflows whose names were changed so that nothing runs them (`ci.yml.disabled`).
    let renamed: [String]

    init(paths: [String]) {
        var files: [File] = []
        var renamed: [String] = []
        for path in paths {
            let isAtRoot = !path.utf8.contains(UInt8(ascii: "/"))
            // Nearly all paths are of no interest; these tell by their first byte.
            guard isAtRoot || path.utf8.first == UInt8(ascii: ".") || path.utf8.first == UInt8(ascii: "g") else {
                continue
            }
            let name = path.lastPart(at: "/").map(String.init) ?? path
            if isAtRoot {
                switch name {
                case ".pre-commit-config.yaml", ".pre-commit-config.yml":
                    files.append(File(path: path, kind: .preCommit))
                case ".gitlab-ci.yml": files.append(File(path: path, kind: .gitlab))
                case "pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", ".coveragerc", "mypy.ini", ".mypy.ini",
                    ".flake8",
                    ".pylintrc", "pylintrc", "ruff.toml", ".ruff.toml":
                    files.append(File(path: path, kind: .settings))
                default: if name.hasPrefix(".pre-commit-config."), Self.isOff(name) { renamed.append(path) }
                }
            } else if path.hasPrefix(".github/workflows/") {
                let isDirect = path.utf8.dropFirst(".github/workflows/".utf8.count).contains(UInt8(ascii: "/")) == false
                if Self.isOff(name) {
                    renamed.append(path)
                } else if isDirect, name.hasSuffix(".yml") || name.hasSuffix(".yaml") {
                    // GitHub reads the folder itself only.
                    files.append(File(path: path, kind: .workflow))
                }
            } else if [".husky/", ".githooks/", "githooks/", ".hooks/"].contains(where: { path.hasPrefix($0) }) {
                if Self.isOff(name) {
                    renamed.append(path)
                } else if Self.hooks.contains(name) {
                    files.append(File(path: path, kind: .hookScript))
                }
            }
        }
        self.files = files
        self.renamed = renamed
    }

    private static let hooks: Set<String> = [
        "pre-commit", "pre-push", "commit-msg", "pre-merge-commit", "pre-receive", "update",
    ]

    private static func isOff(_ name: String) -> Bool {
        [".disabled", ".off", ".bak", ".skip"].contains { name.hasSuffix($0) }
    }

    /// The one place where rules read YAML: the document, or nil with what is wrong.
    static func yaml(_ bytes: [UInt8]) -> Result<Node?, YAMLProblem> {
        do {
            return .success(try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self), .default, .default, .utf8))
        } catch {
            return .failure(YAMLProblem(error))
        }
    }

    struct YAMLProblem: Error {
        var line: Int
        var text: String

        init(_ error: any Error) {
            line = 1
            text = "it cannot be read"
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                line = mark.line
                text = problem
            default: break
            }
        }
    }
}

extension Node {
    /// The line of a key of a mapping and its value.
    func member(_ key: String) -> (line: Int, value: Node)? {
        guard case .mapping(let mapping) = self else { return nil }
        for (name, value) in mapping where name.scalar?.string == key { return (name.mark?.line ?? 1, value) }
        return nil
    }

    /// A scalar as it is written.
    var words: String? { scalar?.string }

    /// A boolean that is true in YAML 1.1 or 1.2.
    var isTrue: Bool { ["true", "yes", "on"].contains((scalar?.string ?? "").lowercased()) && scalar?.style == .plain }
    var isFalse: Bool { ["false", "no", "off"].contains((scalar?.string ?? "").lowercased()) }
}
