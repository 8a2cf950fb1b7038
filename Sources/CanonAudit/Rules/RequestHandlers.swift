import CanonCodeModel
import CanonFacts

/// The functions that a request of somebody outside starts, and what these reach.
///
/// A handler is told by its form: a decorator or a registration with a path (`@app.get("/orders")`), a parameter that is
/// annotated as a request or a socket, or the three parameters of ASGI. Names of frameworks play no part.
struct RequestHandlers {
    /// How a function is reached.
    struct Way {
        /// nil: it is a handler itself.
        var from: ObjectID?
        /// In the file of `from`.
        var line: UInt32
        /// Every step is a call or use of a function by name; else it was a class on the way, of which any method may run.
        var isExact: Bool
        /// The class on the way, of which this is a method.
        var type: ObjectID?
    }

    private let model: CodeModel
    private(set) var handlers: [ObjectID] = []
    private(set) var ways: [ObjectID: Way] = [:]
    /// What the modules with handlers load.
    private let loaded: Reachability?

    var isEmpty: Bool { handlers.isEmpty }

    init(_ context: borrowing RuleContext) {
        let model = context.model
        self.model = model
        var handlers: [ObjectID] = []
        var live = [Bool](repeating: false, count: model.files.count)
        var parts = context.parts.group("request handlers")
        for file in context.liveFiles {
            live[Int(file.rawValue)] = true
            let part = parts.part(context.tree.identity(of: context.path(of: file))) {
                HandlerPart(functions: Self.handlers(in: model.facts(of: file)))
            }
            for function in part?.functions ?? [] { handlers.append(ObjectID(file: file, index: function)) }
        }
        context.parts.put(parts)
        self.handlers = handlers
        guard !handlers.isEmpty else {
            loaded = nil
            return
        }
        loaded = model.reach(from: Set(handlers.map { model.module(of: $0.file) }).sorted())
        follow(live)
    }

    /// Whether a module is loaded together with a handler.
    func loads(_ file: FileID) -> Bool { loaded?.contains(model.module(of: file)) ?? false }

    /// The steps from a handler to a function, the handler first.
    func chain(to function: ObjectID) -> [(object: ObjectID, line: UInt32)] {
        var steps: [(object: ObjectID, line: UInt32)] = []
        var next: ObjectID? = function
        while let object = next, let way = ways[object], steps.count < 20 {
            steps.append((object, model.place(of: object).line))
            next = way.from
        }
        return steps.reversed()
    }

    // MARK: Handlers

    /// The declarations of one file that are handlers.
    private struct HandlerPart: FilePart {
        var functions: [UInt32]

        init(functions: [UInt32]) { self.functions = functions }
        init?(stored reader: inout RecordReader) { functions = reader.list { UInt32(exactly: $0.number()) } }
        func store(in writer: inout RecordWriter) { writer.write(functions) { $0.write(Int($1)) } }
    }

    private static func handlers(in facts: FileFacts) -> [UInt32] {
        var found: [UInt32] = []
        var isRouted = false
        var registered: Set<UInt32> = []
        var registrationLine: UInt32 = 0
        var usesOfLine: [(name: Name, line: UInt32)] = []
        let events = facts.events
        for index in events.indices {
            switch events.kind(at: index) {
            case .call, .enter: break
            case .use: if !events.isTopLevel(at: index) { continue }
            default: continue
            }
            let event = events[index]
            switch event.kind {
            case .call:
                guard event.value.exists, facts.names.withUTF8(of: event.value, { $0.first == 0x2F }) else { continue }
                if event.flags.contains(.decorator) {
                    isRouted = true
                } else if event.declaration == FileFacts.noIndex, event.count >= 2 {
                    // `add_route("/orders", orders)`: the functions that the statement reads.
                    registrationLine = event.line
                    for use in usesOfLine where use.line >= registrationLine { registered.insert(use.name.rawValue) }
                }
            case .use where !event.flags.contains(.decorator):
                if usesOfLine.count > 8 { usesOfLine.removeFirst() }
                usesOfLine.append((event.name, event.line))
            case .enter where event.block == .function:
                if isRouted || takesRequest(facts.declarations[Int(event.declaration)], facts) {
                    found.append(event.declaration)
                }
                isRouted = false
            case .enter where event.block == .class: isRouted = false
            default: break
            }
        }
        if !registered.isEmpty {
            for (index, declaration) in facts.declarations.enumerated()
            where declaration.parent == FileFacts.noIndex && declaration.kind != .class
                && registered.contains(declaration.name.rawValue)
            {
                if !found.contains(UInt32(index)) { found.append(UInt32(index)) }
            }
        }
        return found
    }

    private static func takesRequest(_ declaration: Declaration, _ facts: FileFacts) -> Bool {
        let parameters = facts.parameters[declaration.parameters.indices]
        guard !parameters.isEmpty else { return false }
        for parameter in parameters where parameter.annotation.exists {
            let isRequest = facts.names.withUTF8(of: parameter.annotation) { text in
                requestTypes.contains { type in
                    text.count >= type.count && text.suffix(type.count).elementsEqual(type)
                        && (text.count == type.count || text[text.count - type.count - 1] == 0x2E)
                }
            }
            if isRequest { return true }
        }
        let isMethod = declaration.flags.contains(.isMethod)
        let named = parameters.dropFirst(isMethod ? 1 : 0)
        // The interface of ASGI: `app(scope, receive, send)`.
        if named.count == 3,
            zip(named, asgi).allSatisfy({ parameter, name in
                facts.names.withUTF8(of: parameter.name) { $0.elementsEqual(name) }
            })
        {
            return true
        }
        guard let first = named.first, !first.annotation.exists else { return false }
        return facts.names.withUTF8(of: first.name) { text in requestNames.contains { text.elementsEqual($0) } }
    }

    private static let requestTypes = [
        "Request", "WebSocket", "HttpRequest", "HTTPConnection", "WebSocketServerProtocol",
    ].map { Array($0.utf8) }
    private static let requestNames = ["request", "websocket"].map { Array($0.utf8) }
    private static let asgi = ["scope", "receive", "send"].map { Array($0.utf8) }

    // MARK: What they reach

    /// Follows calls and uses of the tree's functions and classes, breadth first.
    private mutating func follow(_ live: [Bool]) {
        var pending: [ObjectID] = []
        for handler in handlers {
            ways[handler] = Way(from: nil, line: 0, isExact: true)
            pending.append(handler)
        }
        /// References by the function that holds them, of files that were needed so far.
        var references: [FileID: [UInt32: [Reference]]] = [:]
        var seenClasses: Set<ObjectID> = []
        var next = 0
        while next < pending.count {
            let function = pending[next]
            next += 1
            let isExact = ways[function]?.isExact ?? false
            if references[function.file] == nil {
                references[function.file] = Dictionary(grouping: model.references(in: function.file)) { $0.scope }
            }
            for reference in references[function.file]?[function.index] ?? []
            where live[Int(reference.object.file.rawValue)] {
                let object = reference.object
                switch model.kind(of: object) {
                case .function, .asyncFunction, .method, .asyncMethod:
                    guard ways[object] == nil else { continue }
                    add(object, Way(from: function, line: reference.line, isExact: isExact), &pending)
                    for product in model.products(of: object) {
                        addClass(product.object, from: object, reference.line, &seenClasses, &pending)
                    }
                case .class:
                    // `isinstance(x, Manager)` makes and gets none.
                    guard reference.kind != .use else { continue }
                    addClass(object, from: function, reference.line, &seenClasses, &pending)
                case .instance:
                    if let type = model.type(of: object) {
                        addClass(type, from: function, reference.line, &seenClasses, &pending)
                    }
                default: break
                }
            }
        }
    }

    private mutating func add(_ object: ObjectID, _ way: Way, _ pending: inout [ObjectID]) {
        guard ways[object] == nil else { return }
        ways[object] = way
        pending.append(object)
    }

    private mutating func addClass(
        _ object: ObjectID, from: ObjectID, _ line: UInt32, _ seen: inout Set<ObjectID>, _ pending: inout [ObjectID]
    ) {
        guard seen.insert(object).inserted else { return }
        for method in model.methods(of: object) {
            add(method, Way(from: from, line: line, isExact: false, type: object), &pending)
        }
    }
}
