import CanonCodeModel
import CanonFacts

/// A function that makes and returns instances.
struct Creator {
    var function: ObjectID
    var products: Set<ObjectID>
    /// Of the first `return`.
    var line: UInt32
}

/// The live functions that make instances of classes of the tree.
struct Creators {
    /// Creators of one class, where there are several.
    private(set) var byProduct: [(product: ObjectID, functions: [Creator])] = []
    /// Creators of one name that are no methods, where there are several.
    private(set) var byName: [[Creator]] = []
    private(set) var count = 0

    init(_ context: RuleContext) {
        let model = context.model
        var products: [ObjectID: [Creator]] = [:]
        var names: [UInt64: [Creator]] = [:]
        for file in context.liveFiles {
            let facts = model.files[Int(file.rawValue)].facts
            for function in Self.candidates(in: file, facts, model) {
                guard let creator = Self.creator(function, model) else { continue }
                count += 1
                for product in creator.products { products[product, default: []].append(creator) }
                let declaration = facts.declarations[Int(function.index)]
                if declaration.parent == FileFacts.noIndex {
                    let key = facts.names.withUTF8(of: declaration.name) { ContentHash.of(UnsafeRawBufferPointer($0)) }
                    names[key, default: []].append(creator)
                }
            }
        }
        let declared = Set(context.concepts.filter { $0.factory != nil }.compactMap(\.canonical))
        byProduct = products.filter { $0.value.count > 1 || declared.contains($0.key) }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        byName = names.values.filter { $0.count > 1 }.sorted { $0[0].function < $1[0].function }
    }

    /// Functions that return something and call a class by its name: what that gives is told by the model.
    private static func candidates(in file: FileID, _ facts: FileFacts, _ model: CodeModel) -> [ObjectID] {
        guard !facts.declarations.isEmpty else { return [] }
        var classes = [Bool](repeating: false, count: facts.names.count)
        var modules = false
        var any = false
        for declaration in facts.declarations where declaration.kind == .class {
            classes[Int(declaration.name.rawValue)] = true
            any = true
        }
        for statement in model.imports(in: file) {
            switch statement.target {
            case .object(let object) where statement.kind == .name && model.kind(of: object) == .class:
                let event = facts.events[Int(statement.event)]
                classes[Int((event.value.exists ? event.value : event.name).rawValue)] = true
                any = true
            case .module: modules = true
            default: break
            }
        }
        guard any || modules else { return [] }
        var makes = [Bool](repeating: false, count: facts.declarations.count)
        var returns = makes
        for (_, event) in facts.events.selecting([.call, .return]) where event.declaration != FileFacts.noIndex {
            switch event.kind {
            case .call:
                let isDotted = { facts.names.withUTF8(of: event.name) { $0.contains(UInt8(ascii: ".")) } }
                if classes[Int(event.name.rawValue)] || modules && isDotted() { makes[Int(event.declaration)] = true }
            case .return where event.value.exists: returns[Int(event.declaration)] = true
            default: break
            }
        }
        return facts.declarations.indices.compactMap { index in
            let declaration = facts.declarations[index]
            guard makes[index], returns[index], declaration.kind != .class,
                facts.names.withUTF8(of: declaration.name, { $0.first != UInt8(ascii: "_") })
            else { return nil }
            let function = ObjectID(file: file, index: UInt32(index))
            // Reading an attribute asks for no instance of anybody's own.
            guard model.signature(of: function)?.isProperty != true else { return nil }
            return model.isNestedInFunction(function) ? nil : function
        }
    }

    private static func creator(_ function: ObjectID, _ model: CodeModel) -> Creator? {
        let owner = model.enclosingClass(of: function)
        let made = model.products(of: function).filter { product in
            guard product.evidence == .constructed else { return false }
            guard let owner else { return true }
            // A constructor or copy of the class itself or of one of its relatives.
            return product.object != owner && !model.classInfo(of: owner).ancestors.contains(product.object)
                && !model.classInfo(of: product.object).ancestors.contains(owner)
        }.filter { product in
            model.classInfo(of: product.object).traits.isDisjoint(with: [
                .exception, .enumeration, .dataclass, .typedDict, .namedTuple, .validatedModel,
            ])
        }
        guard let first = made.first else { return nil }
        return Creator(function: function, products: Set(made.map(\.object)), line: first.line)
    }
}
