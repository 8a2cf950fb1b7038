import ArgumentParser
import CanonAudit
import CanonCodeModel
import CanonFacts

/// Where a program is that a command asks about, and what of it counts as its own.
struct ProgramOptions: ParsableArguments {
    @Option(help: "The folder with the program.", completion: .directory) var root = "."
    @Option(
        help:
            "A folder below the root in which absolute imports start; may be repeated. Default: the manifest's, else the root, and src when used.",
        completion: .directory)
    var searchRoot: [String] = []
    @OptionGroup var source: SourceOptions
}

/// What is read, linked as the image that ships it.
struct Program {
    let input: Audit.Input
    let model: CodeModel

    var manifest: Manifest { input.manifest }

    /// - Throws: `CommandFailure` when the folder cannot be used or holds nothing to read, or a search root is not there.
    init(_ options: ProgramOptions) throws {
        let reader = try AuditReader(options.source.settings(path: options.root))
        let input = try options.source.input(reader)
        try reader.requireSources(input)
        self.input = input
        for gap in input.unread {
            Terminal.errors.writeLine("error: \(gap.path.escapingControls): \(gap.text.escapingControls)")
        }
        let scopes = ScopeMap(manifest: input.manifest)
        let files = input.files.filter { scopes.ships($0.path) }
        guard !files.isEmpty else {
            throw CommandFailure(
                "\(input.manifest.path): none of its roots holds a file that can be read here (*.py)",
                status: ExitStatus.usage)
        }
        let declared = input.manifest.searchPaths.map(\.value)
        let searchRoots = options.searchRoot.isEmpty ? declared : options.searchRoot
        let version = input.python.split(separator: ".").compactMap { Int($0) }
        var linking = CodeModel.Options(
            searchRoots: searchRoots, jobs: input.jobs, environment: RuntimeEnvironment(version: version + [0]))
        var model = CodeModel(files: files, options: linking)
        // Where nothing is missing, nobody looks for modules without source.
        linking.compiledModules = Self.compiledModules(in: model.foldersLackingModules(), input.tree)
        if !linking.compiledModules.isEmpty { model = CodeModel(files: files, options: linking) }
        for path in searchRoots where !model.searchRoots.contains(path) {
            throw CommandFailure(
                "--search-root \(path): there is no Python in it below \(reader.root)", status: ExitStatus.usage)
        }
        self.model = model
    }

    /// Ends a command whose answer may lack something, after the answer.
    ///
    /// - Throws: the status of an incomplete answer when something could not be read.
    func requireComplete() throws {
        guard input.unread.isEmpty else { throw ExitStatus.unknown }
    }

    /// Files beside the sources that the interpreter imports as well.
    private static func compiledModules(in folders: [String], _ tree: any SourceTree) -> [String] {
        guard !folders.isEmpty else { return [] }
        let folders = Set(folders)
        return tree.paths.filter { path in
            guard path.hasSuffix(".so") || path.hasSuffix(".pyd") else { return false }
            return folders.contains(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "")
        }
    }
}

extension CodeModel {
    /// `path:line`
    func text(of place: Place) -> String { "\(path(of: place.file)):\(place.line)" }
}
