/// Goes through a tree once and notes scopes, and where some names are bound and read. Without recursion: a tree may be deep.
struct ScopeWalk {
    let tree: PythonTree
    let imports: [ImportStatement]
    /// The names that count.
    private let wanted: Set<String>
    private let lengths: Set<UInt32>
    private(set) var found = NameScopes()
    private(set) var texts: [TextLiteral] = []
    /// The scope of each import statement, by its node.
    private(set) var importScopes: [UInt32: Int] = [:]
    private var stack: [Step] = []
    private var statementOfNode: [UInt32: Int] = [:]

    private struct Step {
        var node: UInt32
        var scope: Int
        var mode: Mode
        var statement: UInt32
    }

    private enum Mode {
        case code
        /// Strings are expressions here.
        case annotation
        /// Of a `Literal[…]`: strings are strings.
        case plain
        /// A statement that is nothing but a text.
        case docstring
    }

    init(tree: PythonTree, imports: [ImportStatement], wanted: Set<String>) {
        self.tree = tree
        self.imports = imports
        self.wanted = wanted
        lengths = Set(wanted.map { UInt32($0.utf8.count) })
        for (index, statement) in imports.enumerated() { statementOfNode[statement.node] = index }
    }

    mutating func run() {
        found.scopes = [NameScopes.Scope(kind: .module, parent: 0, start: 0, end: UInt32(tree.text.count))]
        push(list: tree[tree.root].a, 0, .code, isBody: true)
        while let step = stack.popLast() { visit(step) }
        TypeComments(tree: tree, wanted: wanted).add(to: &found)
        found.references.sort { $0.start < $1.start }
    }

    // MARK: Steps

    private mutating func push(_ node: UInt32, _ scope: Int, _ mode: Mode, _ statement: UInt32) {
        if node != 0 { stack.append(Step(node: node, scope: scope, mode: mode, statement: statement)) }
    }

    private mutating func push(list: UInt32, _ scope: Int, _ mode: Mode, isBody: Bool = false, _ statement: UInt32 = 0)
    {
        for id in tree.list(list) {
            stack.append(Step(node: id.index, scope: scope, mode: mode, statement: isBody ? id.index : statement))
        }
    }

    /// The name of a range, when it counts.
    private func wantedName(_ start: UInt32, _ end: UInt32) -> String? {
        guard lengths.contains(end - start) else { return nil }
        let name = tree.string(start, end)
        return wanted.contains(name) ? name : nil
    }

    private mutating func open(_ kind: NameScopes.Scope.Kind, in parent: Int, _ node: Node) -> Int {
        found.scopes.append(NameScopes.Scope(kind: kind, parent: parent, start: node.start, end: node.end))
        return found.scopes.count - 1
    }

    private mutating func bind(
        _ start: UInt32, _ end: UInt32, _ scope: Int, _ kind: NameScopes.Binding.Kind, _ statement: UInt32
    ) {
        guard let name = wantedName(start, end) else { return }
        bind(name, start, end, scope, kind, statement)
    }

    private mutating func bind(
        _ name: String, _ start: UInt32, _ end: UInt32, _ scope: Int, _ kind: NameScopes.Binding.Kind,
        _ statement: UInt32
    ) {
        found.scopes[scope].bound.insert(name)
        found.bindings.append(
            NameScopes.Binding(name: name, scope: scope, start: start, end: end, kind: kind, statement: statement))
    }

    private mutating func bind(identifier: UInt32, _ scope: Int, _ statement: UInt32) {
        guard identifier != 0 else { return }
        bind(tree[identifier].start, tree[identifier].end, scope, .other, statement)
    }

    // MARK: Nodes

    private mutating func visit(_ step: Step) {
        let node = tree[step.node]
        let scope = step.scope
        switch node.kind {
        case .functionDef, .asyncFunctionDef: function(node, step)
        case .classDef: classStatement(node, step)
        case .lambda:
            let inner = open(.lambda, in: scope, node)
            parameters(node.a, inner: inner, outer: scope, step)
            push(node.b, inner, .code, step.statement)
        case .listComp, .setComp, .generatorExp, .dictComp: comprehension(node, step)
        case .import, .importFrom: importStatement(step)
        case .global, .nonlocal:
            for id in tree.list(node.a) {
                if let name = wantedName(tree[id].start, tree[id].end) { found.scopes[scope].declared.insert(name) }
            }
        case .name, .attribute: chain(node, step)
        case .namedExpr:
            var outer = scope
            while found.scopes[outer].kind == .comprehension { outer = found.scopes[outer].parent }
            if tree[node.a].kind == .name { bind(tree[node.a].start, tree[node.a].end, outer, .other, step.statement) }
            push(node.b, scope, .code, step.statement)
        case .assign: assignment(node, step)
        case .annAssign:
            push(node.a, scope, .code, step.statement)
            push(node.b, scope, .annotation, step.statement)
            push(node.c, scope, .code, step.statement)
        case .typeAlias: typeAlias(node, step)
        case .typeVar, .paramSpec, .typeVarTuple:
            bind(node.d, node.c, scope, .other, step.statement)
            if node.kind == .typeVar { push(node.a, scope, .annotation, step.statement) }
            push(node.b, scope, .annotation, step.statement)
        case .exceptHandler:
            push(node.a, scope, .code, step.statement)
            bind(identifier: node.b, scope, step.statement)
            push(list: node.c, scope, .code, isBody: true)
        case .matchAs:
            push(node.a, scope, .code, step.statement)
            bind(identifier: node.b, scope, step.statement)
        case .matchStar: bind(identifier: node.a, scope, step.statement)
        case .matchMapping:
            push(list: node.a, scope, .code, step.statement)
            push(list: node.b, scope, .code, step.statement)
            bind(identifier: node.c, scope, step.statement)
        case .keywordPattern: push(node.a, scope, .code, step.statement)
        case .subscript: subscripted(node, step)
        case .call: call(node, step)
        case .constant: text(node, step, call: nil)
        case .expr:
            push(node.a, scope, tree[node.a].kind == .constant ? .docstring : .code, step.statement)
        default: children(node, step)
        }
    }

    /// What has nothing of its own to say.
    private mutating func children(_ node: Node, _ step: Step) {
        let shape = node.kind.shape
        let isBlock =
            switch node.kind {
            case .for, .asyncFor, .while, .if, .with, .asyncWith, .try, .tryStar, .matchCase: true
            default: false
            }
        for (bit, slot) in [node.a, node.b, node.c, node.d].enumerated() {
            if shape.nodes >> bit & 1 != 0 { push(slot, step.scope, step.mode, step.statement) }
            guard shape.lists >> bit & 1 != 0 else { continue }
            for id in tree.list(slot) {
                let isStatement = isBlock && tree[id].kind.isStatement
                push(id.index, step.scope, step.mode, isStatement ? id.index : step.statement)
            }
        }
    }

    /// What a `def` and a `class` begin with: decorators, the name that they bind, and type parameters.
    ///
    /// - Returns: the scope that the rest stands in.
    private mutating func head(of node: Node, _ step: Step) -> Int {
        let definition = tree[node.a]
        push(list: definition.a, step.scope, .code, step.statement)
        bind(definition.start, definition.end, step.scope, .definition(step.node), step.statement)
        var outer = step.scope
        if definition.b != 0 {
            outer = open(.typeParameters, in: step.scope, node)
            push(list: definition.b, outer, .code, step.statement)
        }
        return outer
    }

    private mutating func function(_ node: Node, _ step: Step) {
        let outer = head(of: node, step)
        let inner = open(.function, in: outer, node)
        parameters(node.b, inner: inner, outer: outer, step)
        push(node.c, outer, .annotation, step.statement)
        push(list: node.d, inner, .code, isBody: true)
    }

    private mutating func classStatement(_ node: Node, _ step: Step) {
        let outer = head(of: node, step)
        push(list: node.b, outer, .code, step.statement)
        push(list: node.c, outer, .code, step.statement)
        let inner = open(.class, in: outer, node)
        push(list: node.d, inner, .code, isBody: true)
    }

    private mutating func parameters(_ arguments: UInt32, inner: Int, outer: Int, _ step: Step) {
        guard arguments != 0 else { return }
        for id in tree.list(tree[arguments].a) {
            let parameter = tree[id]
            bind(parameter.start, parameter.c, inner, .other, step.statement)
            push(parameter.a, outer, .annotation, step.statement)
            push(parameter.b, outer, .code, step.statement)
        }
    }

    private mutating func comprehension(_ node: Node, _ step: Step) {
        let inner = open(.comprehension, in: step.scope, node)
        push(node.a, inner, .code, step.statement)
        let isPair = node.kind == .dictComp
        if isPair { push(node.b, inner, .code, step.statement) }
        var isFirst = true
        for id in tree.list(isPair ? node.c : node.b) {
            let generator = tree[id]
            push(generator.a, inner, .code, step.statement)
            // The first one is computed outside.
            push(generator.b, isFirst ? step.scope : inner, .code, step.statement)
            push(list: generator.c, inner, .code, step.statement)
            isFirst = false
        }
    }

    private mutating func typeAlias(_ node: Node, _ step: Step) {
        bind(tree[node.a].start, tree[node.a].end, step.scope, .other, step.statement)
        var inner = step.scope
        if node.b != 0 {
            inner = open(.typeParameters, in: step.scope, node)
            push(list: node.b, inner, .code, step.statement)
        }
        push(node.c, inner, .annotation, step.statement)
    }

    private mutating func importStatement(_ step: Step) {
        guard let index = statementOfNode[step.node] else { return }
        importScopes[step.node] = step.scope
        for (place, name) in imports[index].names.enumerated() where wanted.contains(name.local) {
            bind(
                name.local, name.start, name.end, step.scope, .imported(statement: index, name: place), step.statement)
        }
    }

    private mutating func assignment(_ node: Node, _ step: Step) {
        let targets = tree.list(node.a).map { $0 }
        let value = tree[node.b]
        push(node.b, step.scope, .code, step.statement)
        for target in targets {
            guard targets.count == 1, tree[target].kind == .name else {
                push(target.index, step.scope, .code, step.statement)
                continue
            }
            let kind: NameScopes.Binding.Kind
            switch value.kind {
            case .constant where value.constant == .none: kind = .placeholder
            case .name, .attribute: kind = .alias
            case .call: kind = dynamicModule(value) ?? .other
            default: kind = .other
            }
            bind(tree[target].start, tree[target].end, step.scope, kind, step.statement)
        }
    }

    private func dynamicModule(_ call: Node) -> NameScopes.Binding.Kind? { Self.dynamicModule(call, tree) }

    /// Names that a file gives to modules by `c = import_module("a.b")`.
    static func dynamicModules(_ tree: PythonTree) -> [(name: String, module: String)] {
        tree.nodes.compactMap { node in
            guard node.kind == .assign, tree[node.b].kind == .call,
                case .dynamicModule(let module, _, _)? = dynamicModule(tree[node.b], tree)
            else { return nil }
            return (tree.string(tree[node.a].start, tree[node.a].end), module)
        }
    }

    private static func dynamicModule(_ call: Node, _ tree: PythonTree) -> NameScopes.Binding.Kind? {
        guard let callee = dotted(call.a, tree), callee.split(separator: ".").last == "import_module",
            let first = tree.list(call.b).first(where: { _ in true }),
            let literal = TextLiteral.plain(tree[first], tree)
        else { return nil }
        return .dynamicModule(literal.value, literal.start, literal.end)
    }

    // MARK: Names

    /// The text of a name with attributes; nil for another expression.
    private func dotted(_ node: UInt32) -> String? { Self.dotted(node, tree) }

    private static func dotted(_ node: UInt32, _ tree: PythonTree) -> String? {
        var parts: [String] = []
        var current = tree[node]
        while current.kind == .attribute {
            parts.append(tree.string(current.b, current.end))
            current = tree[current.a]
        }
        guard current.kind == .name else { return nil }
        parts.append(tree.string(current.start, current.end))
        return parts.reversed().joined(separator: ".")
    }

    private mutating func chain(_ node: Node, _ step: Step) {
        var parts: [NameScopes.Reference.Part] = []
        var index = step.node
        var current = node
        while current.kind == .attribute {
            parts.append(.init(text: "", start: current.b, end: current.end))
            index = current.a
            current = tree[index]
        }
        guard current.kind == .name else {
            attribute(of: index, parts, step)
            return
        }
        guard let root = wantedName(current.start, current.end) else { return }
        if parts.isEmpty, node.context != .load {
            bind(root, node.start, node.end, step.scope, .other, step.statement)
            return
        }
        parts.append(.init(text: root, start: current.start, end: current.end))
        parts.reverse()
        for index in parts.indices.dropFirst() { parts[index].text = tree.string(parts[index].start, parts[index].end) }
        found.references.append(
            NameScopes.Reference(
                parts: parts, scope: step.scope, isStore: node.context != .load, isText: false))
    }

    /// An attribute of something that is no name.
    private mutating func attribute(of value: UInt32, _ parts: [NameScopes.Reference.Part], _ step: Step) {
        // `import_module("a.b").X`
        if tree[value].kind == .call, case .dynamicModule(let module, let start, let end)? = dynamicModule(tree[value]),
            let first = parts.last
        {
            texts.append(
                TextLiteral(
                    value: module, start: start, end: end, scope: step.scope, statement: step.statement,
                    use: .module(
                        attribute: tree.string(first.start, first.end), start: first.start, end: first.end)))
            push(tree[value].a, step.scope, .code, step.statement)
            return
        }
        push(value, step.scope, .code, step.statement)
    }

    private mutating func subscripted(_ node: Node, _ step: Step) {
        push(node.a, step.scope, step.mode, step.statement)
        var mode = step.mode
        if mode == .annotation, let name = dotted(node.a)?.split(separator: ".").last {
            if name == "Literal" { mode = .plain }
            // Only the first argument is a type.
            if name == "Annotated", tree[node.b].kind == .tuple {
                for (index, id) in tree.list(tree[node.b].a).enumerated() {
                    push(id.index, step.scope, index == 0 ? .annotation : .code, step.statement)
                }
                return
            }
        }
        push(node.b, step.scope, mode, step.statement)
    }

    private mutating func call(_ node: Node, _ step: Step) {
        push(node.a, step.scope, .code, step.statement)
        let callee = dotted(node.a) ?? ""
        let last = callee.split(separator: ".").last.map(String.init) ?? callee
        if ["globals", "locals", "vars", "eval", "exec"].contains(callee) { found.isDynamic = true }
        let arguments = tree.list(node.b).map { $0 }
        for (index, id) in arguments.enumerated() {
            let isType = index == 0 && ["cast", "ForwardRef"].contains(last)
            let argument = tree[id]
            if argument.kind == .constant, !isType {
                let first = index == 1 ? dotted(arguments[0].index) : nil
                text(
                    argument, Step(node: id.index, scope: step.scope, mode: .code, statement: step.statement),
                    call: .init(
                        callee: callee, calleeEnd: tree[node.a].end, index: index, firstArgument: first,
                        firstStart: tree[arguments[0]].start, firstEnd: tree[arguments[0]].end))
            } else {
                push(id.index, step.scope, isType ? .annotation : .code, step.statement)
            }
        }
        for id in tree.list(node.c) {
            let keyword = tree[id]
            let isType = last == "TypeVar" && tree.string(keyword.start, keyword.b) == "bound"
            push(keyword.a, step.scope, isType ? .annotation : .code, step.statement)
        }
    }

    // MARK: Texts

    private mutating func text(_ node: Node, _ step: Step, call: TextLiteral.Call?) {
        guard node.constant == .string, step.mode != .docstring, let literal = TextLiteral.plain(node, tree) else {
            return
        }
        guard step.mode == .annotation else {
            let use = call.map { TextLiteral.Use.argument($0) } ?? .other
            texts.append(
                TextLiteral(
                    value: literal.value, start: literal.start, end: literal.end, scope: step.scope,
                    statement: step.statement, use: use))
            return
        }
        for parts in DottedNames.all(in: tree, literal.start, literal.end) where wanted.contains(parts[0].text) {
            found.references.append(
                NameScopes.Reference(parts: parts, scope: step.scope, isStore: false, isText: true))
        }
    }
}

extension NodeKind {
    /// Whether it is a statement.
    var isStatement: Bool {
        switch self {
        case .functionDef, .asyncFunctionDef, .classDef, .return, .delete, .assign, .typeAlias, .augAssign, .annAssign,
            .for, .asyncFor, .while, .if, .with, .asyncWith, .match, .raise, .try, .tryStar, .assert, .import,
            .importFrom, .global, .nonlocal, .expr, .pass, .break, .continue:
            true
        default: false
        }
    }
}
