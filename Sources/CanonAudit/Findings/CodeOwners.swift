/// Who owns which paths, by a `CODEOWNERS` file: the last line that matches a path decides
/// (https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners).
struct CodeOwners: Sendable {
    static let places = ["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"]

    private var rules: [(pattern: GlobPattern, owners: [String])] = []

    init(tree: any SourceTree) {
        let bytes = Self.places.lazy.compactMap { tree.bytes(of: $0) }.first ?? []
        self.init(text: String(decoding: bytes, as: UTF8.self))
    }

    init(text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard var pattern = fields.first, !pattern.hasPrefix("[") else { continue }
            // As in .gitignore, a pattern with a slash that is not its last sign starts at the root.
            if !pattern.dropLast().contains("/") { pattern = "**/" + pattern }
            rules.append((GlobPattern(pattern, separator: UInt8(ascii: "/")), Array(fields.dropFirst())))
        }
    }

    func owner(of path: String) -> String? {
        guard !rules.isEmpty else { return nil }
        let parts = Array(path.utf8).split(separator: UInt8(ascii: "/"))
        let owners = rules.last { $0.pattern.matchesBeginning(of: parts) }?.owners ?? []
        return owners.isEmpty ? nil : owners.joined(separator: " ")
    }
}
