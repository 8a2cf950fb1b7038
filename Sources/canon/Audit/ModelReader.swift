import CanonAudit
import CanonCodeModel
import CanonFacts
import CanonPython
import Foundation

/// Reads the Python files of a folder and links them to a model.
struct ModelReader {
    let options: PythonOptions
    let jobs: Int
    let cache: CacheOptions

    /// The manifest of a folder; an empty one when it has none.
    ///
    /// - Throws: `ConfigurationError` for one that cannot be used.
    static func manifest(of root: String) throws -> Manifest {
        let path = root + "/" + ManifestFile.name
        guard FileManager.default.fileExists(atPath: path) else { return Manifest() }
        return try ManifestFile.read(path, shownAs: path, today: ManifestFile.today)
    }

    /// - Parameters:
    ///   - root: the folder.
    ///   - searchRoots: folders in it in which absolute imports start; none: the manifest's, or inferred.
    ///   - manifest: what its image ships; nothing else is read into the model.
    /// - Throws: `CommandFailure` when the folder cannot be read or holds no Python.
    func model(of root: String, searchRoots given: [String], manifest: Manifest) throws -> CodeModel {
        let searchRoots = given.isEmpty ? manifest.searchPaths.map(\.value) : given
        let shipped = manifest.roots.map(\.value)
        let run = try PythonRun(paths: [root], options: options, jobs: jobs, cache: cache)
        let files = run.map { file, outcome -> CodeFile? in
            switch outcome {
            case _ where !Self.ships(file.name, shipped): return nil
            case .failure(let error):
                Terminal.errors.writeLine("error: \(file.name.escapingControls): cannot be read: \(error)")
                return nil
            case .success(let facts): return CodeFile(path: file.name, facts: facts)
            }
        }
        run.finish()
        try run.reportUnlisted()
        guard !files.isEmpty else {
            throw CommandFailure("\(root): there is no *.py file beneath it", status: ExitStatus.unknown)
        }
        var linking = CodeModel.Options(
            searchRoots: searchRoots, jobs: jobs,
            environment: RuntimeEnvironment(version: [3, Int(options.version.rawValue), 0]))
        var model = CodeModel(files: files.compactMap(\.self), options: linking)
        // Where nothing is missing, nobody looks for modules without source.
        linking.compiledModules = Self.compiledModules(in: model.foldersLackingModules(), of: root)
        if !linking.compiledModules.isEmpty { model = CodeModel(files: model.files, options: linking) }
        for path in searchRoots where !model.searchRoots.contains(path) {
            throw CommandFailure(
                "--search-root \(path): there is no Python in it below \(root)", status: ExitStatus.usage)
        }
        return model
    }

    /// Whether a file is among what is shipped: all is, when nothing is named.
    private static func ships(_ path: String, _ roots: [String]) -> Bool {
        roots.isEmpty || roots.contains { $0 == path || path.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") || $0 == "." }
    }

    /// Files beside the sources that the interpreter imports as well.
    private static func compiledModules(in folders: [String], of root: String) -> [String] {
        folders.flatMap { folder -> [String] in
            let path = folder.isEmpty ? root : root + "/" + folder
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            return names.filter { $0.hasSuffix(".so") || $0.hasSuffix(".pyd") }.sorted()
                .map { folder.isEmpty ? $0 : folder + "/" + $0 }
        }
    }
}

extension CodeModel {
    /// `path:line`
    func text(of place: Place) -> String { "\(path(of: place.file)):\(place.line)" }
}
