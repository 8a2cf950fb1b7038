public import CanonFacts

// What is asked of Swift files alone.
extension CodeModel {
    public func language(of file: FileID) -> SourceLanguage { graph.files[Int(file.rawValue)].facts.language }

    /// The files that hold a module's code: one in Python, all of a target in Swift.
    public func files(of module: ModuleID) -> [FileID] {
        graph.files(ofModule: module.rawValue).map { FileID(rawValue: $0) }
    }

    /// The type that an extension extends; of anything else itself.
    public func extendedType(of object: ObjectID) -> ObjectID { graph.swift?.type(of: object) ?? object }

    /// The word that introduces a declaration of Swift (`struct`, `func`), and its modifiers; empty in Python.
    public func modifiers(of object: ObjectID) -> [String] {
        guard graph.isSwift(object.file.rawValue), let declaration = declaration(of: object) else { return [] }
        let facts = facts(of: object.file)
        let words = declaration.keywords.indices
        return stride(from: words.lowerBound, to: words.upperBound, by: 2).map {
            facts.names[Name(rawValue: facts.lists[$0])]
        }
    }

    /// What the statements of a type and its extensions say.
    func ownSwiftInfo(of object: ObjectID) -> ClassInfo {
        var info = ClassInfo(bases: [], ancestors: [], externalBases: [], traits: [])
        var search = Graph.Search()
        let parts = graph.swift?.parts(of: object) ?? [object]
        let texts = parts.flatMap { part -> [String] in
            guard let declaration = declaration(of: part) else { return [] }
            let facts = facts(of: part.file)
            return facts.texts(declaration.bases).map { text in String(text.prefix { $0 != "[" }) }
        }
        for (text, link) in zip(texts, graph.bases(of: object, &search)) {
            // What is not in the tree is a library's.
            guard case .object(let base) = link else {
                info.bases.append(.external(text))
                info.externalBases.append(text)
                if text == "Error" || text == "LocalizedError" { info.traits.insert(.exception) }
                continue
            }
            info.bases.append(.object(base))
        }
        switch modifiers(of: object).first {
        case "protocol": info.traits.insert(.protocolClass)
        case "enum": info.traits.insert(.enumeration)
        default: break
        }
        return info
    }
}
