import CanonCodeModel
import CanonFacts
import CanonPython
import Testing

/// A model of files given as texts, by path.
func model(
    _ sources: KeyValuePairs<String, String>, searchRoots: [String] = [], jobs: Int = 1
) throws -> CodeModel {
    var reader = PythonFactReader(version: .v3_13)
    var files: [CodeFile] = []
    for (path, source) in sources {
        var source = source
        source.withUTF8 { _ = reader.read(UnsafeRawBufferPointer($0)) }
        files.append(CodeFile(path: path, facts: reader.facts))
    }
    return CodeModel(files: files, options: CodeModel.Options(searchRoots: searchRoots, jobs: jobs))
}

extension CodeModel {
    /// What a resolution found, short enough to read in a test.
    func text(_ resolution: Resolution) -> String {
        switch resolution.target {
        case .object(let object): "\(kind(of: object)) \(symbol(of: object)):\(place(of: object).line)"
        case .module(let module): "module \(name(of: module))"
        case .variable(let place): "variable \(path(of: place.file)):\(place.line)"
        case .external(let name): "external \(name)"
        case .missing(let missing): "missing \(missing.part) in \(missing.module.map { name(of: $0) } ?? "the roots")"
        case .unresolved(let reason): "unresolved \(reason)"
        }
    }

    func found(_ dotted: String) -> String { text(resolve(dotted)) }

    func found(_ dotted: String, in path: String, scope: String? = nil) throws -> String {
        let file = try #require(self.file(path: path))
        let declaration = try scope.map { name in
            try #require(objects(in: file).first { qualifiedName(of: $0) == name }).index
        }
        return text(resolve(dotted, in: file, scope: declaration ?? FileFacts.noIndex))
    }

    /// `path:line statement` of each hop.
    func chain(_ dotted: String) -> [String] {
        resolve(dotted).hops.map { "\(path(of: $0.file)):\($0.line) \(text(of: $0))" }
    }
}
