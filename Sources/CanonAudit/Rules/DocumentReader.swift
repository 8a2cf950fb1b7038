import CanonCodeModel
import CanonFacts

/// Says of what a document names whether it is there.
struct DocumentReader {
    enum Answer {
        case fine
        case gone(String, suggestion: String?)
        /// An import of an object: through which module, as it is written.
        case object(ObjectID, ModuleID, String)
    }

    /// Finds what this can judge.
    let mentions: DocumentMentions
    private let model: CodeModel
    private var answers: [DocumentMentions.Mention.Kind: Answer] = [:]
    /// Names that absolute imports of the tree may begin with, and that have code.
    private let packages: Set<String>
    private let folders: Set<Substring>
    private let paths: [String]
    /// Paths by the last two parts, for those that are written from a folder in the middle.
    private let endings: [Substring: [Int]]

    init(_ context: borrowing RuleContext) {
        model = context.model
        var packages: Set<String> = []
        for file in context.liveFiles {
            let name = context.moduleName(of: file)
            if name.utf8.contains(UInt8(ascii: ".")) { packages.insert(String(name.firstPart(before: "."))) }
        }
        self.packages = packages
        paths = context.model.files.map(\.path)
        var folders: Set<Substring> = []
        var endings: [Substring: [Int]] = [:]
        for (index, path) in paths.enumerated() {
            guard let slash = path.utf8.firstIndex(of: UInt8(ascii: "/")) else { continue }
            folders.insert(path[..<slash])
            let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.index(after: $0) } ?? path.startIndex
            endings[path[name...], default: []].append(index)
        }
        self.folders = folders
        self.endings = endings
        mentions = DocumentMentions(beginnings: packages.union(folders.map(String.init)))
    }

    mutating func judge(_ mention: DocumentMentions.Mention) -> Answer {
        if let known = answers[mention.kind] { return known }
        let answer = judge(mention.kind)
        answers[mention.kind] = answer
        return answer
    }

    private func judge(_ mention: DocumentMentions.Mention.Kind) -> Answer {
        switch mention {
        case .importName(let module, let name):
            guard isOfTree(module) else { return .fine }
            let resolution = model.resolve("\(module).\(name)")
            switch resolution.target {
            case .missing(let missing): return gone(missing)
            case .object(let object):
                guard let path = model.module(named: module) else { return .fine }
                return .object(object, path, "\(module).\(name)")
            case .module, .variable, .external, .unresolved: return .fine
            }
        case .importModule(let module):
            guard isOfTree(module) else { return .fine }
            if case .missing(let missing) = model.resolve(module).target { return gone(missing) }
            return .fine
        case .dotted(let name):
            guard isOfTree(name), !isFileName(name) else { return .fine }
            guard case .missing(let missing) = model.resolve(name).target else { return .fine }
            // `shop.example.org`: nothing but the first part is known here.
            guard let module = missing.module, model.modules[Int(module.rawValue)].name.utf8.contains(UInt8(ascii: "."))
            else {
                return .fine
            }
            return gone(missing)
        case .file(let path): return judge(file: path)
        }
    }

    private func gone(_ missing: Missing) -> Answer {
        guard let module = missing.module, !Self.isPlaceholder(missing.part) else { return .fine }
        return .gone("\(model.modules[Int(module.rawValue)].name).\(missing.part)", suggestion: nil)
    }

    /// `your_module`, `new_name`: to be filled in by the reader.
    private static func isPlaceholder(_ name: String) -> Bool {
        ["your_", "my_", "new_", "some_", "xxx", "Your", "My", "foo", "example"].contains { name.hasPrefix($0) }
    }

    private func isOfTree(_ name: String) -> Bool {
        packages.contains(String(name.firstPart(before: ".")))
    }

    /// `shop.config.py`, `shop.cart.yaml`
    private func isFileName(_ name: String) -> Bool {
        guard let last = name.lastPart(at: ".") else { return false }
        return [
            "py", "md", "yaml", "yml", "toml", "json", "txt", "ini", "cfg", "xml", "log", "sh", "com", "org", "net",
            "io", "ai",
        ]
        .contains(last)
    }

    private func judge(file path: String) -> Answer {
        // From a folder that the tree does not have, it is somebody else's.
        guard let slash = path.firstIndex(of: "/"), folders.contains(path[..<slash]) else { return .fine }
        let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
        let candidates = endings[name] ?? []
        if candidates.contains(where: { paths[$0] == path || paths[$0].hasSuffix("/" + path) }) { return .fine }
        return .gone(path, suggestion: candidates.count == 1 ? paths[candidates[0]] : nil)
    }
}
