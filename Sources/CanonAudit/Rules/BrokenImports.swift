import CanonCodeModel
import CanonFacts

/// An import statement of something that should be in the tree and is not.
struct BrokenImport {
    var statement: Import
    /// The module that lacks it; nil when not even its package is there.
    var module: ModuleID?
    /// With dots, as far as it is missing: `package.module` or `package.module.Name`.
    var symbol: String
    /// The module may make such a name while it runs: nobody can tell from the source.
    var mayBeComputed: Bool
}

/// Finds imports of what is not there, and knows what only seems to be missing: modules that are compiled from another language
/// or written by a build.
struct BrokenImports {
    private let model: CodeModel
    private let paths: [String]
    /// Names of Python files, without their ending, that build files mention: a build writes them.
    private let written: Set<String>
    /// What modules that lack something do to names, found out when the first of them is asked for.
    private var behaviours: [FileID: Behaviour] = [:]

    /// Ways in which names come to be that statements do not show.
    private struct Behaviour {
        /// `globals().update(…)`, `exec(…)`, `@global_enum`, `sys.modules[__name__] = …`, all names of a compiled module
        var computesNames = false
        /// `sys.modules["package.module"] = …`
        var registered: Set<String> = []
        /// `global x` in a function that binds it.
        var boundByFunctions: Set<String> = []
    }

    init(_ context: borrowing RuleContext) {
        model = context.model
        let tree = context.tree
        paths = tree.paths
        let names = [
            "setup.py", "setup.cfg", "pyproject.toml", "meson.build", "CMakeLists.txt", ".gitignore", "MANIFEST.in",
        ]
        var written: Set<String> = []
        for name in names { written.formUnion(Self.pythonFiles(in: tree.bytes(of: name) ?? [])) }
        self.written = written
    }

    /// The broken imports of a file, in the order of the source.
    mutating func imports(of file: FileID) -> [BrokenImport] {
        var found: [BrokenImport] = []
        for statement in model.imports(in: file) where statement.target == .missing {
            guard !statement.context.contains(.never), let missing = model.missing(of: statement, in: file) else {
                continue
            }
            // The module has the name, for something of another module that is not there: the cause is its statement.
            if statement.kind == .name, let from = statement.from, from != missing.module { continue }
            // The code of a package is a module of its own: `import package.__init__`.
            if missing.part == "__init__" { continue }
            if let module = missing.module, isMadeElsewhere(missing.part, in: module) { continue }
            let parent = missing.module.map { model.modules[Int($0.rawValue)].name } ?? ""
            let symbol = parent.isEmpty ? missing.part : "\(parent).\(missing.part)"
            var mayBeComputed = false
            if let source = missing.module.flatMap({ model.file(of: $0) }) {
                // It has the name from an import that fails itself, or comes from a compiled module: the cause is there.
                if statement.kind == .name, source != file, !model.bindings(of: missing.part, in: source).isEmpty {
                    continue
                }
                let behaviour = behaviour(of: source)
                if behaviour.registered.contains(symbol) { continue }
                mayBeComputed = behaviour.computesNames || behaviour.boundByFunctions.contains(missing.part)
            }
            found.append(
                BrokenImport(
                    statement: statement, module: missing.module, symbol: symbol, mayBeComputed: mayBeComputed))
        }
        return found
    }

    private mutating func behaviour(of file: FileID) -> Behaviour {
        if let known = behaviours[file] { return known }
        // Star imports may go in a circle.
        behaviours[file] = Behaviour()
        let facts = model.facts(of: file)
        var behaviour = Behaviour()
        for statement in model.imports(in: file) where statement.kind == .all {
            // All names of a compiled module, or of one that takes its names from such a one.
            guard let from = statement.from.flatMap({ model.file(of: $0) }), statement.target != .missing else {
                behaviour.computesNames = true
                continue
            }
            if self.behaviour(of: from).computesNames { behaviour.computesNames = true }
        }
        for state in facts.state where state.owner == .module && state.flags.contains(.setByFunction) {
            behaviour.boundByFunctions.insert(facts.names[state.name])
        }
        for (_, event) in facts.events.selecting([.call, .use, .bind]) {
            switch event.kind {
            case .call, .use:
                guard event.kind == .call || event.flags.contains(.decorator) else { continue }
                let computes = facts.names.withUTF8(of: event.name) { text in
                    let last = text[(text.lastIndex(of: 0x2E).map { $0 + 1 } ?? 0)...]
                    return Self.computing.contains { last.elementsEqual($0) }
                }
                if computes { behaviour.computesNames = true }
            case .bind where event.form == .subscript:
                let isModules = facts.names.withUTF8(of: event.name) { $0.suffix(11).elementsEqual("sys.modules".utf8) }
                guard isModules else { continue }
                if event.linkedName.exists {
                    behaviour.registered.insert(facts.names[event.linkedName])
                } else {
                    // `sys.modules[__name__] = other`: it has the names of something else.
                    behaviour.computesNames = true
                }
            default: break
            }
        }
        behaviours[file] = behaviour
        return behaviour
    }

    private static let computing = ["globals", "exec", "global_enum", "_convert_"].map { Array($0.utf8) }

    /// Whether a module of that name comes from something else than a Python file of the tree.
    private func isMadeElsewhere(_ part: String, in package: ModuleID) -> Bool {
        let folder = folder(of: package)
        let stem = folder.isEmpty ? part : "\(folder)/\(part)"
        var index = firstPath(from: stem + ".")
        while index < paths.count, paths[index].hasPrefix(stem + ".") {
            let ending = paths[index].dropFirst(stem.count + 1).split(separator: ".").last ?? ""
            if Self.compiled.contains(String(ending)) { return true }
            index += 1
        }
        if part.hasSuffix("_pb2") || part.hasSuffix("_pb2_grpc") { return true }
        return written.contains(part)
    }

    private static let compiled: Set<String> = [
        "so", "pyd", "dylib", "pyx", "pxd", "pyi", "c", "cc", "cpp", "rs", "f90",
    ]

    private func folder(of module: ModuleID) -> String {
        var parts: [String] = []
        var next: ModuleID? = module
        while let id = next {
            let module = model.modules[Int(id.rawValue)]
            if !module.component.isEmpty { parts.append(module.component) }
            next = module.parent
        }
        return parts.reversed().joined(separator: "/")
    }

    /// The first of the sorted paths that is not smaller.
    private func firstPath(from text: String) -> Int {
        var low = 0
        var high = paths.count
        while low < high {
            let middle = (low + high) / 2
            if paths[middle] < text { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The `name` of each `name.py` in a text.
    private static func pythonFiles(in text: [UInt8]) -> Set<String> {
        var names: Set<String> = []
        var start = 0
        for index in text.indices where !isNamePart(text[index]) {
            if text[index] == 0x2E, index > start, text[(index + 1)...].starts(with: "py".utf8) {
                names.insert(String(decoding: text[start..<index], as: UTF8.self))
            }
            start = index + 1
        }
        return names
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }
}

extension ArmContext {
    /// The statement runs whenever the module is imported, and nothing catches its ImportError.
    var isCertain: Bool {
        isDisjoint(with: [
            .typeChecking, .never, .conditional, .function, .importGuard, .importFallback, .exceptArm, .mainGuard,
            .platform,
        ])
    }
}
