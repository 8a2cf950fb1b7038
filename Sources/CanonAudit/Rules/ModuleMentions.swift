import CanonCodeModel
import CanonFacts

/// Texts that name modules, and code that imports by computed names.
struct ModuleMentions {
    /// Where a module is named by a text.
    private(set) var named: [FileID: Evidence] = [:]
    /// Packages whose code imports by computed names, with the place.
    private var loaders: [ModuleID: Evidence] = [:]
    private var byName: [UInt64: FileID] = [:]
    private var byPath: [UInt64: FileID] = [:]

    init(of files: [FileID], _ reachability: Reachability, _ context: RuleContext) {
        let model = context.model
        for file in files {
            byName[Self.hash(context.moduleName(of: file))] = file
            byPath[Self.hash(context.path(of: file))] = file
        }
        for file in context.liveFiles where reachability.contains(model.module(of: file)) { read(file, model) }
        for path in context.tree.paths where Self.isConfiguration(path) {
            guard let bytes = context.tree.bytes(of: path), bytes.count <= Self.mostBytes else { continue }
            read(bytes, path)
        }
    }

    /// Code that computes the name may load every module below its package.
    func loader(of file: FileID, _ model: CodeModel) -> Evidence? {
        guard !loaders.isEmpty else { return nil }
        var module: ModuleID? = model.module(of: file)
        while let current = module {
            if let evidence = loaders[current] { return evidence }
            module = model.modules[Int(current.rawValue)].parent
        }
        return nil
    }

    // MARK: Code

    private mutating func read(_ file: FileID, _ model: CodeModel) {
        let facts = model.files[Int(file.rawValue)].facts
        for (_, event) in facts.events.selecting([.dynamicImport, .call, .bind]) {
            switch event.kind {
            case .dynamicImport where event.flags.contains(.unresolved):
                let module = model.module(of: file)
                let isPackage = model.modules[Int(module.rawValue)].kind == .package
                guard let package = isPackage ? module : model.modules[Int(module.rawValue)].parent,
                    loaders[package] == nil
                else { continue }
                loaders[package] = Evidence(
                    path: model.path(of: file), line: Int(event.line),
                    text: "imports modules by a name that is computed")
            case .call where event.value.exists: note(event.value, event.line, file, facts, model)
            case .bind where event.valueKind == .string && event.value.exists:
                note(event.value, event.line, file, facts, model)
            default: break
            }
        }
    }

    private mutating func note(_ text: Name, _ line: UInt32, _ file: FileID, _ facts: FileFacts, _ model: CodeModel) {
        let found = facts.names.withUTF8(of: text) { text in text.contains(UInt8(ascii: ".")) ? match(text[...]) : nil }
        guard let found, named[found] == nil else { return }
        named[found] = Evidence(path: model.path(of: file), line: Int(line), text: "\"\(facts.names[text])\"")
    }

    // MARK: Configuration

    static let mostBytes = 1 << 20

    /// Files that say what is started.
    static func isConfiguration(_ path: String) -> Bool {
        // By bytes: it is asked of every path of the tree.
        let bytes = path.utf8
        let name = bytes[(bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? bytes.startIndex)...]
        if name.starts(with: "Dockerfile".utf8) { return true }
        return name.elementsEqual("Procfile".utf8) || name.elementsEqual("Makefile".utf8)
            || endings.contains { path.hasSuffix($0) }
    }

    private static let endings = [".toml", ".cfg", ".ini", ".yml", ".yaml", ".sh", ".service", ".conf"]

    private mutating func read(_ bytes: [UInt8], _ path: String) {
        bytes.withUnsafeBufferPointer { bytes in
            var line = 1
            var start = 0
            var hasDot = false
            for index in 0...bytes.count {
                let byte = index < bytes.count ? bytes[index] : UInt8(ascii: "\n")
                if Self.isPart(byte) {
                    if byte == UInt8(ascii: ".") { hasDot = true }
                    continue
                }
                if hasDot, let found = match(bytes[start..<index]), named[found] == nil {
                    named[found] = Evidence(
                        path: path, line: line, text: String(decoding: bytes[start..<index], as: UTF8.self))
                }
                start = index + 1
                hasDot = false
                if byte == UInt8(ascii: "\n") { line += 1 }
            }
        }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }

    // MARK: Texts

    /// The module that a text names: `a.b`, `a.b:run`, `a.b.run` or `a/b.py`.
    private func match(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> FileID? {
        if text.contains(UInt8(ascii: "/")) {
            return byPath[Self.hash(text.starts(with: "./".utf8) ? text.dropFirst(2) : text)]
        }
        let symbol = text.prefix { $0 != UInt8(ascii: ":") }
        if let file = byName[Self.hash(symbol)] { return file }
        guard let dot = symbol.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        return byName[Self.hash(symbol[..<dot])]
    }

    private static func hash(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { hash($0[...]) }
    }

    private static func hash(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
        ContentHash.of(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text)))
    }
}
