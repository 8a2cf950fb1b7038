import CanonCodeModel
import CanonFacts
import CanonPython
import Foundation
import Testing

/// A real interpreter, which says what is true.
struct PythonInterpreter: Sendable {
    let path: String

    /// The first `python3` of the `PATH`; nil when there is none.
    static let found: PythonInterpreter? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        for folder in folders {
            let path = "\(folder)/python3"
            guard FileManager.default.isExecutableFile(atPath: path) else { continue }
            let interpreter = PythonInterpreter(path: path)
            guard let version = try? interpreter.run("import sys; print(sys.version_info[1])", []),
                Int(version.trimmed) ?? 0 >= 8
            else { continue }
            return interpreter
        }
        return nil
    }()

    /// What a script prints in a fresh, isolated interpreter.
    func run(_ script: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-I", "-S", "-B", "-W", "ignore", "-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    var environment: RuntimeEnvironment {
        get throws {
            let text = try run(
                "import sys, os; print(*sys.version_info[:3], sys.platform, os.name, sys.implementation.name)", [])
            let words = text.trimmed.split(separator: " ").map(String.init)
            return RuntimeEnvironment(
                version: words[..<3].compactMap { Int($0) }, platform: words[3], systemName: words[4],
                implementation: words[5])
        }
    }

    /// Imports a module and prints, a line a module of the folder, in the order of `sys.modules`: its name, and the names of
    /// the folder's classes with a number for each object. Code of the folder may call `report()` to have it printed then.
    static let snapshotScript = """
        import sys, os, builtins
        root, entry = sys.argv[1:3]
        before = set(sys.modules)
        sys.path.insert(0, root)
        own = {name.split('.')[0] for name in os.listdir(root)}
        printed = False
        def report():
            global printed
            if printed: return
            printed = True
            numbers = {}
            for name, module in list(sys.modules.items()):
                if name in before or name.split('.')[0] not in own: continue
                words = [name]
                for key, value in sorted(vars(module).items()):
                    if isinstance(value, type) and value.__module__.split('.')[0] in own:
                        words.append(f"{key}={value.__qualname__}#{numbers.setdefault(value, len(numbers))}")
                print(*words)
        builtins.report = report
        try:
            __import__(entry)
        except BaseException as error:
            print("failed", type(error).__name__)
        report()
        """
}

extension String {
    var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

/// A program in a folder, run by the interpreter and by the replay.
struct Program {
    let sources: [String: String]

    /// What the interpreter says.
    func truth(_ entry: String, _ python: PythonInterpreter) throws -> [String] {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("replay-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, source) in sources {
            let file = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try source.write(to: file, atomically: true, encoding: .utf8)
        }
        return try python.run(PythonInterpreter.snapshotScript, [root.path, entry]).split(separator: "\n").map(
            String.init)
    }

    /// What the replay says, in the same form.
    func replay(_ entry: String, at stop: StopPoint? = nil, jobs: Int = 1) throws -> [String] {
        var reader = PythonFactReader(version: .v3_13)
        let files = sources.map { path, source in
            var source = source
            source.withUTF8 { _ = reader.read(UnsafeRawBufferPointer($0)) }
            return CodeFile(path: path, facts: reader.facts)
        }
        let model = CodeModel(files: files, options: CodeModel.Options(searchRoots: [""], jobs: jobs))
        let result = try ImportReplay(model: model).run(entry: entry, at: stop)
        let names = result.names(matching: Glob("*"), modules: Glob("*"), in: model)
        var numbers: [Int: Int] = [:]
        var lines = result.failure == nil ? [] : ["failed"]
        for module in result.modules {
            let own = names.filter {
                $0.name.hasPrefix(module.name + ".") && !$0.name.dropFirst(module.name.count + 1).contains(".")
            }
            let words = own.map { name -> String in
                let number = numbers[name.identity, default: numbers.count]
                numbers[name.identity] = number
                return "\(name.name.dropFirst(module.name.count + 1))=\(model.qualifiedName(of: name.object))#\(number)"
            }
            lines.append(([module.name] + words).joined(separator: " "))
        }
        return lines
    }
}
