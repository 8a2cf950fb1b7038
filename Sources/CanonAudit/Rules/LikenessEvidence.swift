import CanonCodeModel
import CanonFacts

/// How much of a likeness is copied for certain. Short methods of one shape and other names are alike by chance.
struct CopiedLines {
    /// Lines of methods that are equal word for word.
    private(set) var exact = 0
    /// These, and lines of methods of one name and shape, or of long ones of one shape.
    private(set) var sure = 0

    /// Twenty lines of one shape are no chance.
    private static let longMethod: UInt32 = 20
    private static let leastTokens: UInt32 = 24

    init(_ likeness: Likeness, _ model: CodeModel) {
        let others = Self.bodies(of: likeness.second, model)
        let bodies = Set(others.map(\.declaration.bodyHash))
        let shapes = Set(others.map(\.declaration.shapeHash))
        let names = model.facts(of: likeness.second.file).names
        let named = Set(others.map { Named(name: names[$0.declaration.name], shape: $0.declaration.shapeHash) })
        let ownNames = model.facts(of: likeness.first.file).names
        for (body, lines) in Self.bodies(of: likeness.first, model) where shapes.contains(body.shapeHash) {
            let isExact = bodies.contains(body.bodyHash)
            if isExact { exact += lines }
            if isExact || lines >= Self.longMethod
                || named.contains(Named(name: ownNames[body.name], shape: body.shapeHash))
            {
                sure += lines
            }
        }
    }

    private struct Named: Hashable {
        var name: String
        var shape: UInt64
    }

    private static func bodies(of object: ObjectID, _ model: CodeModel) -> [(declaration: Declaration, lines: Int)] {
        model.methods(of: object).compactMap { method in
            guard let declaration = model.declaration(of: method), declaration.tokenCount >= leastTokens else {
                return nil
            }
            return (declaration, model.codeLines(of: method))
        }
    }
}

/// Interfaces that two classes may have in common on purpose: then a person has to tell two backends from a duplicate.
struct Interfaces {
    private struct Interface {
        var object: ObjectID
        var methods: Set<String>
    }

    /// By one of their methods, any of them.
    private var byMethod: [String: [Interface]] = [:]

    init(_ context: RuleContext) {
        let model = context.model
        for file in context.liveFiles {
            for object in model.classes(in: file) {
                guard !model.classInfo(of: object).traits.isDisjoint(with: [.protocolClass, .abstract]) else {
                    continue
                }
                let methods = model.publicMethodNames(of: object, inherited: false)
                guard methods.count >= 2 else { continue }
                byMethod[methods[0], default: []].append(Interface(object: object, methods: Set(methods)))
            }
        }
    }

    /// A common base, or a protocol whose methods both have.
    func common(to likeness: Likeness, in model: CodeModel) -> Evidence? {
        let (first, second) = (model.classInfo(of: likeness.first), model.classInfo(of: likeness.second))
        if let ancestor = first.ancestors.first(where: { second.ancestors.contains($0) }) {
            let place = model.place(of: ancestor)
            return Evidence(
                path: model.path(of: place.file), line: Int(place.line),
                text: "both are subclasses of \(model.qualifiedName(of: ancestor))")
        }
        let bases = Set(first.externalBases)
        let shared = second.externalBases.filter { bases.contains($0) && !Self.saysNothing($0) }
        let place = model.place(of: likeness.first)
        if let base = shared.first {
            return Evidence(
                path: model.path(of: place.file), line: Int(place.line), text: "both are subclasses of \(base)")
        }
        let methods = Set(likeness.sharedMethods)
        for method in likeness.sharedMethods {
            for interface in byMethod[method] ?? [] where interface.methods.isSubset(of: methods) {
                let place = model.place(of: interface.object)
                return Evidence(
                    path: model.path(of: place.file), line: Int(place.line),
                    text: "both have every method of \(model.qualifiedName(of: interface.object))")
            }
        }
        return nil
    }

    /// Bases that declare no methods of a kind of classes.
    private static func saysNothing(_ base: String) -> Bool {
        ["object", "ABC", "Generic", "Protocol"].contains(base.split(separator: ".").last.map(String.init) ?? base)
    }
}
