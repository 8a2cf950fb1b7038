/// The languages whose definitions are understood.
enum Dialect: Sendable, CaseIterable {
    case python, swift, javaScript, typeScript, go, rust, java, c

    /// The dialect of a file, by its name's ending; nil for every other file.
    init?(path: String) {
        switch fileEnding(of: path) {
        case "py", "pyi": self = .python
        case "swift": self = .swift
        case "js", "jsx", "mjs", "cjs": self = .javaScript
        case "ts", "tsx", "mts", "cts": self = .typeScript
        case "go": self = .go
        case "rs": self = .rust
        case "java": self = .java
        case "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "m", "mm": self = .c
        default: return nil
        }
    }
}

/// The name of a file's language for a person; nil when it is not known.
func languageName(of path: String) -> String? {
    let name = path.split(separator: "/").last.map { String($0) } ?? path
    switch name {
    case "Makefile", "GNUmakefile": return "Make"
    case "CMakeLists.txt": return "CMake"
    default: break
    }
    if name.hasPrefix("Dockerfile") { return "Docker" }
    return languageNames[fileEnding(of: path)]
}

/// What follows the last point of a file's name, in lower case; empty without one.
func fileEnding(of path: String) -> String {
    guard let dot = path.utf8.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    let ending = path.utf8[path.utf8.index(after: dot)...]
    guard ending.count <= 12, !ending.contains(UInt8(ascii: "/")) else { return "" }
    return String(path[ending.startIndex...]).lowercased()
}

private let languageNames: [String: String] = [
    "py": "Python", "pyi": "Python", "swift": "Swift", "js": "JavaScript", "jsx": "JavaScript", "mjs": "JavaScript",
    "cjs": "JavaScript", "ts": "TypeScript", "tsx": "TypeScript", "mts": "TypeScript", "cts": "TypeScript", "go": "Go",
    "rs": "Rust", "java": "Java", "kt": "Kotlin", "c": "C", "h": "C/C++ header", "cc": "C++", "cpp": "C++",
    "cxx": "C++", "hh": "C/C++ header", "hpp": "C/C++ header", "m": "Objective-C", "mm": "Objective-C", "cs": "C#",
    "rb": "Ruby", "php": "PHP", "scala": "Scala", "sh": "Shell", "bash": "Shell", "zsh": "Shell", "ps1": "PowerShell",
    "sql": "SQL", "html": "HTML", "htm": "HTML", "css": "CSS", "scss": "CSS", "vue": "Vue", "svelte": "Svelte",
    "md": "Markdown", "rst": "reStructuredText", "txt": "Text", "json": "JSON", "jsonl": "JSON", "yaml": "YAML",
    "yml": "YAML", "toml": "TOML", "ini": "INI", "cfg": "INI", "xml": "XML", "csv": "CSV", "tf": "Terraform",
    "proto": "Protocol Buffers", "graphql": "GraphQL", "lua": "Lua", "r": "R", "jl": "Julia", "dart": "Dart",
    "ex": "Elixir", "exs": "Elixir", "erl": "Erlang", "hs": "Haskell", "ml": "OCaml", "log": "Log",
]
