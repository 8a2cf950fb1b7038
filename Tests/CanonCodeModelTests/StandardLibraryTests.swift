import CanonCodeModel
import CanonFacts
import CanonPython
import Foundation
import Testing

/// Modules of the standard library, imported by a real interpreter and by the replay.
@Suite struct StandardLibraryTests {
    /// Written in Python all the way down, or with C modules that import nothing themselves.
    private static let entries = [
        "json", "logging", "argparse", "email.message", "http.client", "dataclasses", "urllib.request", "typing",
        "unittest",
        "concurrent.futures", "http.server", "tarfile",
    ]

    /// The name of the library's folder, then a line an entry: what it imported, in the order of `sys.modules`.
    private static let script = """
        import sys, os
        library = os.path.dirname(os.__file__)
        if len(sys.argv) > 2:
            before = set(sys.modules)
            __import__(sys.argv[1])
            for name, module in sys.modules.items():
                file = getattr(module, '__file__', None) or ''
                if name not in before and file.startswith(library + '/') and file.endswith('.py'):
                    print(name, end=' ')
            sys.exit()
        print(library)
        print(*sys.modules)
        """

    private static let folders: Set<String> = [
        "asyncio", "collections", "concurrent", "email", "encodings", "html", "http", "importlib", "json", "logging",
        "re",
        "unittest", "urllib", "xml",
    ]

    @Test("what the standard library imports is what the interpreter imports, in its order")
    func library() throws {
        guard let python = PythonInterpreter.found else {
            print("no python3 on the PATH: the standard library is not compared")
            return
        }
        let lines = try python.run(Self.script, []).split(separator: "\n").map(String.init)
        let root = lines[0]
        let preloaded = Set(lines[1].split(separator: " ").map(String.init))
        let version = try python.environment
        let model = CodeModel(
            files: try read(root, version), options: CodeModel.Options(searchRoots: [""], environment: version))
        for entry in Self.entries {
            let truth = try python.run(Self.script, [entry, "list"]).split(separator: " ").map(String.init)
            let result = try ImportReplay(model: model, options: ImportReplay.Options(preloaded: preloaded))
                .run(entry: entry)
            #expect(result.failure == nil, "\(entry)")
            let certain = result.modules.filter { !$0.isDoubtful }.map(\.name)
            // Nothing is imported for certain that is not imported, and in that order.
            let own = Set(certain)
            #expect(truth.filter { own.contains($0) } == certain, "\(entry)")
            // Nothing is imported that is not at least possible; what is put into sys.modules by hand is not a file's import.
            let possible = Set(result.modules.map(\.name)).union([
                "importlib._bootstrap", "importlib._bootstrap_external",
            ])
            #expect(truth.filter { !possible.contains($0) } == [], "\(entry)")
            #expect(certain.count * 10 >= truth.count * 6, "\(entry): too little is certain")
        }
    }

    private func read(_ root: String, _ environment: RuntimeEnvironment) throws -> [CodeFile] {
        let version = PythonVersion("3.\(environment.version[1])") ?? .v3_13
        var reader = PythonFactReader(version: version)
        var files: [CodeFile] = []
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        for name in names where name.hasSuffix(".py") {
            let parts = name.split(separator: "/")
            guard parts.count == 1 || Self.folders.contains(String(parts[0])) else { continue }
            guard let data = FileManager.default.contents(atPath: root + "/" + name) else { continue }
            data.withUnsafeBytes { _ = reader.read($0) }
            files.append(CodeFile(path: name, facts: reader.facts))
        }
        return files
    }
}
