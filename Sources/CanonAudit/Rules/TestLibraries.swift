import CanonCodeModel
import CanonFacts

/// Which modules are made for tests: by their scope, or because they cannot be imported without a library for tests.
struct TestLibraries {
    private let model: CodeModel
    /// By file.
    private var isTest: [Bool]
    private let scopes: ScopeMap

    private static let libraries = ["pytest", "_pytest", "unittest", "mock", "hypothesis"].map { Array($0.utf8) }
    private static let mocks = ["mock", "unittest.mock"].map { Array($0.utf8) }

    init(_ context: borrowing RuleContext) {
        model = context.model
        scopes = ScopeMap(manifest: context.manifest)
        isTest = Array(repeating: false, count: context.model.files.count)
        for scope in [SourceScope.test, .fixture] {
            for file in context.files(in: scope) { isTest[Int(file.rawValue)] = true }
        }
        for file in context.liveFiles {
            let needsLibrary = model.imports(in: file).contains { statement in
                // In a function or behind an `except` the module works without it.
                statement.context.isDisjoint(with: [
                    .function, .typeChecking, .never, .mainGuard, .importGuard, .conditional,
                ])
                    && isLibrary(statement, in: file)
            }
            let module = context.moduleName(of: file)
            isTest[Int(file.rawValue)] = needsLibrary || Self.isOfLibrary(module)
        }
    }

    /// A library for tests, when its own source is audited.
    private static func isOfLibrary(_ module: String) -> Bool {
        let root = module.utf8.prefix { $0 != 0x2E }
        return libraries.contains { root.elementsEqual($0) && !root.elementsEqual("unittest".utf8) }
    }

    func isTestModule(_ file: FileID) -> Bool { isTest[Int(file.rawValue)] }

    /// A file between files of the product, in which there is no test and no library for tests.
    func isTestByNameOnly(_ file: FileID) -> Bool {
        let path = model.path(of: file)
        guard scopes.scope(of: path) == .test else { return false }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        guard scopes.scope(of: folder + "module.py") != .test else { return false }
        let facts = model.facts(of: file)
        if facts.declarations.contains(where: {
            TestCollection.isTestFunction($0, facts) && !$0.flags.contains(.isMethod)
        }) {
            return false
        }
        return !model.imports(in: file).contains { isLibrary($0, in: file) }
    }

    /// Part of a package of the product that has a name for tests (`django.test`), and is none: it publishes names, by `__all__`, to
    /// whoever tests with the product, and pytest finds no test in it.
    func isPublished(_ file: FileID, _ collection: TestCollection) -> Bool {
        let path = model.path(of: file)
        let folders = path.indices.lazy.filter { path[$0] == "/" }.map { String(path[...$0]) }
        // The outermost folder whose name says that it is for tests.
        guard let folder = folders.first(where: { scopes.scope(of: $0 + "module.py") == .test }),
            let package = model.file(path: folder + "__init__.py"),
            let outer = model.modules[Int(model.module(of: package).rawValue)].parent,
            model.file(of: outer).map({ scopes.scope(of: model.path(of: $0)) }) == .live,
            model.facts(of: package).events.selecting([.exports]).contains(where: { _ in true })
        else { return false }
        return !model.files.contains {
            $0.path.hasPrefix(folder) && (collection.collects($0.path) || TestCollection.isConftest($0.path))
        }
    }

    private func isLibrary(_ statement: Import, in file: FileID) -> Bool {
        guard statement.target == .external else { return false }
        return withModule(of: statement, in: file) { module in
            let root = module.prefix { $0 != 0x2E }
            return Self.libraries.contains { root.elementsEqual($0) }
        }
    }

    /// Whether a statement imports mocks from a library.
    func isMockLibrary(_ statement: Import, in file: FileID) -> Bool {
        guard statement.target == .external else { return false }
        return withModule(of: statement, in: file) { module in Self.mocks.contains { module.elementsEqual($0) } }
    }

    /// The module that a statement names, with the name that `from unittest import mock` adds.
    private func withModule(of statement: Import, in file: FileID, _ body: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool
    {
        let facts = model.facts(of: file)
        let event = facts.events[Int(statement.event)]
        switch event.kind {
        case .importName:
            guard event.count == 0 else { return false }
            return facts.names.withUTF8(of: event.linkedName) { module in
                if body(module) { return true }
                // Only `from unittest import mock` names more than its module does.
                guard module.elementsEqual("unittest".utf8) else { return false }
                return facts.names.withUTF8(of: event.name) { name in
                    (Array(module) + [0x2E] + Array(name)).withUnsafeBufferPointer(body)
                }
            }
        case .importAll: return facts.names.withUTF8(of: event.linkedName, body)
        default: return facts.names.withUTF8(of: event.name, body)
        }
    }
}
