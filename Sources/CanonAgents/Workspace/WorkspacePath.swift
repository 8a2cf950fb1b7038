/// A path inside a workspace: relative, with `/`, without `.` and `..`, and allowed to be read.
struct WorkspacePath: Hashable, Sendable {
    /// Empty for the workspace itself.
    let components: [String]

    var text: String { components.joined(separator: "/") }
    var isRoot: Bool { components.isEmpty }

    /// The names a walk found, which need no check.
    init(components: [String]) { self.components = components }

    /// Checks a path from outside.
    /// - Parameters:
    ///   - text: as a person or a model wrote it. An absolute path is accepted when it stands beneath `root`.
    ///   - root: the absolute path of the workspace.
    /// - Throws: `ToolFailure` that names the path and says what to give instead.
    init(_ text: String, root: String) throws(ToolFailure) {
        var rest = text[...]
        if text.utf8.count > 4096 { throw ToolFailure("The path is longer than 4,096 bytes.") }
        if text.utf8.contains(0) { throw ToolFailure("The path holds a NUL character, which no file name can.") }
        if text.hasPrefix("/") {
            let prefix = root.hasSuffix("/") ? root : root + "/"
            if text == root {
                rest = ""
            } else if text.hasPrefix(prefix) {
                rest = text.dropFirst(prefix.count)
            } else {
                throw ToolFailure(
                    "'\(text)' is outside the workspace. Give a path relative to it, such as 'README.md'.")
            }
        }
        var components: [String] = []
        for component in rest.split(separator: "/") where component != "." {
            if component == ".." {
                throw ToolFailure(
                    "'\(text)' contains '..', which could lead out of the workspace. Give the path without it.")
            }
            components.append(String(component))
        }
        for component in components {
            if let rule = WorkspaceRules.refusal(of: component) {
                throw ToolFailure("'\(text)' is not read: \(rule). Ask for another file.")
            }
        }
        self.components = components
    }
}

/// Which names inside a workspace are never read, and which folders a search passes over.
enum WorkspaceRules {
    /// Why a file or folder of this name is never read; nil when it may be.
    static func refusal(of name: String) -> String? {
        if name.hasPrefix(".") { return "'\(name)' is hidden, and hidden files and folders are private" }
        let lower = name.lowercased()
        let isKey =
            keyEndings.contains { lower.hasSuffix($0) } || keyBeginnings.contains { lower.hasPrefix($0) }
            || lower.contains("credentials")
        return isKey ? "'\(name)' looks like a key or a password file" : nil
    }

    /// Build products and dependencies: they may be read by name, but a search is about the workspace's own code.
    static let skippedFolders: Set<String> = [
        "node_modules", "bower_components", "__pycache__", "site-packages", "venv", "target", "dist", "DerivedData",
    ]

    private static let keyEndings = [
        ".pem", ".key", ".p12", ".pfx", ".keystore", ".jks", ".kdbx", ".ppk", ".tfstate",
    ]

    private static let keyBeginnings = [
        "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "secrets.", "secret.", "htpasswd",
    ]
}
