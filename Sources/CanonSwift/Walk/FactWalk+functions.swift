internal import CanonFacts
internal import SwiftSyntax

// Functions, initialisers, subscripts and computed properties.
extension FactWalk {
    func facts(of node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        let modifiers = node.modifiers.map(\.name.text)
        let isOperator = node.name.tokenKind.isOperator
        enter(
            "func", at: node.funcKeyword, node.name.text, node.signature.parameterClause, modifiers,
            attributes(node.attributes), returns: node.signature.returnClause?.type,
            isAsync: node.signature.effectSpecifiers?.asyncSpecifier != nil, isUnlisted: isOperator,
            isGeneric: node.genericParameterClause != nil, isStub: Self.isStub(node.body))
        returnSingleExpression(node.body?.statements)
        return .visitChildren
    }
    func end(_ node: FunctionDeclSyntax) { close(node, body: node.body) }

    func facts(of node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(
            "init", at: node.initKeyword, "init", node.signature.parameterClause, node.modifiers.map(\.name.text),
            attributes(node.attributes), returns: nil,
            isAsync: node.signature.effectSpecifiers?.asyncSpecifier != nil, isUnlisted: true,
            isGeneric: node.genericParameterClause != nil, isStub: Self.isStub(node.body))
        return .visitChildren
    }
    func end(_ node: InitializerDeclSyntax) { close(node, body: node.body) }

    func facts(of node: DeinitializerDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(
            "deinit", at: node.deinitKeyword, "deinit", nil, [], attributes(node.attributes), returns: nil,
            isUnlisted: true)
        return .visitChildren
    }
    func end(_ node: DeinitializerDeclSyntax) { close(node, body: node.body) }

    func facts(of node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(
            "subscript", at: node.subscriptKeyword, "subscript", node.parameterClause,
            node.modifiers.map(\.name.text), attributes(node.attributes), returns: node.returnClause.type,
            isUnlisted: true, isStub: node.accessorBlock.map { !Self.hasCode($0) } ?? true)
        return .visitChildren
    }
    func end(_ node: SubscriptDeclSyntax) { close(node, body: node.accessorBlock) }

    /// Begins a computed property: a method without parameters.
    func enterProperty(_ node: VariableDeclSyntax, _ name: String, _ binding: PatternBindingSyntax) {
        enter(
            "var", at: node.bindingSpecifier, name, nil, node.modifiers.map(\.name.text),
            [("property", false)] + attributes(node.attributes), returns: binding.typeAnnotation?.type,
            isStub: binding.accessorBlock.map { !Self.hasCode($0) } ?? true)
        if case .getter(let statements)? = binding.accessorBlock?.accessors { returnSingleExpression(statements) }
    }

    /// Whether accessors have bodies: those of a protocol's `{ get set }` have none.
    static func hasCode(_ block: AccessorBlockSyntax) -> Bool {
        switch block.accessors {
        case .getter: true
        case .accessors(let list): list.contains { $0.body != nil }
        }
    }

    private func enter(
        _ word: String, at keyword: TokenSyntax, _ text: String, _ clause: FunctionParameterClauseSyntax?,
        _ modifiers: [String], _ decorators: [(String, Bool)], returns: TypeSyntax?, isAsync: Bool = false,
        isUnlisted: Bool = false, isGeneric: Bool = false, isStub: Bool = false
    ) {
        let place = place(of: keyword)
        var item = Declaration(
            kind: isAsync ? .asyncFunction : .function, name: name(text), parent: declaration, event: 0,
            line: place.line, column: place.column)
        let parameters = clause.map { Array($0.parameters) } ?? []
        setLists(
            of: &item, decorators: decorators, bases: parameters.map(\.firstName.text), keywords: [word] + modifiers)
        setParameters(of: &item, parameters.map { parameter($0) })
        if let returns { item.returns = name(TypeSpelling.text(returns)) }
        if isInType { item.flags.insert(.isMethod) }
        if isUnlisted || Self.isPrivate(modifiers) { item.flags.insert(.isUnlisted) }
        if isGeneric { item.flags.insert(.isGeneric) }
        if isStub { item.flags.insert(.isStub) }
        open(item, isType: false)
        for parameter in parameters { addLocal((parameter.secondName ?? parameter.firstName).text) }
    }

    private func parameter(_ node: FunctionParameterSyntax) -> Parameter {
        let kind: Parameter.Kind =
            node.ellipsis != nil
            ? .variadicPositional : node.firstName.tokenKind == .wildcard ? .positionalOnly : .keywordOnly
        return Parameter(
            kind: kind, name: name((node.secondName ?? node.firstName).text),
            annotation: name(TypeSpelling.text(node.type)), hasDefault: node.defaultValue != nil)
    }

    /// No body, or one of nothing but a `fatalError`.
    private static func isStub(_ body: CodeBlockSyntax?) -> Bool {
        guard let statements = body?.statements else { return true }
        guard let only = statements.first, statements.count == 1,
            let call = only.item.as(FunctionCallExprSyntax.self),
            let callee = call.calledExpression.as(DeclReferenceExprSyntax.self)
        else { return statements.isEmpty }
        return callee.baseName.text == "fatalError" || callee.baseName.text == "preconditionFailure"
    }

    /// A body of one expression returns it.
    private func returnSingleExpression(_ statements: CodeBlockItemListSyntax?) {
        guard let statements, statements.count == 1, let only = statements.first?.item.as(ExprSyntax.self) else {
            return
        }
        emitReturn(only, at: only)
    }

    func emitReturn(_ expression: ExprSyntax, at node: some SyntaxProtocol) {
        let value = value(of: expression)
        emit(.return, at: node, name: "", value: value.text) {
            $0.valueKind = value.kind
            $0.container = value.container
        }
    }

    func facts(of node: ReturnStmtSyntax) -> SyntaxVisitorContinueKind {
        if let expression = node.expression { emitReturn(expression, at: node) }
        return .visitChildren
    }
}

extension TokenKind {
    fileprivate var isOperator: Bool {
        switch self {
        case .binaryOperator, .prefixOperator, .postfixOperator: true
        default: false
        }
    }
}
