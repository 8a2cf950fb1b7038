internal import CanonFacts
private import SwiftParser
internal import SwiftSyntax

// What code calls, reads and assigns.
extension FactWalk {
    func facts(of node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
        let chain = DottedChain(node.calledExpression)
        let isAwaited = node.parent?.is(AwaitExprSyntax.self) ?? false
        if let chain {
            let isCollection = chain.isEmpty
            if !isCollection {
                emit(.call, at: node, name: text(of: chain), value: Self.literal(in: node)) {
                    $0.count = UInt16(clamping: node.arguments.count)
                    if isAwaited { $0.flags.insert(.awaited) }
                    if node.arguments.contains(where: { $0.label != nil }) { $0.flags.insert(.keywords) }
                }
            }
            walkInside(node.calledExpression)
        } else if let member = node.calledExpression.as(MemberAccessExprSyntax.self) {
            emit(.call, at: node, name: member.declName.baseName.text) {
                $0.count = UInt16(clamping: node.arguments.count)
                $0.flags = isAwaited ? [.unresolved, .awaited] : .unresolved
            }
            if let base = member.base { walk(base) }
        } else {
            walk(node.calledExpression)
        }
        walk(node.arguments)
        if let closure = node.trailingClosure { walk(closure) }
        walk(node.additionalTrailingClosures)
        return .skipChildren
    }

    func facts(of node: MemberAccessExprSyntax) -> SyntaxVisitorContinueKind {
        guard let chain = DottedChain(ExprSyntax(node)), !chain.isEmpty else { return .visitChildren }
        use(text(of: chain), at: node)
        walkInside(ExprSyntax(node))
        return .skipChildren
    }

    func facts(of node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        let name = node.baseName.text
        if !isLocal(name), !name.hasPrefix("$"), !(node.parent?.is(MemberAccessExprSyntax.self) ?? false) {
            use(name, at: node)
        }
        return .skipChildren
    }

    func facts(of node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
        use(node.name.text, at: node, .annotation)
        return .visitChildren
    }

    func facts(of node: MemberTypeSyntax) -> SyntaxVisitorContinueKind {
        let text = String(TypeSpelling.text(TypeSyntax(node)).prefix { $0 != "[" })
        use(text, at: node, .annotation)
        if let arguments = node.genericArgumentClause { walk(arguments) }
        return .skipChildren
    }

    func facts(of node: SequenceExprSyntax) -> SyntaxVisitorContinueKind {
        let elements = Array(node.elements)
        guard elements.count >= 3, let assignment = Assignment(elements[1]) else { return .visitChildren }
        assign(elements[0], assignment, Array(elements[2...]))
        walkInside(elements[0])
        for element in elements[2...] { walk(element) }
        return .skipChildren
    }

    private func assign(_ target: ExprSyntax, _ assignment: Assignment, _ values: [ExprSyntax]) {
        guard let chain = DottedChain(target), !chain.isEmpty else { return }
        let text = text(of: chain)
        let value = values.count == 1 ? value(of: values[0]) : Value(kind: .unresolved)
        let form: TargetForm = chain.endsInSubscript ? .subscript : chain.parts.count > 1 ? .attribute : .name
        // `registry[key] = nil` takes the key out.
        let isRemoval = form == .subscript && assignment == .plain && value.kind == .null
        emit(isRemoval ? .unbind : .bind, at: target, name: text, value: isRemoval ? "" : value.text) {
            $0.form = form
            guard !isRemoval else { return }
            $0.binding = assignment == .plain ? .assignment : .augmented
            $0.valueKind = value.kind
            $0.container = value.container
        }
    }

    /// Walks what a chain of names has within: arguments of subscripts and of generics.
    private func walkInside(_ expression: ExprSyntax) {
        switch expression.as(ExprSyntaxEnum.self) {
        case .memberAccessExpr(let node): if let base = node.base { walkInside(base) }
        case .subscriptCallExpr(let node):
            walkInside(node.calledExpression)
            walk(node.arguments)
        case .optionalChainingExpr(let node): walkInside(node.expression)
        case .forceUnwrapExpr(let node): walkInside(node.expression)
        case .genericSpecializationExpr(let node):
            walkInside(node.expression)
            walk(node.genericArgumentClause)
        case .declReferenceExpr, .superExpr, .discardAssignmentExpr: break
        default: walk(expression)
        }
    }

    /// The text of a chain, with `self.` in front of what the type around has and the code does not say.
    private func text(of chain: DottedChain) -> String {
        var parts = chain.parts
        // What the type holds in a box is its own: `state.value.byUser`, `$0.byUser`.
        if let held = heldName(parts, endsInSubscript: chain.endsInSubscript) { return "self." + held }
        guard let root = parts.first, enclosingType != nil, root != "self", root != "Self", root != "super",
            !root.hasPrefix("$"), parts.count > 1 || chain.endsInSubscript, root.first?.isLowercase ?? false,
            !isLocal(root), !topLevelVariables.contains(root)
        else { return parts.joined(separator: ".") }
        parts.insert("self", at: 0)
        return parts.joined(separator: ".")
    }

    private func heldName(_ parts: [String], endsInSubscript: Bool) -> String? {
        guard let held = enclosingType?.held, !held.isEmpty else { return nil }
        // With a subscript the last part is the container itself, else it is a method of it.
        if endsInSubscript, let last = parts.last, parts.count > 1, held.contains(last) { return last }
        guard parts.count > 2, held.contains(parts[parts.count - 2]) else { return nil }
        return parts.suffix(2).joined(separator: ".")
    }

    private static func literal(in call: FunctionCallExprSyntax) -> String {
        guard let first = call.arguments.first, first.label == nil,
            let text = first.expression.as(StringLiteralExprSyntax.self)?.representedLiteralValue,
            text.utf8.count <= 120, !text.contains(where: \.isWhitespace)
        else { return "" }
        return text
    }
}

/// A chain of names: `a.b[key]?.c` gives `a.b.c`. Subscripts and question marks are left out: what is done with an element
/// of a value is done with the value.
struct DottedChain {
    private(set) var parts: [String]
    private(set) var endsInSubscript = false

    /// A literal of a collection's type: `[String: Int]()`.
    var isEmpty: Bool { parts.isEmpty }

    /// Nil when something in it has no name: the result of a call, a literal.
    init?(_ expression: ExprSyntax) {
        switch expression.as(ExprSyntaxEnum.self) {
        case .declReferenceExpr(let node): parts = [node.baseName.text]
        case .superExpr: parts = ["super"]
        case .memberAccessExpr(let node):
            guard let base = node.base, let inner = DottedChain(base) else { return nil }
            let name = node.declName.baseName.text
            parts = inner.parts
            // `Type.init(…)` and `Type.self` are about the type.
            let isAboutType = name == "init" || name == "self"
            if !isAboutType { parts.append(name) }
            endsInSubscript = inner.endsInSubscript && isAboutType
        case .subscriptCallExpr(let node):
            guard let inner = DottedChain(node.calledExpression) else { return nil }
            parts = inner.parts
            endsInSubscript = true
        case .optionalChainingExpr(let node):
            guard let inner = DottedChain(node.expression) else { return nil }
            self = inner
        case .forceUnwrapExpr(let node):
            guard let inner = DottedChain(node.expression) else { return nil }
            self = inner
        case .genericSpecializationExpr(let node):
            guard let inner = DottedChain(node.expression) else { return nil }
            self = inner
        case .arrayExpr, .dictionaryExpr: return nil
        default: return nil
        }
    }
}

/// What stands between the two sides of an assignment.
enum Assignment {
    case plain
    /// `+=`
    case compound

    init?(_ node: ExprSyntax) {
        if node.is(AssignmentExprSyntax.self) {
            self = .plain
            return
        }
        guard let text = node.as(BinaryOperatorExprSyntax.self)?.operator.text, text.hasSuffix("="),
            !["==", "!=", "<=", ">=", "===", "!==", "~="].contains(text)
        else { return nil }
        self = .compound
    }
}
