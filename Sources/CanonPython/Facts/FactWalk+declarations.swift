internal import CanonFacts

// Classes, functions and what belongs to their statements.
extension FactWalk {
    /// Decorators, defaults and annotations are evaluated outside of the function, before there is one.
    mutating func function(_ index: UInt32) {
        let node = tree[index]
        let definition = tree[node.a]
        expressions(definition.a, .decorator)
        for parameter in parameters(of: node.b) { expression(tree[parameter].b) }
        isAnnotation = true
        for parameter in parameters(of: node.b) { expression(tree[parameter].a) }
        expression(node.c)
        isAnnotation = false
        declaration(index, node, definition)
    }

    mutating func classStatement(_ index: UInt32) {
        let node = tree[index]
        let definition = tree[node.a]
        expressions(definition.a, .decorator)
        expressions(node.b)
        for keyword in tree.list(node.c) { expression(tree[keyword].a) }
        declaration(index, node, definition)
    }

    private mutating func declaration(_ index: UInt32, _ node: Node, _ definition: Node) {
        let begin = enter(node, definition)
        typeParameters(definition.b)
        _ = statements(node.d)
        popScope()
        end(begin, at: lastByte(of: index), keepsEmpty: true)
    }

    /// Makes the declaration, its scope, and the event that begins it.
    private mutating func enter(_ node: Node, _ definition: Node) -> Int {
        let outer = scope
        let isClass = node.kind == .classDef
        let number = UInt32(declarations.count)
        let name = name(definition.start, definition.end)

        let index = begin(isClass ? .class : .function, at: node.start, isAsync: node.kind == .asyncFunctionDef)
        events.base[index].name = name
        events.base[index].declaration = number

        var declaration = Declaration(
            kind: isClass ? .class : node.kind == .asyncFunctionDef ? .asyncFunction : .function, name: name,
            parent: outer.declaration, event: UInt32(index), line: events[index].line,
            column: Int(node.start - tree.lineStarts[Int(events[index].line) - 1]))
        declaration.endLine = UInt32(tree.position(of: node.end - 1).line)
        if definition.b != 0 { declaration.flags.insert(.isGeneric) }
        if isDocstring(node.d) { declaration.flags.insert(.hasDocstring) }
        if isStub(node.d) { declaration.flags.insert(.isStub) }
        describeLists(node, definition, in: &declaration)
        if !isClass { describeSignature(node, in: &declaration) }
        let body = hashes.ofBody(from: tree[node.d].start, to: node.end, in: tree)
        declaration.setHashes(shape: body.hash.shape, exact: body.hash.exact)
        declaration.tokenCount = body.count

        var inner = Scope(block: isClass ? .class : .function, declaration: number)
        if !isClass, outer.block == .class {
            declaration.flags.insert(.isMethod)
            describeReceiver(declaration, of: outer.declaration, in: &inner)
        }
        declarations.append(declaration)
        if isClass { noteClass(name, number) }
        pushScope(inner)
        for parameter in declaration.parameters.indices { noteBound(parameters[parameter].name) }
        return index
    }

    /// The first parameter of a method is its instance or, in a class method, its class; a static method has none.
    private mutating func describeReceiver(_ method: Declaration, of class: UInt32, in scope: inout Scope) {
        var isStatic = isText(method.name, "__new__")
        for index in stride(from: method.decorators.indices.lowerBound, to: method.decorators.indices.upperBound, by: 2)
        {
            let decorator = Name(rawValue: lists[index])
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
        let first = parameters[method.parameters.indices.lowerBound]
        guard first.kind == .positionalOnly || first.kind == .positionalOrKeyword else { return }
        scope.receiver = first.name
        scope.receiverClass = `class`
    }

    // MARK: Parts of the statement

    private mutating func describeLists(_ node: Node, _ definition: Node, in declaration: inout Declaration) {
        let start = lists.count
        for decorator in tree.list(definition.a) {
            let isCall = tree[decorator].kind == .call
            let callee = isCall ? tree[decorator].a : decorator.index
            if let (name, _) = dotted(callee) {
                append(name, isCall ? 1 : 0, from: start, in: &declaration)
            } else {
                append(text(decorator.index), 0, from: start, in: &declaration)
                declaration.flags.insert(.isUnresolved)
            }
        }
        let decorators = lists.count - start
        guard node.kind == .classDef else {
            return declaration.setLists(start: start, decorators: decorators, bases: 0, keywords: 0)
        }
        for base in tree.list(node.b) {
            let type = tree[base].kind == .subscript ? tree[base].a : base.index
            if dotted(type) == nil { declaration.flags.insert(.isUnresolved) }
            append(text(base.index), nil, from: start + decorators, in: &declaration)
        }
        let bases = lists.count - start - decorators
        for keyword in tree.list(node.c) {
            let keyword = tree[keyword]
            let name = keyword.b == 0 ? .none : name(keyword.start, keyword.b)
            append(name, text(keyword.a).rawValue, from: start + decorators + bases, in: &declaration)
            if keyword.b == 0 { declaration.flags.insert(.isUnresolved) }
        }
        let keywords = lists.count - start - decorators - bases
        declaration.setLists(start: start, decorators: decorators, bases: bases, keywords: keywords)
    }

    private mutating func append(
        _ name: Name, _ second: UInt32?, from start: Int, in declaration: inout Declaration
    ) {
        guard lists.count - start < Declaration.longestList else {
            declaration.flags.insert(.isUnresolved)
            return
        }
        lists.append(name.rawValue)
        if let second { lists.append(second) }
    }

    private mutating func describeSignature(_ node: Node, in declaration: inout Declaration) {
        let start = parameters.count
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
            guard parameters.count - start < Declaration.longestList else {
                declaration.flags.insert(.isUnresolved)
                break
            }
            parameters.append(
                Parameter(
                    kind: kind, name: name(parameter.start, parameter.c), annotation: annotation,
                    hasDefault: parameter.b != 0))
        }
        declaration.setParameters(start: start, count: parameters.count - start)
        declaration.returns = text(node.c)
    }

    private mutating func typeParameters(_ list: UInt32) {
        for parameter in tree.list(list) {
            let node = tree[parameter]
            let start = node.kind == .typeVar ? node.start : node.d
            var step = event(.bind, at: start, name: name(start, node.c))
            step.binding = .typeParameter
            events.append(step)
            if node.kind == .typeVar { expression(node.a) }
            expression(node.b)
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
