/// What the judge needs to know of the whole tree, found out once.
struct TreeSurvey {
    let files: [EvidenceFile]
    /// Files whose text holds a pattern, in the order of paths.
    private(set) var textMatches: [SearchPattern: [EvidenceFile]] = [:]
    private(set) var pathMatches: [SearchPattern: [EvidenceFile]] = [:]
    /// Files that could not be read.
    private(set) var unread: [String] = []
    private let paths: Set<String>
    private let byLastName: [Substring: [Int]]
    let folders: [String]
    /// The letters of all names of folders and files, in one text.
    private let names: String

    init(_ evidence: some ClaimEvidence, patterns: [SearchPattern]) {
        files = evidence.files
        paths = Set(files.map(\.path))
        var byLastName: [Substring: [Int]] = [:]
        var folders: Set<String> = []
        for (index, file) in files.enumerated() {
            byLastName[Self.lastName(file.path), default: []].append(index)
            var end = file.path.lastIndex(of: "/")
            while let slash = end {
                guard folders.insert(String(file.path[..<slash])).inserted else { break }
                end = file.path[..<slash].lastIndex(of: "/")
            }
        }
        self.byLastName = byLastName
        self.folders = folders.sorted()
        names = Set(byLastName.keys).union(self.folders.map { Self.lastName($0) }).map {
            ClaimWords.letters(of: String($0))
        }
        .joined(separator: " ")
        for pattern in patterns {
            textMatches[pattern] = []
            pathMatches[pattern] = []
        }
        guard !patterns.isEmpty else { return }
        let search = WordSearch(patterns)
        for file in files {
            for index in search.found(in: Array(file.path.utf8)) { pathMatches[patterns[index]]?.append(file) }
            guard let bytes = evidence.bytes(of: file.path) else {
                unread.append(file.path)
                continue
            }
            for index in search.found(in: bytes) { textMatches[patterns[index]]?.append(file) }
        }
    }

    /// Whether a word is part of the name of a folder or file: what a tree is about is said there.
    func hasName(_ word: String) -> Bool { names.contains(ClaimWords.letters(of: word)) }

    static func lastName(_ path: String) -> Substring {
        path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
    }

    /// The endings of files that hold code.
    static let sourceEndings: Set<Substring> = [
        "py", "pyi", "swift", "js", "mjs", "cjs", "jsx", "ts", "tsx", "go", "java", "kt", "rb", "rs", "c", "h", "cc",
        "cpp",
        "hpp", "cs", "m", "mm", "php", "scala", "sh", "sql",
    ]

    static func isSource(_ path: String) -> Bool {
        let name = lastName(path)
        guard let dot = name.lastIndex(of: ".") else { return false }
        return sourceEndings.contains(name[name.index(after: dot)...])
    }

    /// What runners take for a file of tests: `test_*`, `*_test`, `*.test.*`, `*.spec.*`, `*Tests`.
    static func isTestFile(_ path: String) -> Bool {
        guard isSource(path) else { return false }
        let name = lastName(path)
        let stem = name.prefix { $0 != "." }
        return stem.hasPrefix("test_") || stem.hasSuffix("_test") || stem.hasSuffix("_tests") || stem.hasSuffix("Tests")
            || name.contains(".test.") || name.contains(".spec.")
    }

    /// What a path of a document is.
    enum Found: Equatable {
        /// As it stands there, or from the root.
        case file(String)
        case folder(String)
        /// Not from the root, but files end so.
        case ending([String])
        /// Similar names: the same stem elsewhere, or in the same folder with another ending.
        case missing(near: [String])
    }

    func find(_ path: String) -> Found {
        let found = findAsWritten(path)
        guard case .missing = found, path.hasPrefix("/") else { return found }
        // `/home/somebody/work/shop/cart.py`: the path of another machine ends with that of the tree.
        var rest = path.split(separator: "/").dropFirst()
        while rest.count > 1 {
            let ending = rest.joined(separator: "/")
            if paths.contains(ending) { return .file(ending) }
            rest = rest.dropFirst()
        }
        return found
    }

    private func findAsWritten(_ path: String) -> Found {
        var path = Substring(path)
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        while path.hasPrefix("/") || path.hasPrefix("@") { path = path.dropFirst() }
        while path.hasSuffix("/") { path = path.dropLast() }
        let text = String(path)
        if paths.contains(text) { return .file(text) }
        if isFolder(text) { return .folder(text) }
        let name = Self.lastName(text)
        let endings = (byLastName[name] ?? []).map { files[$0].path }
        let found = endings.filter { $0.hasSuffix("/" + text) }
        if !found.isEmpty { return .ending(found) }
        if let folder = folders.first(where: { $0.hasSuffix("/" + text) }) { return .folder(folder) }
        let stem = name.prefix { $0 != "." }
        let beside =
            stem.count < 4 ? [] : files.map(\.path).filter { $0 != text && Self.lastName($0).hasPrefix(stem + ".") }
        return .missing(near: Array((endings + beside.filter { !endings.contains($0) }).prefix(3)))
    }

    private func isFolder(_ path: String) -> Bool {
        var range = folders.startIndex..<folders.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if folders[middle] == path { return true }
            if folders[middle] < path {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return false
    }

    func scope(of path: String) -> EvidenceFile.Scope? {
        (byLastName[Self.lastName(path)] ?? []).first { files[$0].path == path }.map { files[$0].scope }
    }
}

/// The names with which the paths and dotted names of a tree can begin: a word of a document is a claim about the tree only
/// when the tree has it.
struct TreeVocabulary {
    /// First segments of paths.
    let roots: Set<String>
    /// First parts of dotted names: folders and modules that code could be imported from.
    let packages: Set<String>
    /// Last names of files.
    let names: Set<String>
    /// Endings of files that the tree has: `py`, `md`.
    let endings: Set<String>

    init(paths: some Sequence<String>) {
        var roots: Set<String> = []
        var packages: Set<String> = []
        var names: Set<String> = []
        var endings: Set<String> = []
        for path in paths {
            let segments = path.split(separator: "/")
            guard let first = segments.first, let last = segments.last else { continue }
            roots.insert(String(first))
            names.insert(String(last))
            if let dot = last.lastIndex(of: "."), dot != last.startIndex {
                endings.insert(String(last[last.index(after: dot)...]))
            }
            guard TreeSurvey.isSource(path) else { continue }
            if segments.count > 1 {
                packages.insert(String(first))
                // `src/shop/cart.py` is shop.cart.
                if segments.count > 2, ["src", "lib", "Sources", "app"].contains(first) {
                    packages.insert(String(segments[1]))
                }
            } else {
                packages.insert(String(last.prefix { $0 != "." }))
            }
        }
        self.roots = roots
        self.packages = packages
        self.names = names
        self.endings = endings
    }
}
