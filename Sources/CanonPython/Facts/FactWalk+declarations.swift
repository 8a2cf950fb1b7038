internal import CanonFacts

// Classes, functions and what belongs to their statements.
extension FactWalk {
    /// Decorators, defaults and annotations are evaluated outside of the function, before there is one.
    mutating func function(_ index: UInt32) {
        let node = tree[index]
        let definition = tree[node.a]
        pushInOrder { walk in
            walk.push(.expressions, definition.a, detail: Event.Flags.decorator.rawValue)
            for parameter in walk.parameters(of: node.b) { walk.push(.expression, walk.tree[parameter].b) }
            walk.push(.beginAnnotation, index)
            for parameter in walk.parameters(of: node.b) { walk.push(.expression, walk.tree[parameter].a) }
            walk.push(.expression, node.c)
            walk.push(.endAnnotation, index)
            walk.push(.declaration, index)
            walk.push(.typeParameters, definition.b)
            walk.push(.statements, node.d)
            walk.push(.leave, index, detail: UInt16(Block.function.rawValue))
        }
    }

    mutating func classStatement(_ index: UInt32) {
        let node = tree[index]
        let definition = tree[node.a]
        pushInOrder { walk in
            walk.push(.expressions, definition.a, detail: Event.Flags.decorator.rawValue)
            walk.push(.expressions, node.b)
            walk.push(.keywordValues, node.c)
            walk.push(.declaration, index)
            walk.push(.typeParameters, definition.b)
            walk.push(.statements, node.d)
            walk.push(.leave, index, detail: UInt16(Block.class.rawValue))
        }
    }

    /// Makes the declaration, its scope, and the event that begins it.
    mutating func enterDeclaration(_ index: UInt32) {
        let node = tree[index]
        let definition = tree[node.a]
        let outer = scope
        let isClass = node.kind == .classDef
        let number = UInt32(facts.declarations.count)
        let name = name(definition.start, definition.end)

        var begin = event(.enter, at: node.start, name: name)
        begin.block = isClass ? .class : .function
        begin.declaration = number
        if node.kind == .asyncFunctionDef { begin.flags.insert(.asynchronous) }

        var declaration = Declaration(
            kind: isClass ? .class : node.kind == .asyncFunctionDef ? .asyncFunction : .function, name: name,
            qualifiedName: qualifiedName(name, in: outer.declaration), parent: outer.declaration,
            event: UInt32(facts.events.count), line: begin.line, column: UInt32(begin.column))
        declaration.endLine = UInt32(tree.position(of: node.end - 1).line)
        describeDecorators(definition.a, in: &declaration)
        if definition.b != 0 { declaration.flags.insert(.isGeneric) }
        if isDocstring(node.d) { declaration.flags.insert(.hasDocstring) }
        if isStub(node.d) { declaration.flags.insert(.isStub) }
        if isClass { describeBases(node, in: &declaration) } else { describeSignature(node, in: &declaration) }
        let hashes = hashes.ofBody(from: tree[node.d].start, to: node.end)
        declaration.bodyHash = hashes.exact
        declaration.shapeHash = hashes.shape
        declaration.tokenCount = hashes.count

        var inner = Scope(block: begin.block, declaration: number, identity: 0)
        if !isClass, outer.block == .class {
            declaration.flags.insert(.isMethod)
            describeReceiver(declaration, of: outer.declaration, in: &inner)
        }
        if isClass { classes[name] = number }

        open.append(UInt32(facts.events.count))
        facts.events.append(begin)
        facts.declarations.append(declaration)
        pushScope(inner)
        for parameter in declaration.parameters.indices { noteBound(facts.parameters[parameter].name) }
    }

    private mutating func qualifiedName(_ name: Name, in parent: UInt32) -> Name {
        guard parent != FileFacts.noIndex else { return name }
        scratch.removeAll(keepingCapacity: true)
        facts.names.withUTF8(of: facts.declarations[Int(parent)].qualifiedName) { scratch.append(contentsOf: $0) }
        scratch.append(0x2E)
        facts.names.withUTF8(of: name) { scratch.append(contentsOf: $0) }
        return scratch.withUnsafeBufferPointer { facts.names.intern($0) }
    }

    /// The first parameter of a method is its instance or, in a class method, its class; a static method has none.
    private func describeReceiver(_ method: Declaration, of class: UInt32, in scope: inout Scope) {
        var isStatic = isText(method.name, "__new__")
        for index in stride(from: method.decorators.indices.lowerBound, to: method.decorators.indices.upperBound, by: 2)
        {
            let decorator = Name(rawValue: facts.lists[index])
            if isText(decorator, "staticmethod") { isStatic = true }
            if isText(decorator, "classmethod") { scope.isClassMethod = true }
        }
        if isText(method.name, "__init_subclass__") || isText(method.name, "__class_getitem__") {
            scope.isClassMethod = true
        }
        if isText(method.name, "__new__") {
            scope.isClassMethod = true
            isStatic = false
        }
        guard !isStatic, method.parameters.count > 0 else { return }
        let first = facts.parameters[method.parameters.indices.lowerBound]
        guard first.kind == .positionalOnly || first.kind == .positionalOrKeyword else { return }
        scope.receiver = first.name
        scope.receiverClass = `class`
    }

    // MARK: Parts of the statement

    private mutating func describeDecorators(_ list: UInt32, in declaration: inout Declaration) {
        var pairs: [UInt32] = []
        for decorator in tree.list(list) {
            let isCall = tree[decorator].kind == .call
            let callee = isCall ? tree[decorator].a : decorator.index
            if let (name, _) = dotted(callee) {
                pairs += [name.rawValue, isCall ? 1 : 0]
            } else {
                pairs += [text(decorator.index).rawValue, 0]
                declaration.flags.insert(.isUnresolved)
            }
        }
        declaration.decorators = append(pairs)
    }

    private mutating func describeBases(_ node: Node, in declaration: inout Declaration) {
        var bases: [UInt32] = []
        for base in tree.list(node.b) {
            bases.append(text(base.index).rawValue)
            let type = tree[base].kind == .subscript ? tree[base].a : base.index
            if dotted(type) == nil { declaration.flags.insert(.isUnresolved) }
        }
        declaration.bases = append(bases)
        var keywords: [UInt32] = []
        for keyword in tree.list(node.c) {
            let keyword = tree[keyword]
            keywords.append(keyword.b == 0 ? 0 : name(keyword.start, keyword.b).rawValue)
            keywords.append(text(keyword.a).rawValue)
            if keyword.b == 0 { declaration.flags.insert(.isUnresolved) }
        }
        declaration.keywords = append(keywords)
    }

    private mutating func describeSignature(_ node: Node, in declaration: inout Declaration) {
        let start = facts.parameters.count
        for id in parameters(of: node.b) {
            let parameter = tree[id]
            let kind: Parameter.Kind =
                switch parameter.role {
                case .positionalOnly: .positionalOnly
                case .positional: .positionalOrKeyword
                case .variadic: .variadicPositional
                case .keywordOnly: .keywordOnly
                case .keywords: .variadicKeyword
                }
            let annotation = text(parameter.a)
            facts.parameters.append(
                Parameter(
                    kind: kind, name: name(parameter.start, parameter.c), annotation: annotation,
                    hasDefault: parameter.b != 0))
        }
        declaration.parameters = FactList(start: UInt32(start), count: UInt32(facts.parameters.count - start))
        declaration.returns = text(node.c)
    }

    private mutating func append(_ words: [UInt32]) -> FactList {
        guard !words.isEmpty else { return .empty }
        defer { facts.lists += words }
        return FactList(start: UInt32(facts.lists.count), count: UInt32(words.count))
    }

    mutating func typeParameters(_ list: UInt32) {
        pushInOrder { walk in
            for parameter in walk.tree.list(list) {
                let node = walk.tree[parameter]
                let start = node.kind == .typeVar ? node.start : node.d
                let end = node.c
                var step = walk.event(.bind, at: start, name: walk.name(start, end))
                step.binding = .typeParameter
                walk.facts.events.append(step)
                if node.kind == .typeVar { walk.push(.expression, node.a) }
                walk.push(.expression, node.b)
            }
        }
    }

    /// Nothing but a docstring, `pass`, `...` or `raise NotImplementedError`.
    private mutating func isStub(_ body: UInt32) -> Bool {
        var count = 0
        for statement in tree.list(body) {
            count += 1
            guard count <= 3 else { return false }
            let node = tree[statement]
            switch node.kind {
            case .pass: break
            case .expr:
                guard tree[node.a].kind == .constant else { return false }
            case .raise:
                guard node.a != 0 else { return false }
                let what = tree[node.a].kind == .call ? tree[node.a].a : node.a
                guard let (name, _) = dotted(what), isText(name, "NotImplementedError") else { return false }
            default: return false
            }
        }
        return true
    }
}
