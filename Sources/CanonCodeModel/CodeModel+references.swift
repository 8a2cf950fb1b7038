internal import CanonFacts

/// A place where code reads, calls or inherits from an object of the tree.
public struct Reference: Hashable, Sendable {
    public enum Kind: Sendable {
        case call, use, decorator, annotation
    }

    public var object: ObjectID
    public var kind: Kind
    /// In the file's facts.
    public var event: UInt32
    public var line: UInt32
    /// The declaration whose code it is; `FileFacts.noIndex` at the top of the file.
    public var scope: UInt32
}

extension CodeModel {
    /// What the code of a file calls and reads of the tree's objects, in the order of the events. A name of a local variable is
    /// none, and neither is an attribute of a value of which nothing is known.
    public func references(in file: FileID) -> [Reference] {
        var pass = ReferencePass(graph: graph, file: file.rawValue)
        return pass.run()
    }

    /// The places in the whole tree that refer to some objects: only files that can see one are read.
    public func references(to objects: Set<ObjectID>) -> [ObjectID: [(file: FileID, reference: Reference)]] {
        var readers: Set<UInt32> = []
        for object in objects {
            readers.insert(object.file.rawValue)
            for consumer in consumers(of: object) { readers.insert(consumer.file.rawValue) }
            // A member comes along with its class.
            if let outer = enclosingClass(of: object) {
                for consumer in consumers(of: outer) { readers.insert(consumer.file.rawValue) }
            }
            for edge in importers(of: module(of: object.file)) { readers.insert(edge.from.rawValue) }
            // Files of one target see each other without an import.
            if graph.isSwift(object.file.rawValue) {
                readers.formUnion(graph.files(ofModule: module(of: object.file).rawValue))
            }
        }
        let files = readers.sorted()
        let found = Parallel.map(files.count, jobs: options.jobs) { [self] index in
            self.references(in: FileID(rawValue: files[index])).filter { objects.contains($0.object) }
        }
        var references: [ObjectID: [(file: FileID, reference: Reference)]] = [:]
        for (index, list) in found.enumerated() {
            for reference in list {
                references[reference.object, default: []].append((FileID(rawValue: files[index]), reference))
            }
        }
        return references
    }

    /// Uses of `module.Name` in files that have the module under some name.
    func attributeConsumers(of object: ObjectID) -> [Consumer] {
        edges.uses(ofObjectsIn: object.file.rawValue).filter { $0.object == object.index }.map { use in
            let facts = graph.facts(use.file)
            let event = facts.events[Int(use.event)]
            return Consumer(
                file: FileID(rawValue: use.file), line: event.line, event: use.event,
                module: ModuleID(rawValue: use.module), name: event.name,
                context: event.declaration == FileFacts.noIndex ? [] : .function)
        }
    }
}

/// One pass over the events of a file that resolves what they name.
private struct ReferencePass {
    let graph: Graph
    let file: UInt32
    private let facts: FileFacts
    /// What names mean at the top of the file, by name.
    private var known: [Link?]
    /// What they mean in functions that bind a name of theirs (Python), or in types (Swift): by the declaration around and the
    /// name. To find out what a function binds, its body is read.
    private var knownInside: [UInt64: Link] = [:]
    /// The names that the functions around bind themselves.
    private var scopes: [(declaration: UInt32, names: Set<TextKey>)] = []

    init(graph: Graph, file: UInt32) {
        self.graph = graph
        self.file = file
        facts = graph.facts(file)
        known = Array(repeating: nil, count: facts.names.count)
    }

    mutating func run() -> [Reference] {
        var references: [Reference] = []
        for (index, event) in facts.events.selecting([.enter, .leave, .call, .use]) {
            switch event.kind {
            case .enter where event.block == .function:
                scopes.append((event.declaration, locals(of: event.declaration, UInt32(index))))
            case .leave where event.block == .function: scopes.removeLast()
            case .call where !event.flags.contains(.unresolved), .use:
                guard case .object(let object) = link(event) else { continue }
                let kind: Reference.Kind =
                    event.flags.contains(.decorator)
                    ? .decorator
                    : event.flags.contains(.annotation) ? .annotation : event.kind == .call ? .call : .use
                references.append(
                    Reference(
                        object: object, kind: kind, event: UInt32(index), line: event.line, scope: event.declaration))
            default: break
            }
        }
        return references
    }

    private mutating func link(_ event: Event) -> Link {
        let root = facts.names.rootKey(of: event.name)
        if facts.language == .swift { return swiftLink(event, root) }
        if event.declaration == FileFacts.noIndex || !scopes.contains(where: { $0.names.contains(root) }) {
            if let link = known[Int(event.name.rawValue)] { return link }
            var search = Graph.Search(typing: event.flags.contains(.annotation))
            let link = graph.link(ofDotted: event.name, inFile: file, &search)
            known[Int(event.name.rawValue)] = link
            return link
        }
        let isTyping = event.flags.contains(.annotation)
        let place = UInt64(event.declaration) << 32 | UInt64(event.name.rawValue)
        if !isTyping, let link = knownInside[place] { return link }
        var search = Graph.Search(typing: isTyping)
        let link = graph.link(
            ofParts: facts.names.partKeys(of: event.name), inFile: file, scope: event.declaration, &search)
        if !isTyping { knownInside[place] = link }
        return link
    }

    /// What a name means in Swift, unless a function around has it for itself: then it depends on the type around alone.
    private mutating func swiftLink(_ event: Event, _ root: TextKey) -> Link {
        guard !scopes.contains(where: { $0.names.contains(root) }) else { return .unresolved(.local) }
        var type = event.declaration
        while type != FileFacts.noIndex, facts.declarations[Int(type)].kind != .class {
            type = facts.declarations[Int(type)].parent
        }
        let place = UInt64(type) << 32 | UInt64(event.name.rawValue)
        if let link = knownInside[place] { return link }
        var search = Graph.Search()
        let link = graph.link(ofParts: facts.names.partKeys(of: event.name), inFile: file, scope: type, &search)
        knownInside[place] = link
        return link
    }

    private static let binding: Event.Kinds = [.bind, .importModule, .importName, .enter, .declareGlobal]

    private func locals(of declaration: UInt32, _ start: UInt32) -> Set<TextKey> {
        var names: Set<TextKey> = []
        for index in facts.declarations[Int(declaration)].parameters.indices {
            names.insert(facts.names.key(of: facts.parameters[index].name))
        }
        let body = facts.body(of: Int(declaration))
        for (_, event) in facts.events.selecting(Self.binding, in: body) {
            switch event.kind {
            case .bind where event.declaration == declaration && (event.form == .name || event.form == .starred):
                names.insert(facts.names.key(of: event.name))
            case .importModule where event.declaration == declaration:
                names.insert(
                    event.value.exists ? facts.names.key(of: event.value) : facts.names.rootKey(of: event.name))
            case .importName where event.declaration == declaration:
                names.insert(facts.names.key(of: event.value.exists ? event.value : event.name))
            case .enter where event.block == .class || event.block == .function:
                if facts.declarations[Int(event.declaration)].parent == declaration {
                    names.insert(facts.names.key(of: event.name))
                }
            case .declareGlobal where event.declaration == declaration:
                names.remove(facts.names.key(of: event.name))
            default: break
            }
        }
        return names
    }
}
