internal import CanonFacts

// What functions accept, give back and pass on.
extension CodeModel {
    /// What a call accepts; nil for what is no function.
    public func signature(of object: ObjectID) -> Signature? {
        guard let declaration = declaration(of: object), declaration.kind != .class else { return nil }
        let facts = facts(of: object.file)
        let decorators = decorators(of: object)
        let isStatic = decorators.contains("staticmethod")
        var parameters = facts.parameters[declaration.parameters.indices]
        if declaration.flags.contains(.isMethod), !isStatic { parameters = parameters.dropFirst() }
        return Signature(
            parameters: parameters.map {
                Signature.Parameter(
                    name: facts.names[$0.name], kind: $0.kind, annotation: facts.names[$0.annotation],
                    hasDefault: $0.hasDefault)
            },
            isAsync: declaration.kind == .asyncFunction, isStatic: isStatic,
            isClassMethod: decorators.contains("classmethod"),
            isProperty: decorators.contains { $0 == "property" || $0.hasSuffix("cached_property") },
            returns: facts.names[declaration.returns])
    }

    /// The classes whose instances a function gives back, as far as its annotation and its `return`s tell.
    public func products(of object: ObjectID) -> [Product] {
        var seen: Set<ObjectID> = []
        return products(of: object, depth: 0, &seen)
    }

    /// - Parameter seen: functions that were asked already.
    private func products(of object: ObjectID, depth: Int, _ seen: inout Set<ObjectID>) -> [Product] {
        guard let declaration = declaration(of: object), declaration.kind != .class, depth < 4,
            seen.insert(object).inserted
        else { return [] }
        let facts = facts(of: object.file)
        var products: [Product] = []
        func add(_ product: ObjectID, _ evidence: Product.Evidence, _ line: UInt32) {
            if !products.contains(where: { $0.object == product }) {
                products.append(Product(object: product, evidence: evidence, line: line))
            }
        }
        for (_, event) in facts.events.selecting([.return], in: facts.body(of: Int(object.index)))
        where event.declaration == object.index {
            let callee: Name
            switch event.valueKind {
            case .call, .awaitedCall: callee = event.value
            case .reference: callee = self.callee(boundTo: event.value, in: object, facts)
            default: continue
            }
            guard callee.exists else { continue }
            var search = Graph.Search()
            let link = graph.link(
                ofParts: facts.names.partKeys(of: callee), inFile: object.file.rawValue, scope: object.index, &search)
            guard case .object(let made) = link, made != object else { continue }
            if kind(of: made) == .class {
                add(made, .constructed, event.line)
            } else if kind(of: made).isFunction {
                for product in self.products(of: made, depth: depth + 1, &seen) {
                    add(product.object, .forwarded, event.line)
                }
            }
        }
        if declaration.returns.exists, let type = TypeText.single(facts.names[declaration.returns]) {
            var search = Graph.Search(typing: true)
            let parts = type.parts(at: ".").map { TextKey(String($0)) }
            let link = graph.link(
                ofParts: parts, inFile: object.file.rawValue, scope: declaration.parent, &search)
            if case .object(let type) = link, kind(of: type) == .class { add(type, .annotated, declaration.line) }
        }
        return products
    }

    /// What a variable of a function was made by calling.
    private func callee(boundTo name: Name, in object: ObjectID, _ facts: FileFacts) -> Name {
        var callee = Name.none
        for (_, event) in facts.events.selecting([.bind], in: facts.body(of: Int(object.index)))
        where event.name == name && event.form == .name {
            if event.valueKind == .call || event.valueKind == .awaitedCall { callee = event.value }
        }
        return callee
    }

    /// The one call to which a function passes on what it got; nil when it does anything else than that (a warning or a line of
    /// log, and imports, do not count).
    public func forwardTarget(of object: ObjectID) -> ForwardTarget? {
        guard let declaration = declaration(of: object), declaration.kind != .class,
            !declaration.flags.contains(.isStub)
        else { return nil }
        let facts = facts(of: object.file)
        var call: Event?
        for event in facts.events[facts.body(of: Int(object.index))] {
            switch event.kind {
            case .importModule, .importName, .use: continue
            case .call:
                if isRemark(event, facts) { continue }
                guard call == nil, !event.flags.contains(.unresolved) else { return nil }
                call = event
            case .return:
                guard let call, event.valueKind == .call || event.valueKind == .awaitedCall, event.value == call.name
                else {
                    return nil
                }
            default: return nil
            }
        }
        guard let call else { return nil }
        var search = Graph.Search()
        let link = graph.link(
            ofParts: facts.names.partKeys(of: call.name), inFile: object.file.rawValue, scope: object.index, &search)
        var target: ObjectID?
        if case .object(let object) = link { target = object }
        return ForwardTarget(object: target, callee: facts.names[call.name], line: call.line)
    }

    /// Lines of a function's code: the `def` and what follows from the first statement on. A docstring and a signature of many
    /// lines are no code.
    public func codeLines(of function: ObjectID) -> Int {
        guard let declaration = declaration(of: function) else { return 0 }
        let facts = facts(of: function.file)
        let first = facts.events[facts.body(of: Int(function.index))].first {
            !($0.kind == .bind && $0.binding == .parameter)
        }
        guard let first, first.line > declaration.line else { return 1 }
        return Int(declaration.endLine - min(first.line, declaration.endLine)) + 2
    }

    /// `warnings.warn(…)`, `logger.debug(…)`
    private func isRemark(_ call: Event, _ facts: FileFacts) -> Bool {
        let last = facts.names.lastKey(of: call.name)
        return Self.remarks.contains(last) && (facts.names.hasDot(call.name) || last == Self.warn)
    }

    private static let warn = TextKey("warn" as StaticString)
    private static let remarks = Set(
        ["warn", "debug", "info", "warning", "error", "exception", "critical", "log"].map { TextKey($0) })
}
