import CanonCodeModel
import CanonFacts

/// Which modules of Swift are linked into one program: those that some module imports, directly or through others, together
/// with itself.
///
/// Services that are declared say who may import whom. They do not say this: a command that imports two modules which do not know
/// each other has the code of both.
struct SwiftPrograms: Sendable {
    /// The module of each file; nil of another language.
    private let modules: [ModuleID?]
    private var pairs: Set<Pair> = []

    private struct Pair: Hashable {
        var a: ModuleID
        var b: ModuleID
    }

    init(model: CodeModel, live: [FileID]) {
        guard model.files.contains(where: { $0.facts.language == .swift }) else {
            modules = []
            return
        }
        let modules = model.files.indices.map { index -> ModuleID? in
            let file = FileID(rawValue: UInt32(index))
            return model.language(of: file) == .swift ? model.module(of: file) : nil
        }
        self.modules = modules
        var imports: [ModuleID: Set<ModuleID>] = [:]
        for file in live {
            guard let module = modules[Int(file.rawValue)] else { continue }
            imports[module, default: []].formUnion(model.imports(in: file).compactMap(\.from))
        }
        for module in imports.keys {
            var linked: Set<ModuleID> = [module]
            var open = [module]
            while let next = open.popLast() {
                for imported in imports[next] ?? [] where linked.insert(imported).inserted { open.append(imported) }
            }
            for a in linked { for b in linked { pairs.insert(Pair(a: a, b: b)) } }
        }
    }

    /// Nil when it is not for this to say: both files are of another language.
    func together(_ a: FileID, _ b: FileID) -> Bool? {
        guard !modules.isEmpty else { return nil }
        switch (modules[Int(a.rawValue)], modules[Int(b.rawValue)]) {
        case (let a?, let b?): return pairs.contains(Pair(a: a, b: b))
        case (nil, nil): return nil
        default: return false
        }
    }
}
