import CanonFacts
import CanonPython
import Testing

/// The facts of a source text.
func facts(of source: String, version: PythonVersion = .v3_13) throws -> FileFacts {
    var reader = PythonFactReader(version: version)
    var source = source
    let problem = source.withUTF8 { reader.read(UnsafeRawBufferPointer($0)) }
    try #require(problem == nil, "the source of the test does not parse")
    return reader.facts
}

extension FileFacts {
    /// Events of some kinds, a line each, short enough to read in a test.
    func lines(_ kinds: Event.Kind...) -> [String] {
        events.filter { kinds.contains($0.kind) }.map { line($0) }
    }

    func line(_ event: Event) -> String {
        let name = names[event.name]
        let alias = event.value.exists ? " as \(names[event.value])" : ""
        let module = String(repeating: ".", count: Int(event.count)) + names[event.linkedName]
        let unresolved = event.flags.contains(.unresolved) ? " ?" : ""
        switch event.kind {
        case .enter: return "\(event.block) {"
        case .leave: return "}"
        case .importModule: return "import \(name)\(alias)"
        case .importName: return "from \(module) import \(name)\(alias)"
        case .importAll: return "from \(module) import *"
        case .dynamicImport: return "\(names[event.value]) \(name) \(names[event.linkedName])\(unresolved)"
        case .bind:
            let form = event.form == .name ? "" : " \(event.form)"
            let key = event.linkedName.exists ? "[\(names[event.linkedName])]" : ""
            let container = event.container == .none ? "" : " \(event.container)"
            let value = event.value.exists ? " \(names[event.value])" : ""
            return "\(event.binding)\(form) \(name)\(key) = \(event.valueKind)\(container)\(value)\(unresolved)"
        case .unbind: return "del \(name)"
        case .declareGlobal: return "global \(name)"
        case .declareNonlocal: return "nonlocal \(name)"
        case .exports: return "\(event.exports) \(texts(event.list))\(unresolved)"
        case .call:
            let text = event.value.exists ? " '\(names[event.value])'" : ""
            return "\(name)(\(event.count))\(text)\(unresolved)"
        case .use: return "use \(name)"
        case .return: return "return \(event.valueKind)" + (event.value.exists ? " \(names[event.value])" : "")
        case .raise: return "raise \(name)\(unresolved)"
        case .assertion: return "assert \(name)"
        }
    }

    /// `owner name: container`, in order.
    var stateLines: [String] {
        state.map { item in
            let owner =
                item.declaration == FileFacts.noIndex ? "" : names[declarations[Int(item.declaration)].name] + "."
            return "\(item.owner) \(owner)\(names[item.name]): \(item.container)"
        }
    }

    func declaration(_ name: String) throws -> Declaration {
        declarations[try #require(declarations.indices.first { qualifiedName(of: $0) == name })]
    }
}
