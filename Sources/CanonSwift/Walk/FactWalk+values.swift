internal import CanonFacts
internal import SwiftSyntax

/// What an expression gives, as far as its own text tells.
struct Value {
    var kind = ValueKind.none
    var text = ""
    var container = ContainerKind.none
    /// The type that it names: of `[String: Int]()`, `Mutex<[ID: Item]>([:])`.
    var type: TypeSpelling?
}

extension FactWalk {
    func value(of expression: ExprSyntax) -> Value {
        switch expression.as(ExprSyntaxEnum.self) {
        case .nilLiteralExpr: return Value(kind: .null)
        case .integerLiteralExpr, .floatLiteralExpr, .booleanLiteralExpr: return Value(kind: .constant)
        case .stringLiteralExpr: return Value(kind: .string)
        case .closureExpr: return Value(kind: .function)
        case .arrayExpr: return Value(kind: .container, container: .list)
        case .dictionaryExpr: return Value(kind: .container, container: .dict)
        case .tryExpr(let node): return value(of: node.expression)
        case .awaitExpr(let node):
            var value = value(of: node.expression)
            if value.kind == .call { value.kind = .awaitedCall }
            return value
        case .functionCallExpr(let node): return value(ofCall: node)
        default:
            guard let chain = DottedChain(expression), !chain.isEmpty else { return Value(kind: .unresolved) }
            return Value(kind: .reference, text: chain.parts.joined(separator: "."))
        }
    }

    private func value(ofCall node: FunctionCallExprSyntax) -> Value {
        if let type = Self.collectionType(of: node.calledExpression) {
            return Value(kind: .container, container: type.container, type: type)
        }
        guard let chain = DottedChain(node.calledExpression), !chain.isEmpty else { return Value(kind: .unresolved) }
        var value = Value(kind: .call, text: chain.parts.joined(separator: "."))
        // `Mutex<[ID: Item]>([:])`, `Dictionary<ID, Item>()`
        if let special = node.calledExpression.as(GenericSpecializationExprSyntax.self),
            let name = special.expression.as(DeclReferenceExprSyntax.self)
        {
            let type = TypeSpelling(
                TypeSyntax(
                    IdentifierTypeSyntax(name: name.baseName, genericArgumentClause: special.genericArgumentClause)))
            value.container = type.container
            value.type = type
        } else if Box.names.contains(value.text), let first = node.arguments.first?.expression {
            // `Mutex([ID: Item]())`, `Mutex([:] as [ID: Item])`
            let inner = self.value(of: first)
            value.container = inner.container
            value.type = inner.type
        }
        return value
    }

    /// `[String: Int]()` and `[Int]()`: the callee is a literal that reads as a type.
    private static func collectionType(of callee: ExprSyntax) -> TypeSpelling? {
        if let array = callee.as(ArrayExprSyntax.self), array.elements.count == 1, let first = array.elements.first,
            let element = type(first.expression)
        {
            return TypeSpelling(TypeSyntax(ArrayTypeSyntax(element: element)))
        }
        if let dictionary = callee.as(DictionaryExprSyntax.self), case .elements(let elements) = dictionary.content,
            elements.count == 1, let first = elements.first, let key = type(first.key), let value = type(first.value)
        {
            return TypeSpelling(TypeSyntax(DictionaryTypeSyntax(key: key, value: value)))
        }
        return nil
    }

    /// An expression read as a type: a name, or a collection of such.
    private static func type(_ expression: ExprSyntax) -> TypeSyntax? {
        switch expression.as(ExprSyntaxEnum.self) {
        case .typeExpr(let node): return node.type
        case .declReferenceExpr(let node): return TypeSyntax(IdentifierTypeSyntax(name: node.baseName))
        case .memberAccessExpr(let node):
            guard let base = node.base, let outer = type(base) else { return nil }
            return TypeSyntax(MemberTypeSyntax(baseType: outer, name: node.declName.baseName))
        case .arrayExpr(let node) where node.elements.count == 1:
            return node.elements.first.flatMap { type($0.expression) }.map { TypeSyntax(ArrayTypeSyntax(element: $0)) }
        case .genericSpecializationExpr(let node):
            guard let name = node.expression.as(DeclReferenceExprSyntax.self) else { return nil }
            return TypeSyntax(
                IdentifierTypeSyntax(name: name.baseName, genericArgumentClause: node.genericArgumentClause))
        case .optionalChainingExpr(let node):
            return type(node.expression).map { TypeSyntax(OptionalTypeSyntax(wrappedType: $0)) }
        default: return nil
        }
    }
}
